"""Errors of the store. `explorer` shows them to people, so each says what to do next."""

from __future__ import annotations


class StoreError(Exception):
    """Root of the store's errors: `message` says what and which, `next_step` what to do."""

    def __init__(self, message: str, *, next_step: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.next_step = next_step


class NotAWorkspace(StoreError):
    """The folder holds no workspace database."""


class NewerSchema(StoreError):
    """The database was written by a newer release."""


class DamagedBlob(StoreError):
    """A media file is missing or does not have the content its name says."""
