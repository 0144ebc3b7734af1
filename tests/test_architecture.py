"""The shape of the code: who may import whom, what stays out of start-up, how long files get."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import explorer

ROOT = Path(__file__).resolve().parents[1]
LAYERS = {
    "store": {"store"},
    "explorer": {"store", "explorer"},
    "plugins": {"explorer", "plugins"},
    "probes": {"explorer", "probes"},
    "app": {"store", "explorer", "plugins", "probes", "app"},
}
HEAVY = {
    "torch",
    "umap",
    "transformers",
    "numba",
    "onnxruntime",
    "faster_whisper",
    "sentence_transformers",
    "scipy",
    "statsmodels",
}
MAX_FILE_LINES = 400
MAX_FUNCTION_LINES = 60

# Ratchets: what is over a limit today. An entry that is no longer needed fails, so the lists only shrink.
LONG_FILES: dict[str, str] = {}
LONG_FUNCTIONS: dict[str, str] = {}


def sources() -> list[Path]:
    found = [path for layer in LAYERS for path in sorted((ROOT / layer).rglob("*.py"))]
    return [*found, ROOT / "app.py"]


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


SOURCES = pytest.mark.parametrize("path", sources(), ids=name_of)


def imports(tree: ast.AST, path: Path) -> Iterator[tuple[str, list[str]]]:
    """(module, names) of each import anywhere in the tree; relative ones are made absolute."""
    package = name_of(path).removesuffix(".py").split("/")[:-1]
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((alias.name, []) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else []
            yield ".".join([*base, *(node.module or "").split(".")]).strip("."), [a.name for a in node.names]


def at_module_level(tree: ast.Module) -> ast.Module:
    """The tree without function bodies and without `if TYPE_CHECKING` blocks: what an import executes."""

    class Skip(ast.NodeTransformer):
        def visit_FunctionDef(self, node: ast.FunctionDef) -> None:
            return None

        def visit_AsyncFunctionDef(self, node: ast.AsyncFunctionDef) -> None:
            return None

        def visit_If(self, node: ast.If) -> ast.AST | list[ast.stmt] | None:
            if ast.unparse(node.test) in ("TYPE_CHECKING", "typing.TYPE_CHECKING"):
                return node.orelse or None
            return self.generic_visit(node)

    return Skip().visit(tree)


def parse(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


@SOURCES
def test_imports_go_one_way(path: Path) -> None:
    layer = name_of(path).split("/")[0].removesuffix(".py")
    for module, names in imports(parse(path), path):
        top = module.split(".")[0]
        if top not in LAYERS:
            continue
        assert top in LAYERS[layer], (
            f"{name_of(path)} imports {module}: {layer} may only import {LAYERS[layer]}"
        )
        if top == "explorer" and layer in ("plugins", "probes"):
            allowed = set(explorer.__all__)
            # i18n is another door: strings of a plugin's page and commands are translated there; and pages, which
            # run in Streamlit, take what all pages are made of from the kit.
            doors = ("explorer.i18n", "explorer.ui.kit")
            public = module in doors or (module == "explorer" and set(names) <= allowed)
            assert public, f"{name_of(path)} imports {module} {names}: plugins use names of explorer.__all__"


@pytest.mark.parametrize("path", sorted((ROOT / "plugins").rglob("*.py")), ids=name_of)
def test_a_plugin_imports_no_other_plugin(path: Path) -> None:
    parts = name_of(path).removesuffix(".py").split("/")
    for module, names in imports(parse(path), path):
        if module.split(".")[0] == "plugins":
            targets = {module.split(".")[1]} if "." in module else set(names)
            assert targets <= {parts[1]}, f"{name_of(path)} imports another plugin: {module} {names}"


@SOURCES
def test_streamlit_stays_in_the_ui(path: Path) -> None:
    if name_of(path).startswith(("explorer/ui/", "probes/page/")):
        return
    assert not [m for m, _ in imports(parse(path), path) if m.split(".")[0] == "streamlit"]


@SOURCES
def test_heavy_packages_are_imported_inside_functions(path: Path) -> None:
    heavy = [m for m, _ in imports(at_module_level(parse(path)), path) if m.split(".")[0] in HEAVY]
    assert not heavy, (
        f"{name_of(path)} imports {heavy} when it is imported: do it in the function that needs it"
    )


def test_files_are_short() -> None:
    long = {
        name_of(p): n for p in sources() if (n := len(p.read_text("utf-8").splitlines())) > MAX_FILE_LINES
    }
    assert set(long) == set(LONG_FILES), f"files over {MAX_FILE_LINES} lines: {long}"


def test_functions_are_short() -> None:
    long: dict[str, int] = {}
    for path in sources():
        for node in ast.walk(parse(path)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                length = (node.end_lineno or 0) - node.lineno + 1
                if length > MAX_FUNCTION_LINES:
                    long[f"{name_of(path)}:{node.name}"] = length
    assert set(long) == set(LONG_FUNCTIONS), f"functions over {MAX_FUNCTION_LINES} lines: {long}"


@pytest.mark.parametrize(
    "statement", ["import explorer", "import explorer.cli.main", "--help", "search --help"]
)
def test_start_up_is_light(statement: str) -> None:
    if statement.startswith("import"):
        run = statement
    else:
        run = f"import explorer.cli.main as m; assert m.main({statement.split()!r}) == 0"
    heavy = HEAVY | {"streamlit", "plotly", "pandas", "sklearn"}
    code = f"import sys\n{run}\nsys.exit(str(sorted({heavy!r} & set(sys.modules)) or ''))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=False)
    assert done.stderr.strip() == "", done.stderr


def test_the_checks_see_what_they_forbid(tmp_path: Path) -> None:
    """The gates themselves: a planted breach of each kind is found."""
    tree = ast.parse(
        "from typing import TYPE_CHECKING\nimport umap.plot\nif TYPE_CHECKING:\n    import torch\n"
        "def f():\n    import numba\n    from . import other\nclass C:\n    import onnxruntime\n"
    )
    path = ROOT / "plugins" / "pack" / "module.py"
    assert ("plugins.pack", ["other"]) in list(imports(tree, path))
    eager = {m.split(".")[0] for m, _ in imports(at_module_level(tree), path)}
    assert eager & HEAVY == {"umap", "onnxruntime"}
