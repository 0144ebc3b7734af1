"""What several test files share: the demo, built once a run with the real encoders."""

from __future__ import annotations

from pathlib import Path

import pytest
from browsing import address, chromium, opened, page_home  # noqa: F401  # fixtures
from filelock import FileLock

from explorer.cli import main as cli


def common(factory: pytest.TempPathFactory) -> Path:
    """The temporary folder that all workers of a run share."""
    base = factory.getbasetemp()
    return base.parent if base.name.startswith("popen-") else base


@pytest.fixture(scope="session")
def demo_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder that holds the whole demo; minutes to build, so once for all workers of a run."""
    shared = common(tmp_path_factory)
    home = shared / "demo-home"
    with pytest.MonkeyPatch.context() as patch, FileLock(shared / "demo.lock"):
        patch.setenv("EXPLORER_HOME", str(home))
        patch.setenv("EXPLORER_LANG", "en")
        if not (home / "built").exists():
            assert cli.main(["demo", "build"]) == 0
            (home / "built").touch()
    return home


@pytest.fixture(scope="session", autouse=True)
def weights(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Every pinned asset is in the cache before the first test, so that tests may be offline; fetched once."""
    from explorer.assets import AssetStore
    from explorer.registry import load_registry

    with FileLock(common(tmp_path_factory) / "weights.lock"):
        store = AssetStore()
        for asset in load_registry().assets():
            store.folder(asset)
