"""What is shipped: the wheel works outside the checkout, and every dependency is pinned."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[1]
LAYERS = ("explorer", "plugins", "probes", "store")
SHIPPED = (*LAYERS, "app.py", "pyproject.toml", "README.md", "LICENSE", "NOTICE")
CODE_AND_WORDS = (".py", ".mo", ".po", ".html", ".css", ".js", ".svg")
DATA = (".toml", ".json", ".jsonl", ".tsv", ".csv", ".txt", ".npz")
MAIN = (
    "torch",
    "sentence-transformers",
    "umap-learn",
    "plotly",
    "streamlit",
    "networkx",
    "sqlalchemy",
    "pluggy",
)


@pytest.fixture(scope="module")
def project() -> dict[str, object]:
    loaded: dict[str, object] = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    return loaded


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built from a copy, so that no build folder of the checkout leaks into it."""
    folder = tmp_path_factory.mktemp("wheel")
    for name in SHIPPED:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, folder / "source" / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            (folder / "source").mkdir(exist_ok=True)
            shutil.copy(source, folder / "source" / name)
    pip("wheel", "--no-deps", "--no-build-isolation", "-w", str(folder / "dist"), str(folder / "source"))
    (built,) = (folder / "dist").glob("*.whl")
    return built


@pytest.fixture(scope="module")
def site(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the installed wheel."""
    target = tmp_path_factory.mktemp("site")
    pip("install", "--no-deps", "--no-index", "--target", str(target), str(wheel))
    return target


def pip(*args: str) -> None:
    command = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--quiet", *args]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def explorer(site: Path, cwd: Path, *args: str) -> subprocess.CompletedProcess[str]:
    """Run the installed command in a folder that is not the checkout."""
    environ = {name: value for name, value in os.environ.items() if not name.startswith("EXPLORER_")} | {
        "PYTHONPATH": str(site),
        "EXPLORER_HOME": str(cwd / "home"),
        "EXPLORER_CACHE": str(cwd / "cache"),
        "EXPLORER_LANG": "zh",
        "OMP_NUM_THREADS": "1",
    }
    command = [sys.executable, str(site / "bin" / "explorer"), *args]
    return subprocess.run(command, cwd=cwd, env=environ, capture_output=True, text=True, check=False)


def test_the_wheel_holds_what_it_needs(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        inside = set(archive.namelist())
    expected = {
        path.relative_to(ROOT).as_posix()
        for layer in LAYERS
        for path in (ROOT / layer).rglob("*")
        if path.suffix in CODE_AND_WORDS + DATA and "__pycache__" not in path.parts
    }
    assert expected | {"app.py", "explorer/py.typed"} <= inside
    assert "explorer/locale/zh/LC_MESSAGES/explorer.mo" in inside
    assert any(name.startswith("store/migrations/versions/") for name in inside)
    assert not [name for name in inside if name.startswith(("tests/", "scripts/"))]
    assert not [name for name in inside if "/mandarin/" in name and name.endswith(".ogg")], (
        "these clips are not ours to pass on in a wheel"
    )
    assert any(name.endswith("licenses/LICENSE") for name in inside)
    assert any(name.endswith("licenses/NOTICE") for name in inside)


def test_the_wheel_works_outside_the_checkout(site: Path, tmp_path: Path) -> None:
    where = subprocess.run(
        [
            sys.executable,
            "-c",
            "import app, explorer as e, store; print(app.__file__, e.__file__, store.__file__)",
        ],
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": str(site)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert all(Path(path).is_relative_to(site) for path in where.stdout.split())
    done = explorer(site, tmp_path, "--help")
    assert done.returncode == 0, done.stderr
    assert "查找" in done.stdout
    (tmp_path / "texts.txt").write_text("狗在叫\na bowl of noodles\n", "utf-8")
    done = explorer(site, tmp_path, "ingest", "texts.txt", "-w", "mine", "--offline")
    assert done.returncode == 0, done.stderr
    done = explorer(site, tmp_path, "search", "小狗", "-w", "mine", "-k", "1", "--offline", "--json")
    assert done.returncode == 0, done.stderr
    assert [hit["caption"] for hit in json.loads(done.stdout)["results"]["text"]] == ["狗在叫"]


def test_every_dependency_is_pinned_within_its_range(project: dict[str, object]) -> None:
    pins = {}
    for line in (ROOT / "constraints.txt").read_text("utf-8").splitlines():
        if line and not line.startswith("#"):
            pin = Requirement(line)
            assert [spec.operator for spec in pin.specifier] == ["=="], line
            assert "+" not in str(pin.specifier), f"{line}: a build of one machine is no pin for others"
            pins[canonicalize_name(pin.name)] = next(iter(pin.specifier)).version
    optional = project["optional-dependencies"]
    assert isinstance(optional, dict)
    for line in [*project["dependencies"], *optional["dev"]]:  # type: ignore[misc]
        requirement = Requirement(line)
        name = canonicalize_name(requirement.name)
        if name == "pip":  # whichever pip is there installs the rest
            continue
        assert name in pins, f"{name} has no pin in constraints.txt"
        assert requirement.specifier.contains(pins[name]), f"{line} does not allow the pin {pins[name]}"


def test_the_main_packages_are_no_extras(project: dict[str, object]) -> None:
    dependencies = project["dependencies"]
    assert isinstance(dependencies, list)
    assert set(MAIN) <= {canonicalize_name(Requirement(line).name) for line in dependencies}


def test_both_readmes_begin_with_the_two_commands() -> None:
    for name in ("README.md", "README.zh.md"):
        text = (ROOT / name).read_text("utf-8")
        assert text.index("make run") < text.index("make test") < 300
        assert r".venv\Scripts\pip install -c constraints.txt -e ." in text
        assert r".venv\Scripts\explorer run" in text
