"""Which device computes: one function, overridable."""

from __future__ import annotations

import os

from explorer.errors import InputError
from explorer.i18n import _


def pick_device(wanted: str | None = None) -> str:
    """Cuda where there is one, else mps, else cpu; `wanted` or EXPLORER_DEVICE override.

    Raises:
        InputError: the wanted device is not here.
    """
    import torch

    available = ["cpu"]
    if torch.backends.mps.is_available():
        available.insert(0, "mps")
    if torch.cuda.is_available():
        available.insert(0, "cuda")
    wanted = wanted or os.environ.get("EXPLORER_DEVICE")
    if not wanted:
        return available[0]
    if wanted.partition(":")[0] not in available:
        raise InputError(
            _("There is no device {name} here. Devices: {choices}.").format(
                name=wanted, choices=", ".join(available)
            )
        )
    return wanted
