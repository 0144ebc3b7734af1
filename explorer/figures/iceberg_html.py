"""The iceberg as one HTML page that opens offline and runs no script: the drawing, the reading, the facts as text."""

from __future__ import annotations

from explorer.construal.wording import role_name
from explorer.figures.iceberg_svg import iceberg_svg
from explorer.figures.markup import element, number
from explorer.figures.palette import SANS, SERIF, Theme, colours
from explorer.figures.words import fact_line, facts_of, reading_line
from explorer.i18n import _, said_in
from explorer.iceberg.geometry.text import score
from explorer.iceberg.layout import Layout
from explorer.iceberg.nodes import Edge, Iceberg

_STYLE = """
:root{{color-scheme:{theme}}}
body{{margin:0;padding:28px 20px;background:{page};color:{ink};font:14px/1.5 {sans}}}
main{{max-width:{width}px;margin:0 auto}}
h1,h2{{font-family:{serif};font-weight:700;margin:0}}
h1{{font-size:24px}} h2{{font-size:27px;margin-top:4px}} h3{{font-size:15px;font-weight:650;margin:0 0 8px}}
section{{background:{card};border:1px solid {line};border-radius:12px;padding:14px 16px;margin-top:16px}}
figure{{margin:16px 0 0}} figure svg{{display:block;width:100%;height:auto;border-radius:12px}}
p{{margin:4px 0}} .mute{{color:{mute};font-size:12.5px}}
.role{{display:grid;grid-template-columns:7em 1fr 4em;gap:12px;align-items:center;margin:6px 0}}
.track{{background:{track};border-radius:4px;height:12px}}
.track i{{display:block;height:12px;border-radius:4px;background:{bar}}}
.best .track i{{background:{lit_bar}}} .best b{{color:{lit_words}}}
.role b{{text-align:right;font-variant-numeric:tabular-nums}}
ul{{margin:0;padding-left:1.2em}} li{{margin:3px 0}}
.lit{{color:{lit_words};font-weight:650}} .cut{{color:{cut};text-decoration:line-through}}
@media print{{body{{padding:0}}}}
"""


def iceberg_html(iceberg: Iceberg, layout: Layout, *, theme: Theme = "light", language: str = "zh") -> str:
    """A page with the SVG of a layout, the reading, the roles with their probabilities, and the facts with sources."""
    svg = iceberg_svg(iceberg, layout, theme=theme, language=language)
    return said_in(language, lambda: _page(iceberg, layout, svg, theme, language))


def _page(iceberg: Iceberg, layout: Layout, svg: str, theme: Theme, language: str) -> str:
    construal = iceberg.construal
    body = [
        element("h1", construal.sentence),
        element("figure", children=[svg]),
        element("section", children=_reading(iceberg, language)),
        element("section", children=_facts(iceberg, language)),
    ]
    head = [
        '<meta charset="utf-8">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        # Nothing is loaded and nothing runs, whatever a label may hold.
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">",
        element("title", construal.sentence or _("Semantic Iceberg")),
        f"<style>{_style(layout.width, theme)}</style>",
    ]
    page = [element("head", children=head), element("body", children=[element("main", children=body)])]
    return "<!DOCTYPE html>\n" + element("html", children=page, lang=language) + "\n"


def _style(width: float, theme: Theme) -> str:
    known = colours(theme)
    return _STYLE.format(
        theme=theme, width=int(max(width, 560)), sans=SANS, serif=SERIF, page=known["page"], ink=known["ink"],
        card=known["card"], line=known["line"], mute=known["mute"], track=known["track"], bar=known["bar"],
        lit_bar=known["lit.bar"], lit_words=known["lit.words"], cut=known["cut.words"],
    )  # fmt: skip


def _reading(iceberg: Iceberg, language: str) -> list[str]:
    construal = iceberg.construal
    best = construal.best
    given = best is not None and not construal.abstained
    parts = [element("p", _("Read as"), class_="mute")] if given else []
    parts.append(element("h2", reading_line(iceberg, language)))
    if best is not None and given:
        parts.append(element("p", best.en if language == "zh" else best.zh, class_="mute"))
    if construal.readings:
        parts.append(element("h3", _("Role of the object"), style="margin-top:14px"))
    for reading in construal.readings:
        share = number(round(100 * min(1.0, max(0.0, reading.probability)), 1))
        bar = element("div", children=[f'<i style="width:{share}%"></i>'], class_="track")
        cells = [
            element("span", role_name(reading.role, language)),
            bar,
            element("b", score(reading.probability)),
        ]
        chosen = given and reading is best
        parts.append(element("div", children=cells, class_="role best" if chosen else "role"))
    if best is not None:
        said = _("Graph evidence {graph}, space evidence {space}").format(
            graph=score(best.graph), space=score(best.space)
        )
        parts.append(element("p", said, class_="mute"))
    return parts


def _facts(iceberg: Iceberg, language: str) -> list[str]:
    facts = facts_of(iceberg)
    if not facts:
        return [element("h3", _("Facts below the water")), element("p", _("None."), class_="mute")]
    items = [element("li", children=_fact(edge, iceberg, language)) for edge in facts]
    return [element("h3", _("Facts below the water")), element("ul", children=items)]


def _fact(edge: Edge, iceberg: Iceberg, language: str) -> list[str]:
    look = "cut" if edge.cut else "lit" if edge.lit else ""
    line = element("span", fact_line(edge, iceberg, language), **({"class_": look} if look else {}))
    whence = {
        "fact": _("source: {source}").format(source=edge.origin) if edge.origin else "",
        "guess": _("a guess"),
        "space": _("no fact says so, the space implies it"),
    }.get(edge.evidence, "")
    marks = [whence, _("left out") if edge.cut else _("on the lit path") if edge.lit else ""]
    said = ("，" if language == "zh" else ", ").join(mark for mark in marks if mark)
    return [line, " ", element("span", said, class_="mute")] if said else [line]
