"""What Streamlit's theme cannot say: density, the brand, result rows, and the phone."""

from __future__ import annotations

import streamlit as st

from explorer.ui import tokens

LOGO = """<svg viewBox="0 0 48 40" width="40" height="34" role="img" aria-hidden="true">
<polygon points="19,15 24,3 31,9 35,15" fill="#A9CCE3"/><polygon points="19,15 24,3 26,15" fill="#D6E8F3"/>
<polygon points="9,18 39,18 35,29 26,38 15,31" fill="#256C99"/><polygon points="9,18 24,18 26,38 15,31" fill="#3F8DB8"/>
<rect x="2" y="15.6" width="44" height="1.8" fill="#12557F"/></svg>"""


def inject() -> None:
    """Write the style sheet for the theme at hand."""
    theme = tokens.theme()
    values = {
        "ink": tokens.INK[theme],
        "mute": tokens.MUTE[theme],
        "line": tokens.LINE[theme],
        "edge": tokens.EDGE[theme],
        "card": tokens.CARD[theme],
        "soft": tokens.SOFT[theme],
        "cut": tokens.CUT[theme],
    }
    variables = "".join(f"--si-{name}:{value};" for name, value in values.items())
    st.html(f"<style>:root{{{variables}}}{_SHEET}</style>")


_SHEET = """
.block-container{padding:1.1rem 1.75rem 2rem;max-width:1500px}
[data-testid="stHeader"]{background:transparent;height:2.2rem}
[data-testid="stSidebar"]{min-width:220px;max-width:240px}
[data-testid="stSidebarHeader"]{height:2rem;padding-bottom:0}
h1{font-size:24px!important;font-weight:700!important;padding:0!important;white-space:nowrap}
.si-brand{display:flex;gap:10px;align-items:center;margin:0 0 10px}
.si-brand b{font-family:"Noto Serif CJK SC","Source Han Serif SC","Songti SC",SimSun,serif;font-size:19px;display:block;line-height:1.2}
.si-brand span,.si-mute{color:var(--si-mute);font-size:12.5px}
.si-head{display:flex;gap:8px;align-items:baseline;border-bottom:1px solid var(--si-line);padding-bottom:6px;margin-bottom:2px}
.si-head b{font-size:16px}.si-head i{font-style:normal;font-size:13px}.si-head span{color:var(--si-mute);font-size:12.5px}
.si-row{display:flex;gap:10px;align-items:flex-start}
.si-row img{width:52px;height:52px;object-fit:contain;background:#fff;border-radius:8px;border:1px solid var(--si-line);padding:3px;flex:none}
.si-row .t{font-size:14px;font-weight:600;line-height:1.35;overflow-wrap:anywhere}
.si-row .u{font-size:12.5px;color:var(--si-mute);line-height:1.35;overflow-wrap:anywhere}
.si-bar{display:flex;gap:8px;align-items:center;font-size:12.5px;margin-top:4px}
.si-bar b{font-variant-numeric:tabular-nums;min-width:28px}
.si-bar .track{flex:1;height:4px;border-radius:2px;background:var(--si-line);position:relative}
.si-bar .fill{height:4px;border-radius:2px}
.si-bar .chance{position:absolute;top:-3px;width:2px;height:10px;background:var(--si-cut)}
.si-why{font-size:12px;color:var(--si-mute);line-height:1.35;margin-top:3px;overflow-wrap:anywhere}
.si-trust{font-size:12.5px;color:var(--si-mute);border-top:1px solid var(--si-line);padding-top:8px}
.si-trust b{color:var(--si-ink)}
.si-legend{display:flex;gap:14px;justify-content:flex-end;font-size:13px;padding-top:6px;flex-wrap:wrap}
.si-empty{text-align:center;padding:60px 12px;font-size:16px}
.si-empty code{display:inline-block;margin:10px 0;padding:6px 10px;border-radius:8px;background:var(--si-soft)}
.si-error{border:1px solid var(--si-cut);border-radius:12px;padding:12px 16px;margin:4px 0}
.si-error b{color:var(--si-cut)}
.si-wait{font-size:13px;color:var(--si-mute)}
.si-wait .track{height:3px;background:var(--si-line);border-radius:2px;margin-top:4px;overflow:hidden}
.si-wait .fill{height:3px;background:#12557F}
.st-key-map-card,.st-key-item-card{background:var(--si-card)}
[class*="st-key-hit-"]{border-bottom:1px solid var(--si-line);padding-bottom:8px}
[class*="st-key-hit-"] button{min-height:28px;padding:0 8px;font-size:12.5px}
audio{height:36px}
.st-key-query [data-testid="stHorizontalBlock"]{align-items:center}
@media (max-width:640px){
 .block-container{padding:2.4rem .9rem 2rem}
 .st-key-query [data-testid="stHorizontalBlock"]{flex-wrap:wrap;gap:8px}
 .st-key-query [data-testid="stColumn"]{min-width:44px!important;width:auto!important;flex:1 1 44px!important}
 .st-key-query [data-testid="stColumn"]:nth-child(1){flex:0 0 100%!important}
 .st-key-query [data-testid="stColumn"]:nth-child(2){flex:1 0 100%!important}
 .st-key-neighbours [data-testid="stHorizontalBlock"]:first-of-type{flex-wrap:nowrap;overflow-x:auto;scroll-snap-type:x mandatory;gap:14px}
 .st-key-neighbours>div>[data-testid="stHorizontalBlock"]>[data-testid="stColumn"]{min-width:250px!important;scroll-snap-align:start}
 .st-key-neighbours [class*="st-key-hit-"] [data-testid="stHorizontalBlock"]{overflow:visible}
 button{min-height:44px!important}
 .si-legend{justify-content:flex-start}
}
@media (prefers-reduced-motion:reduce){*{transition:none!important;animation:none!important}}
"""
