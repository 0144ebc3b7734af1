"""What several test files share: the demo, built once a run with the real encoders."""

from __future__ import annotations

from pathlib import Path

import pytest
from filelock import FileLock

from explorer.cli import main as cli


@pytest.fixture(scope="session")
def demo_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder that holds the whole demo; minutes to build, so once for all workers of a run."""
    shared = tmp_path_factory.getbasetemp()
    shared = shared.parent if shared.name.startswith("popen-") else shared
    home = shared / "demo-home"
    with pytest.MonkeyPatch.context() as patch, FileLock(shared / "demo.lock"):
        patch.setenv("EXPLORER_HOME", str(home))
        patch.setenv("EXPLORER_LANG", "en")
        if not (home / "built").exists():
            assert cli.main(["demo", "build"]) == 0
            (home / "built").touch()
    return home
