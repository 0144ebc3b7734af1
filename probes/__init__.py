"""Measuring spaces: evaluation, statistics, and later probes."""
