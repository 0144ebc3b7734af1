"""The style sheet of the report's page: light and dark by the reader's setting, one column, figures for two widths."""

from __future__ import annotations

from explorer import palette
from probes.report.look import variables

SWITCH = 720
"""Pixels of the window under which the narrow figures are shown."""
_SHEET = """
:root{color-scheme:light dark;LIGHT}
@media (prefers-color-scheme:dark){:root{DARK}}
*{box-sizing:border-box}
body{margin:0;padding:28px 20px;background:var(--page);color:var(--ink);font:14px/1.55 SANS}
main{max-width:920px;margin:0 auto}
h1{font:700 24px/1.3 SERIF;margin:0}
h2{font-size:15px;font-weight:650;margin:0 0 10px}
h3{font-size:14px;font-weight:650;margin:0}
section{background:var(--card);border:1px solid var(--line);border-radius:12px;padding:14px 16px;margin-top:16px}
section>p:last-child{margin-bottom:0}
p{margin:4px 0}
.mute{color:var(--mute);font-size:12.5px}
.verdicts{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,380px),1fr));gap:14px;margin-top:16px}
.verdicts section{margin:0}
.verdict{display:inline-block;border:1px solid var(--line);border-radius:8px;padding:1px 8px;
  font-size:14px;font-weight:650}
.verdict.ok{color:var(--ok);border-color:var(--ok)}
.verdict.warn{color:var(--lit-words);border-color:var(--lit-words)}
.verdict.mute{color:var(--mute)}
.score{font-size:19px;font-weight:700;margin:6px 0}
.score span{font-size:12.5px;font-weight:400;color:var(--mute)}
b{font-weight:650}
figure{margin:0}
figure svg{display:block;width:100%;height:auto}
.narrow{display:none}
.pair{display:grid;grid-template-columns:1fr 1fr;gap:16px}
.scroll{overflow-x:auto}
table{border-collapse:collapse;width:100%;font-variant-numeric:tabular-nums}
th,td{padding:5px 10px;text-align:right;border-top:1px solid var(--line);white-space:nowrap;vertical-align:top}
th{font-weight:600}
tr:first-child th{border-top:0;vertical-align:bottom}
th:first-child,td:first-child{text-align:left;padding-left:0;white-space:normal;min-width:7em}
td.across{text-align:center;color:var(--mute)}
td.text{white-space:normal;text-align:left;overflow-wrap:anywhere}
td small{display:block;color:var(--mute);font-size:12px}
code{font:12.5px/1.6 ui-monospace,Consolas,monospace;overflow-wrap:anywhere}
pre{margin:6px 0;white-space:pre-wrap}
@media (max-width:SWITCHpx){body{padding:14px}.wide{display:none}.narrow{display:block}}
@media print{body{padding:0}section{break-inside:avoid}:root{color-scheme:light;LIGHT}}
"""


def sheet() -> str:
    """The whole sheet, with the colours of both themes."""
    light = "--ok:#166C4D;" + variables("light")
    dark = "--ok:#5FD3A8;" + variables("dark")
    found = _SHEET.replace("LIGHT", light).replace("DARK", dark)
    return found.replace("SANS", palette.SANS).replace("SERIF", palette.SERIF).replace("SWITCH", str(SWITCH))
