"""A real browser for tests of the page: a workspace to look at, the page's address, and who looks at it."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from explorer import Workspace

NAMES = ("chromium", "google-chrome", "chromium-browser", "google-chrome-stable")
PICTURES = {"dog", "dog face", "guide dog", "poodle", "wolf", "cat", "cat face", "black cat", "steaming bowl"}
PICTURES |= {"spaghetti", "violin", "guitar", "cloud with rain", "umbrella", "piano", "trumpet", "automobile"}
SOUNDS = {"狗叫", "猫叫", "羊叫", "钢琴", "小提琴", "小号"}
SLOW = 60_000


@dataclass
class Seen:
    """What the browser told while a page was open."""

    page: Any
    wrong: list[str]

    def idle(self) -> None:
        """Wait until the page has drawn what was asked for."""
        self.page.wait_for_timeout(250)
        self.page.wait_for_selector(
            '[data-testid="stApp"][data-test-script-state="notRunning"]', state="attached"
        )

    def ask(self, text: str) -> None:
        """Type a question; wait for its neighbours."""
        box = self.page.locator(".st-key-typed input")
        box.fill(text)
        box.press("Enter")
        self.chip(text[:5]).wait_for(timeout=SLOW)
        self.page.locator('[class*="st-key-hit-"]').first.wait_for(timeout=SLOW)
        self.idle()

    def give(self, sign: int, path: Path) -> None:
        """Upload a file behind one of the bar's signs: 0 pictures, 1 sounds."""
        self.page.locator('.st-key-bar [data-testid="stPopoverButton"]').nth(sign).click()
        self.page.locator('[data-testid="stFileUploaderDropzoneInput"]').set_input_files(path)

    def hits(self, modality: str) -> Any:
        """The rows of a column."""
        return self.page.locator(f'[class*="st-key-hit-{modality}-"]')

    def chip(self, text: str) -> Any:
        """The term of the query that begins so."""
        return self.page.locator(
            '[class*="st-key-chip-"] [data-testid="stPopoverButton"]', has_text=text
        ).first

    def chips(self) -> list[str]:
        """The terms of the query as they stand on the page."""
        found = self.page.locator('[class*="st-key-chip-"] [data-testid="stPopoverButton"]').all_inner_texts()
        return [" ".join(text.split("expand_more")[0].split()) for text in found]


@pytest.fixture(scope="session")
def page_home(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """EXPLORER_HOME and the name of a workspace with pictures, sounds, speech and sentences on the same things."""
    home = tmp_path_factory.mktemp("page-home")
    before = os.environ.get("EXPLORER_HOME")
    os.environ["EXPLORER_HOME"] = str(home)
    try:
        with Workspace.open("empty", create=True):
            pass
        with Workspace.open("small", create=True) as workspace:
            demo = workspace.registry.collections["demo"]
            folders = {asset.name: workspace.pool.assets.folder(asset) for asset in demo.assets}
            kept: dict[str, list[Any]] = {"text": [], "image": [], "sound": [], "speech": []}
            for item in demo.items(folders):
                kind = "speech" if item.meta.get("spoken") else (item.modality or "")
                if kind == "image" and item.captions["en"] in PICTURES:
                    kept["image"].append(item)
                elif kind == "audio" and item.captions["zh"] in SOUNDS:
                    kept["sound"].append(item)
                elif kind in ("text", "speech") and len(kept[kind]) < (16 if kind == "text" else 4):
                    kept[kind].append(item)
            report = workspace.ingest([item for items in kept.values() for item in items])
            assert not report.refused
            assert all(kept.values())
            workspace.projection("pca")
    finally:
        os.environ.pop("EXPLORER_HOME") if before is None else os.environ.update(EXPLORER_HOME=before)
    return home, "small"


@pytest.fixture(scope="session")
def chromium() -> Iterator[Any]:
    """A running browser; where there is none: a skip, or a failure under EXPLORER_REQUIRE_BROWSER=1."""
    give_up: Callable[[str], None] = (
        pytest.fail if os.environ.get("EXPLORER_REQUIRE_BROWSER") == "1" else pytest.skip
    )
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        give_up("the package playwright is missing: pip install playwright")
    with sync_playwright() as playwright:
        own = Path(playwright.chromium.executable_path)
        found = next((path for path in map(shutil.which, NAMES) if path), str(own) if own.exists() else None)
        if found is None:
            give_up("no Chromium: apt-get install chromium, or playwright install chromium")
        flags = ["--no-sandbox", "--autoplay-policy=no-user-gesture-required", "--mute-audio"]
        browser = playwright.chromium.launch(executable_path=found, args=flags)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def address(page_home: tuple[Path, str], chromium: object) -> Iterator[str]:
    """The page's address."""
    home, name = page_home
    environ = os.environ | {"EXPLORER_HOME": str(home), "EXPLORER_LANG": "en"}
    code = "import sys; from explorer.cli.main import main; sys.exit(main())"
    command = [sys.executable, "-c", code, "ui", "-w", name, "--offline", "--no-browser"]
    process = subprocess.Popen(command, env=environ, stderr=subprocess.PIPE, text=True)
    assert process.stderr is not None
    lines = []
    try:
        for line in process.stderr:
            lines.append(line)
            found = re.search(r"http://127\.0\.0\.1:\d+", line)
            if found:
                break
        else:
            pytest.fail("".join(lines))
        yield found[0]
        process.send_signal(signal.SIGTERM if os.name == "posix" else signal.CTRL_BREAK_EVENT)
        process.wait(30)
        told = process.stderr.read()
        assert "page error" not in told, told
    finally:
        process.kill()
        process.wait()
        process.stderr.close()


@pytest.fixture
def opened(chromium: Any, address: str) -> Iterator[Callable[..., Seen]]:
    """Open the page as somebody; afterwards nothing may have gone wrong or out."""
    made: list[tuple[Any, Seen]] = []

    def opener(*, locale: str = "zh-CN", phone: bool = False, scheme: str = "light") -> Seen:
        size = {"width": 390, "height": 844} if phone else {"width": 1440, "height": 900}
        context = chromium.new_context(
            locale=locale, viewport=size, is_mobile=phone, has_touch=phone, color_scheme=scheme
        )
        page = context.new_page()
        page.set_default_timeout(30_000)
        wrong: list[str] = []
        page.on("console", lambda m: wrong.append(m.text) if m.type in ("error", "warning") else None)
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.on("response", lambda r: wrong.append(f"{r.status} {r.url}") if r.status >= 400 else None)
        page.on("request", lambda r: None if _inside(r.url, address) else wrong.append(f"outside: {r.url}"))
        page.goto(address)
        page.locator(".js-plotly-plot .main-svg").first.wait_for(timeout=SLOW)
        seen = Seen(page=page, wrong=wrong)
        seen.idle()
        made.append((context, seen))
        return seen

    yield opener
    for context, seen in made:
        boxes = seen.page.locator('[data-testid="stException"], [data-testid="stAlert"]').count()
        sideways = seen.page.evaluate("document.documentElement.scrollWidth > innerWidth")
        context.close()
        assert seen.wrong == []
        assert boxes == 0, "one of Streamlit's own error boxes"
        assert not sideways, "the page scrolls sideways"


def _inside(url: str, address: str) -> bool:
    return url.startswith((address, address.replace("http", "ws"), "data:", "blob:"))
