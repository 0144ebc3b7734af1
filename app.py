"""The page: `streamlit run app.py`, or better `explorer ui`. Opens the workspace and hands over to `explorer.ui`."""

from __future__ import annotations

from explorer.ui.shell import main

main()
