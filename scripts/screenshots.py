"""Take the pictures of the docs: `explorer ui --no-browser`, then `python scripts/screenshots.py [URL]`.

The map of the demo, asked 狗叫, in Chinese, light and dark, with the first sound that is no speech opened; the iceberg
of 张三吃食堂 in Chinese, and three icebergs side by side in Chinese and English, light and dark.
"""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

FOLDER = Path(__file__).resolve().parents[1] / "docs" / "images"
QUERY = "狗叫"


def main() -> None:
    """Write docs/images/map-*.png, iceberg-*.png and iceberg-three-*.png."""
    url = sys.argv[1] if len(sys.argv) > 1 else "http://127.0.0.1:8501"
    FOLDER.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium") or shutil.which("google-chrome"), args=["--no-sandbox"]
        )
        for scheme in ("light", "dark"):
            page = browser.new_page(
                viewport={"width": 1440, "height": 900},
                locale="zh-CN",
                color_scheme="dark" if scheme == "dark" else "light",
            )
            page.goto(url)
            _ask(page)
            page.screenshot(path=FOLDER / f"map-{scheme}.png")
            for language in ("zh", "en"):
                _icebergs(page, url, scheme, language)
            page.close()
        browser.close()


def _ask(page: Page) -> None:
    page.locator(".js-plotly-plot .main-svg").first.wait_for(timeout=60_000)
    box = page.locator(".st-key-typed input")
    box.fill(QUERY)
    box.press("Enter")
    sounds = page.locator('[class*="st-key-hit-audio-"]', has_not_text="▲")
    sounds.first.wait_for(timeout=60_000)
    sounds.first.locator('[class*="st-key-card-hit-"] button').click()
    page.locator(".st-key-item-card").wait_for()
    page.mouse.move(1430, 3)
    page.evaluate("document.activeElement.blur()")
    page.wait_for_timeout(4000)  # until the models are loaded and the map stands still


def _icebergs(page: Page, url: str, scheme: str, language: str) -> None:
    """One iceberg (in Chinese) and three side by side."""
    page.goto(f"{url.rstrip('/')}/iceberg?lang={language}")
    page.get_by_text({"zh": "读作", "en": "Read as"}[language], exact=True).first.wait_for(timeout=90_000)
    page.wait_for_timeout(12_000)  # until the drawing and the neighbours stand still
    page.mouse.move(1430, 890)
    if language == "zh":
        page.screenshot(path=FOLDER / f"iceberg-{scheme}.png")
    page.get_by_text({"zh": "并排", "en": "Side by side"}[language], exact=True).first.click()
    page.wait_for_timeout(8_000)
    page.mouse.move(1430, 890)
    page.screenshot(path=FOLDER / f"iceberg-three-{language}-{scheme}.png")


if __name__ == "__main__":
    main()
