"""Bring explorer/locale up to date with the source: `make messages`.

Extracts every `_("…")`, `translate`, `ngettext` and `N_`, adds new keys untranslated, drops stale ones, compiles
the .mo and lists what still lacks a translation. `--check` changes nothing and fails where something would change.
"""

from __future__ import annotations

import io
import sys
from datetime import UTC, datetime
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parents[1]
SOURCES = ("explorer", "plugins", "probes", "store", "app.py")
PO = ROOT / "explorer" / "locale" / "zh" / "LC_MESSAGES" / "explorer.po"
KEYWORDS = {"_": None, "translate": None, "N_": None, "ngettext": (1, 2)}
NO_DATE = datetime(2026, 1, 1, tzinfo=UTC)  # a real one would change the files with every run


def extract() -> Catalog:
    """The catalogue of all keys in the source, with the files that use them."""
    catalogue = Catalog(
        locale="zh",
        project="Semantic Iceberg",
        version="1",
        msgid_bugs_address="none",
        last_translator="Semantic Iceberg contributors",
        language_team="Semantic Iceberg contributors",
        header_comment="# Chinese translations of Semantic Iceberg.",
        creation_date=NO_DATE,
        revision_date=NO_DATE,
        fuzzy=False,
    )
    for source in SOURCES:
        path = ROOT / source
        folder, pattern = (path, "**.py") if path.is_dir() else (path.parent, path.name)
        for name, _line, message, _comments, _context in extract_from_dir(
            folder, [(pattern, "python")], keywords=KEYWORDS, directory_filter=_is_source
        ):
            where = (folder / name).relative_to(ROOT).as_posix()
            catalogue.add(message, locations=[(where, 0)])
    return catalogue


def read() -> Catalog:
    """The catalogue as committed."""
    with PO.open("rb") as file:
        return read_po(file, locale="zh")


def updated() -> Catalog:
    """The committed translations laid over the keys of the source."""
    old = read() if PO.exists() else Catalog(locale="zh")
    new = extract()
    for message in new:
        kept = old.get(message.id) if message.id else None
        if kept is not None:
            message.string = kept.string
    return new


def main() -> int:
    """Update the files, or with `--check` compare them."""
    catalogue = updated()
    po, mo = io.BytesIO(), io.BytesIO()
    write_po(po, catalogue, width=110, sort_output=True, include_lineno=False)
    write_mo(mo, catalogue)
    if "--check" in sys.argv:
        return int(not PO.exists() or PO.read_bytes() != po.getvalue())
    PO.parent.mkdir(parents=True, exist_ok=True)
    PO.write_bytes(po.getvalue())
    PO.with_suffix(".mo").write_bytes(mo.getvalue())
    untranslated = [message.id for message in catalogue if message.id and not _is_translated(message.string)]
    print(f"{len(catalogue)} messages, {len(untranslated)} without a translation")
    for key in untranslated:
        print(f"  {key!r}")
    return 0


def _is_translated(string: str | tuple[str, ...] | list[str] | None) -> bool:
    return all(string) if isinstance(string, tuple | list) else bool(string)


def _is_source(folder: str) -> bool:
    return Path(folder).name != "__pycache__"


if __name__ == "__main__":
    sys.exit(main())
