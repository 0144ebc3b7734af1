"""The probe `role-classification`: can the object's role be read off a vector by a linear probe?"""

from __future__ import annotations

__all__: list[str] = []
