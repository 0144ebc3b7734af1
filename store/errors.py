"""Errors of the store. `explorer` shows them to people, so each says what to do next.

The store speaks English; `explorer.errors.words_of` says the same in the reader's language, from `template`,
`advice` and `values`. Templates are marked with `N_`, so that they are in the catalogue.
"""

from __future__ import annotations


def N_(text: str) -> str:  # noqa: N802 - gettext's own name for it
    """Mark a template for the catalogue of translations."""
    return text


class StoreError(Exception):
    """Root of the store's errors: `message` says what and which, `next_step` what to do.

    Args:
        template: the message, with names in braces for `values`.
        next_step: what to do now, with the same names.
    """

    def __init__(self, template: str, *, next_step: str = "", **values: object) -> None:
        self.template = template
        self.advice = next_step
        self.values = values
        self.message = template.format(**values)
        self.next_step = next_step.format(**values)
        super().__init__(self.message)


class NotAWorkspace(StoreError):
    """The folder holds no workspace database, or a file that is none."""


class NewerSchema(StoreError):
    """The database was written by a newer release."""


class DamagedBlob(StoreError):
    """A media file is missing or does not have the content its name says."""


class DatabaseTrouble(StoreError):
    """The database is busy, damaged, full or may not be written: nothing that the program did wrong."""
