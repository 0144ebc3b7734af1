"""The page's colours and type as Streamlit options, light and dark."""

from __future__ import annotations

SANS = '"Source Sans", "Source Sans 3", "Noto Sans CJK SC", "PingFang SC", "Microsoft YaHei", sans-serif'
SERIF = '"Noto Serif CJK SC", "Source Han Serif SC", "Songti SC", SimSun, serif'

_LIGHT = {
    "primaryColor": "#12557F",
    "backgroundColor": "#FAFBFC",
    "secondaryBackgroundColor": "#FFFFFF",
    "textColor": "#15222E",
    "linkColor": "#12557F",
    "borderColor": "#C6D1DA",
    "redColor": "#B3263C",
    "greenColor": "#166C4D",
    "yellowColor": "#8A5A00",
    "redBackgroundColor": "#FCECEE",
    "greenBackgroundColor": "#E4F3ED",
    "yellowBackgroundColor": "#FDF3DF",
    "sidebar.backgroundColor": "#F0F4F7",
    "sidebar.borderColor": "#E1E7EC",
}
_DARK = {
    "primaryColor": "#7CC0F0",
    "backgroundColor": "#0C1620",
    "secondaryBackgroundColor": "#13202C",
    "textColor": "#E6EDF3",
    "linkColor": "#7CC0F0",
    "borderColor": "#344A5D",
    "redColor": "#FF8592",
    "greenColor": "#5FD3A8",
    "yellowColor": "#F0C05A",
    "redBackgroundColor": "#3A1D24",
    "greenBackgroundColor": "#143228",
    "yellowBackgroundColor": "#33290F",
    "sidebar.backgroundColor": "#101C27",
    "sidebar.borderColor": "#223241",
}


def theme_settings() -> dict[str, str]:
    """Streamlit option → value."""
    settings = {
        "theme.font": SANS,
        "theme.headingFont": SERIF,
        "theme.baseRadius": "8px",
        "theme.showWidgetBorder": "true",
    }
    settings |= {f"theme.light.{name}": value for name, value in _LIGHT.items()}
    settings |= {f"theme.dark.{name}": value for name, value in _DARK.items()}
    return settings
