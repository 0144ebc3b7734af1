"""Numbered migrations; append-only."""
