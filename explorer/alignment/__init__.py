"""How the vectors of an encoder come into a space: natively, across a label bridge, or through a transcript."""

from __future__ import annotations

from explorer.alignment.base import Alignment, Centred, unit
from explorer.alignment.label_bridge import LabelBridge, fit_label_bridge

__all__ = ["Alignment", "Centred", "LabelBridge", "fit_label_bridge", "unit"]
