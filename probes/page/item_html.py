"""One item as a line of a table, and unfolded with its arms."""

from __future__ import annotations

import html
from collections.abc import Mapping, Sequence

from explorer import translate
from explorer.i18n import N_
from probes.page.cards import Theme, sign
from probes.page.items import TIE, Item, fields_of
from probes.report.reading import Reading
from probes.report.words import minus, named, short_names

_FIELDS = {"sentence": N_("sentence"), "good": N_("right option"), "bad": N_("wrong option")}
MARKS = {1.0: ("✓", "ok"), 0.0: ("✗", "cut"), TIE: ("=", "mute")}


def head(reading: Reading, theme: Theme, labels: Sequence[str]) -> str:
    """The names of the columns; encoders by their marks."""
    short = short_names(reading.names)
    signs = "".join(
        f'<span title="{html.escape(short[name])}">{sign(name, reading, theme)}</span>'
        for name in reading.entries
    )
    cells = "".join(f"<span>{html.escape(label)}</span>" for label in labels)
    last = html.escape(translate("margin"))
    return (
        f'<div class="pb-item head">{cells}<span class="margin">{last}</span>'
        f'<span class="marks">{signs}</span></div>'
    )


def line(item: Item, scale: float) -> str:
    """What was asked, its kind, the margin as bar and number, right or wrong for each encoder."""
    texts = [*item.texts[:3], "", ""][:3]
    cells = "".join(
        f'<span class="{look}" title="{html.escape(text)}">{html.escape(text)}</span>'
        for look, text in zip(("first", "good", "bad"), texts, strict=True)
    )
    kind = named(item.phenomenon) if item.phenomenon else "–"
    return (
        f'<div class="pb-item">{cells}<span class="kind" title="{html.escape(kind)}">{html.escape(kind)}</span>'
        f'<span class="margin">{bar(item.margin, scale)}<b>{margin(item.margin)}</b></span>'
        f'<span class="marks">{"".join(_mark(score) for score in item.scores.values())}</span></div>'
    )


def bar(value: float, scale: float) -> str:
    """A bar from the middle, to the right above zero."""
    width = min(50.0, 50 * abs(value) / scale)
    side = "left" if value >= 0 else "right"
    look = "up" if value >= 0 else "down"
    return f'<i class="track"><i class="fill {look}" style="{side}:50%;width:{width:.1f}%"></i></i>'


def margin(value: float) -> str:
    """+.31, −.38, +4.2: three signs that tell margins apart, whatever their size."""
    digits = 2 if abs(value) < 1 else 1
    if 0 < abs(value) < 0.095:
        digits = 3
    text = f"{abs(value):.{digits}f}"
    text = text[1:] if text.startswith("0") else text
    return minus(f"-{text}") if value < 0 else f"+{text}"


def detail(item: Item, reading: Reading, theme: Theme) -> str:
    """The whole row, and how each encoder answered it in every arm."""
    plain = {key: value for key, value in item.row.items() if isinstance(value, str | int | float | list)}
    asked = [name for name in fields_of(reading) if name in plain]
    texts = "".join(
        f"<div><dt>{html.escape(column(name))}</dt><dd>{html.escape(_said(plain[name]))}</dd></div>"
        for name in asked
    )
    rest = " · ".join(f"{key} {_said(value)}" for key, value in plain.items() if key not in asked)
    return (
        f'<div class="pb-detail"><dl>{texts}</dl><small>{html.escape(rest)}</small>'
        f"{arms(item, reading, theme)}</div>"
    )


def column(field: str) -> str:
    """What a field of a row is called."""
    return translate(_FIELDS[field]) if field in _FIELDS else field


def arms(item: Item, reading: Reading, theme: Theme) -> str:
    """Encoder by arm: right, wrong, tied, or not asked; nothing where the kind has no arms of single items."""
    asked = [arm for arm in reading.arms if any(arm in (own.get("arms") or {}) for own in item.of.values())]
    short = short_names(reading.names)
    heads = "".join(f"<th>{html.escape(named(arm))}</th>" for arm in asked)
    rows = "".join(
        f'<tr><th title="{html.escape(name)}">{sign(name, reading, theme)} {html.escape(short[name])}</th>'
        f"<td>{margin(float(own.get('margin') or 0.0))}</td><td>{_mark(item.scores.get(name))}</td>"
        + "".join(f"<td>{_mark((own.get('arms') or {}).get(arm))}</td>" for arm in asked)
        + _more(own)
        + "</tr>"
        for name, own in item.of.items()
    )
    first = (
        f"<th></th><th>{html.escape(translate('margin'))}</th><th>{html.escape(named('full', reading))}</th>"
    )
    return f'<div class="pb-scroll"><table class="pb-arms"><tr>{first}{heads}</tr>{rows}</table></div>'


def _more(own: Mapping[str, object]) -> str:
    """What a kind says beside: the word that was chosen, the role that was predicted."""
    said = [str(own[key]) for key in ("chosen", "predicted", "label") if isinstance(own.get(key), str)]
    return f"<td>{html.escape(' / '.join(said))}</td>" if said else ""


def _mark(score: float | None) -> str:
    if score is None:
        return '<i class="mute">–</i>'
    text, look = MARKS.get(score, (f"{score:.2f}".lstrip("0"), "mute"))
    return f'<i class="{look}">{text}</i>'


def _said(value: object) -> str:
    return " · ".join(map(str, value)) if isinstance(value, list) else str(value)
