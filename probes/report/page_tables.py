"""The tables of the report's page."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from explorer import markup, translate
from probes.report.reading import Cell, Entry, Reading
from probes.report.strata import counts
from probes.report.tables import arms_holm
from probes.report.words import figure, interval, minus, named, p_value, percent, short_names, sign, unit

element = markup.element


def tables(reading: Reading) -> Iterator[tuple[str, str]]:
    """(title, table) of everything that there is: arms, strata, phenomena, what a kind has beside, comparisons."""
    right = translate("Right, with 95 % intervals")
    yield (
        right if reading.measure == "accuracy" else translate("Correlations, with 95 % intervals"),
        _whole(reading),
    )
    lost = _lost(reading)
    if lost:
        points = translate("Lost, in points: the whole minus the arm or baseline; p after Holm")
        yield points if reading.measure == "accuracy" else translate("Lost; p after Holm"), lost
    strata = _strata(reading)
    if strata:
        yield translate("Letters and mirrored pairs, in numbers"), strata
    phenomena = _phenomena(reading)
    if phenomena:
        yield translate("Phenomena, in numbers"), phenomena
    for section in dict.fromkeys(s for e in reading.entries.values() for s in reading.others(e)):
        yield named(section), _other(section, reading)
    compared = _comparisons(reading)
    if compared:
        yield translate("Encoders compared"), compared


def record_table(reading: Reading) -> str:
    """What was used: rows, encoders with revisions and digests, seed, versions, machine."""
    record = reading.record
    given, parameters = record.get("input") or {}, record.get("parameters") or {}
    rows = [
        (translate("run"), str(record.get("id", "–"))),
        (translate("kind of probe"), str(record.get("probe", "–"))),
        (
            translate("file"),
            f"{given.get('name', '–')}, {given.get('n', '–')}, SHA-256 {given.get('sha256', '–')}",
        ),
        (translate("seed"), str(parameters.get("seed", "–"))),
    ]
    left_out = given.get("left_out") or []
    if left_out:
        said = "; ".join(
            translate("line {line}: {reason}").format(line=bad["line"], reason=bad["reason"])
            for bad in left_out
        )
        rows.append((translate("left out"), said))
    rows += [(name, _card(card)) for name, card in (record.get("encoders") or {}).items()]
    if record.get("iceberg"):
        rows.append((translate("iceberg"), _card(record["iceberg"])))
    rows.append((translate("packages"), _card(record.get("packages") or {})))
    rows.append((translate("machine"), _card(record.get("machine") or {})))
    return _table([], [[name, _Text(said)] for name, said in rows])


class _Text(str):
    """A cell of running text, which may wrap."""


class _Wide(tuple[Any, int]):
    """A cell over several columns."""


class _Small(tuple[str, str]):
    """A cell of two lines: a number, and what stands beneath it."""


def _whole(reading: Reading) -> str:
    names = list(reading.entries)
    rows: list[list[Any]] = []
    for row in reading.rows():
        sized = row.kind in ("arm", "control")
        if row.kind == "baseline":
            cells: list[Any] = [_Wide((_number(row.cells[""], reading), len(names)))]
        else:
            cells = [_number(row.cells.get(name), reading, sized=sized) for name in names]
        rows.append([named(row.name, reading), *cells])
    return _table(["", *_heads(reading)], rows)


def _lost(reading: Reading) -> str:
    corrected = {name: arms_holm(entry) for name, entry in reading.entries.items()}
    rows = []
    for arm in [*reading.arms, *reading.baselines]:
        parts = {name: (entry.get("arms") or {}).get(arm) or {} for name, entry in reading.entries.items()}
        if any(each.get("gap") is not None for each in parts.values()):
            rows.append([named(arm), *(_gap(e, corrected[n].get(arm), reading) for n, e in parts.items())])
    return _table(["", *_heads(reading)], rows) if rows else ""


def _gap(arm: Entry, p: float | None, reading: Reading) -> Any:
    if arm.get("gap") is None:
        return "–"
    beneath = interval(arm.get("gap_ci"), reading)
    if p is not None:
        beneath += ", p " + p_value(p)
    return _Small((figure(arm["gap"], reading), beneath))


def _strata(reading: Reading) -> str:
    known = counts(reading)
    names = list(reading.entries)
    rows = []
    for stratum, row in known.items():
        cells = [
            f"{markup.number(row[name].right)} / {row[name].n} ({percent(row[name].right / row[name].n, 0)}{sign()})"
            if name in row
            else "–"
            for name in names
        ]
        chance = next(iter(row.values())).chance
        rows.append([named(stratum), *cells, percent(chance, 0) + sign()])
    return _table(["", *_heads(reading), translate("chance")], rows) if rows else ""


def _phenomena(reading: Reading) -> str:
    rows = []
    for phenomenon, n in reading.phenomena:
        cells: list[Any] = [named(phenomenon), str(n)]
        for entry in reading.entries.values():
            cells.append(_cell((entry.get("phenomena") or {}).get(phenomenon), reading))
        rows.append(cells)
    return _table(["", "n", *_heads(reading)], rows) if rows else ""


def _other(section: str, reading: Reading) -> str:
    parts = {name: reading.others(entry).get(section, {}) for name, entry in reading.entries.items()}
    rows: list[list[Any]] = [
        [named(key), *(_cell(each.get(key), reading, sized=True) for each in parts.values())]
        for key in dict.fromkeys(key for each in parts.values() for key in each)
    ]
    verdicts = [str((e.get(section) or {}).get("verdict") or "") for e in reading.entries.values()]
    if any(verdicts):
        rows.append([translate("verdict"), *(_Text(translate(each) if each else "–") for each in verdicts)])
    return _table(["", *_heads(reading)], rows)


def _cell(figures: Entry | None, reading: Reading, *, sized: bool = False) -> Any:
    holm = (figures or {}).get("p_holm")
    return _number(reading.cell(figures), reading, sized=sized, p=holm)


def _number(cell: Cell | None, reading: Reading, *, sized: bool = False, p: float | None = None) -> Any:
    if cell is None:
        return "–"
    beneath = [interval(cell.bounds, reading)] if cell.bounds else []
    if sized and cell.n != reading.n:
        beneath.append(f"n {cell.n}")
    if p is not None:
        beneath.append(f"p {p_value(p)}")
    return _Small((unit(figure(cell.value, reading), reading), ", ".join(beneath)))


def _comparisons(reading: Reading) -> str:
    rows = []
    for each in reading.result.get("comparisons") or []:
        difference = _Small((figure(each["difference"], reading), interval(each.get("ci"), reading)))
        only = f"{each['only_a_right']}, {each['only_b_right']}" if "only_a_right" in each else "–"
        tests = [
            _Small((_p(each.get(f"p_{test}")), f"Holm: {_p(each.get(f'p_{test}_holm'))}"))
            for test in ("mcnemar", "permutation")
        ]
        rows.append([f"{each['a']} − {each['b']}", difference, only, *tests])
    heads = [
        "",
        translate("points [95 %]") if reading.measure == "accuracy" else translate("difference [95 %]"),
        translate("only the first, only the second right"),
        "p McNemar",
        translate("p permutation"),
    ]
    return _table(heads, rows) if rows else ""


def _p(p: float | None) -> str:
    return p_value(p).removeprefix("= ")


def _heads(reading: Reading) -> list[str]:
    short = short_names(reading.names)
    return [short[name] for name in reading.entries]


def _card(card: Mapping[str, Any]) -> str:
    """`revision 1, dim 512, …`, whatever it holds."""
    return ", ".join(f"{key} {_plain(value)}" for key, value in card.items() if value not in (None, "", {}))


def _plain(value: Any) -> str:
    if isinstance(value, Mapping):
        return "(" + _card(value) + ")"
    return minus(str(value)) if isinstance(value, int | float) else str(value)


def _table(heads: Sequence[str], rows: Sequence[Sequence[Any]]) -> str:
    lines = [element("tr", children=[element("th", head, scope="col") for head in heads])] if heads else []
    for row in rows:
        lines.append(element("tr", children=[element("th", str(row[0]), scope="row"), *map(_td, row[1:])]))
    return element("div", children=[element("table", children=lines)], class_="scroll")


def _td(cell: Any) -> str:
    if isinstance(cell, _Wide):
        return _td(cell[0]).replace("<td", f'<td colspan="{cell[1]}" class="across"', 1)
    if isinstance(cell, _Small):
        return element("td", cell[0], children=[element("small", cell[1])] if cell[1] else [])
    if isinstance(cell, _Text):
        return element("td", cell, class_="text")
    return element("td", str(cell))
