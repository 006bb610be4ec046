"""The dashboard as people use it: the command that starts it, and a real browser before it.

`dashboard` is a running server with a workspace of its own; `chromium` a browser; `visitor(...)`
somebody who opens a page in it, with everything noted that should not happen: requests that leave
this machine, errors of the page, scripts that ran.
"""

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from importlib import resources
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

HERE = "127.0.0.1"
SECONDS_TO_START = 60
SECONDS_TO_SETTLE = 60
SECONDS_TO_BE_DRAWN = 5
SECONDS_TO_AUDIT = 120
WIDE = (1280, 900)
PHONE = (390, 844)

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]


# -- the server ------------------------------------------------------------------------------------


@dataclass
class Dashboard:
    """A running dashboard: where it answers, where it keeps things, its process."""

    url: str
    workspace: Path
    process: subprocess.Popen[bytes]
    log: Path

    @property
    def said(self) -> str:
        """What the server wrote."""
        return self.log.read_text(errors="replace")


@contextmanager
def serving(folder: Path, *arguments: str, **environment: str) -> Iterator[Dashboard]:
    """Start `audits dashboard` on a free port and stop it again."""
    port = _free_port()
    workspace = folder / "workspace"
    log = folder / "server.log"
    command = [sys.executable, "-m", "audits", "dashboard", *arguments]
    command += ["--no-browser", "--port", str(port)]
    told = {**os.environ, "AUDITS_WORKSPACE": str(workspace), **environment}
    with log.open("wb") as written:
        process = subprocess.Popen(
            command, stdout=written, stderr=written, env=told, cwd=folder, start_new_session=True
        )
    try:
        made = Dashboard(f"http://{HERE}:{port}", workspace, process, log)
        _wait_until_healthy(made)
        yield made
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGTERM)
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def _free_port() -> int:
    with socket.socket() as asked:
        asked.bind((HERE, 0))
        return int(asked.getsockname()[1])


def _wait_until_healthy(made: Dashboard) -> None:
    give_up = time.monotonic() + SECONDS_TO_START
    while time.monotonic() < give_up:
        if made.process.poll() is not None:
            raise RuntimeError(f"audits dashboard ended at once:\n{made.said}")
        with (
            suppress(urllib.error.URLError, ConnectionError),
            urllib.request.urlopen(f"{made.url}/_stcore/health", timeout=5) as answer,
        ):
            if answer.status == 200:
                return
        time.sleep(0.1)
    raise RuntimeError(f"audits dashboard did not answer in {SECONDS_TO_START} s:\n{made.said}")


# -- the browser -----------------------------------------------------------------------------------


@contextmanager
def browsing() -> Iterator[Any]:
    """Start Debian's Chromium, and end it with the loop that playwright leaves running."""
    from playwright.sync_api import sync_playwright

    found = shutil.which("chromium")
    if not found:
        raise RuntimeError("Chromium is missing. On Debian: apt-get install chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=FLAGS)
        try:
            yield browser
        finally:
            browser.close()


@dataclass
class Visitor:
    """Somebody with a browser of their own, and what went wrong before their eyes."""

    page: Any
    url: str
    outside: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    def open(self, path: str = "/") -> None:
        """Open an address of the dashboard: a new session begins."""
        self.page.goto(f"{self.url}{path}")
        self.settled()

    def settled(self) -> None:
        """Wait until the page has been computed and drawn."""
        settled(self.page)

    def go(self, name: str) -> None:
        """Go to another page as people do: by its link."""
        link = self.page.get_by_test_id("stSidebarNavLink").filter(has_text=re.compile(name)).first
        if (link.bounding_box() or {"x": -1})["x"] < 0:  # on a phone the pages are folded away
            self.page.get_by_test_id("stExpandSidebarButton").click()
        link.click()
        self.settled()
        folded = self.page.get_by_test_id("stSidebarCollapseButton").get_by_role("button")
        if self.page.viewport_size["width"] < 768 and folded.is_visible():
            folded.click()
            self.settled()

    def upload(self, label: str, *files: Path) -> None:
        """Give files to the uploader of that label."""
        box = self.page.get_by_test_id("stFileUploader").filter(has_text=label)
        box.locator("input[type=file]").set_input_files(files)
        self.settled()

    def press(self, name: str) -> None:
        """Press a button by what it says."""
        self.page.get_by_role("button", name=name, exact=True).click()
        self.settled()

    def run_audit(self) -> None:
        """Run what has been chosen, and wait until the findings are there."""
        self.page.get_by_role("button", name=re.compile("^Run ")).click()
        self.page.wait_for_url("**/findings?*", timeout=SECONDS_TO_AUDIT * 1000)
        self.settled()

    def open_first_group(self) -> None:
        """Open the card of the group that comes first on Findings."""
        self.page.locator("[class*=st-key-open-] button").first.click()
        self.page.wait_for_url("**/group?*")
        self.settled()

    def resize(self, width: int, height: int) -> None:
        """Make the window as wide and as high as that."""
        self.page.set_viewport_size({"width": width, "height": height})
        self.settled()

    def whole(self) -> None:
        """Make the window as high as the page, so that nothing is scrolled out of it."""
        high = self.page.evaluate(
            "() => document.querySelector('[data-testid=\"stMain\"]').scrollHeight"
        )
        size = self.page.viewport_size
        if high > size["height"]:
            self.resize(size["width"], high + 1)

    def body(self) -> str:
        """All that can be read on the page; one that is blank is drawn in a moment."""
        main = self.page.get_by_test_id("stMain")
        give_up = time.monotonic() + SECONDS_TO_BE_DRAWN
        while not (said := str(main.inner_text())).strip() and time.monotonic() < give_up:
            self.page.wait_for_timeout(60)
        return said


@contextmanager
def visitor(
    browser: Any, url: str, *, size: tuple[int, int] = WIDE, dark: bool = False
) -> Iterator[Visitor]:
    """Somebody opens a browser: nothing is shared with anybody else's."""
    width, height = size
    context = browser.new_context(
        viewport={"width": width, "height": height},
        color_scheme="dark" if dark else "light",
        reduced_motion="reduce",
        accept_downloads=True,
    )
    context.set_default_timeout(SECONDS_TO_SETTLE * 1000)
    page = context.new_page()
    who = Visitor(page, url)
    host = urlsplit(url).netloc

    def request(asked: Any) -> None:
        parts = urlsplit(asked.url)
        if parts.scheme not in {"data", "blob"} and parts.netloc != host:
            who.outside.append(asked.url)

    def response(answer: Any) -> None:
        # Streamlit asks first beneath the page's own address, to learn where the server begins.
        if answer.status >= 400 and not _ASKS.search(answer.url):
            who.errors.append(f"{answer.status} {answer.url}")

    def console(message: Any) -> None:
        if message.type == "error" and not message.text.startswith("Failed to load resource"):
            who.errors.append(message.text)

    context.on("request", request)
    page.on("websocket", request)
    context.on("response", response)
    page.on("console", console)
    page.on("pageerror", lambda error: who.errors.append(str(error)))
    try:
        yield who
    finally:
        context.close()


_ASKS = re.compile(r"//[^/]+/[a-z]+/_stcore/(health|host-config)$")
RUNNING = """
() => {
  const app = document.querySelector('[data-testid="stApp"]');
  if (!app || app.dataset.testScriptState !== 'notRunning') return 'a script is running';
  if (app.dataset.testConnectionState && app.dataset.testConnectionState !== 'CONNECTED')
    return 'not connected';
  if (document.querySelector('[data-testid="stSkeleton"]')) return 'something is not drawn';
  if (document.querySelector('[data-stale="true"]')) return 'something is old';
  return '';
}
"""


def settled(page: Any, seconds: float = SECONDS_TO_SETTLE) -> None:
    """Wait until no script runs, and none has begun a quarter of a second later."""
    give_up = time.monotonic() + seconds
    quiet = 0
    why = "nothing is there"
    while time.monotonic() < give_up:
        why = page.evaluate(RUNNING)
        quiet = 0 if why else quiet + 1
        if quiet == 4:
            return
        page.wait_for_timeout(60)
    raise AssertionError(f"the page did not come to rest in {seconds} s: {why}")


# -- what is looked for ----------------------------------------------------------------------------


def violations(page: Any) -> list[str]:
    """What axe-core finds against WCAG 2.2 AA: rule, place, and what is wrong there.

    Contrast takes longer than all the rest, and is the same for texts that look alike: of those,
    three are looked at.
    """
    if not page.evaluate("() => 'axe' in window"):
        page.evaluate(_axe())
    found = page.evaluate(
        """
        async ([tags, each]) => {
          const signs = {}, texts = [];
          const sign = element => {
            let said = '', at = element;
            for (; at; at = at.parentElement) {
              const style = getComputedStyle(at);
              if (at === element) said = [style.color, style.fontSize, style.fontWeight].join();
              said += [at.tagName, style.backgroundColor, style.backgroundImage, style.opacity];
            }
            return said;
          };
          const written = node => node.nodeType === Node.TEXT_NODE && node.data.trim();
          for (const element of document.querySelectorAll('body *'))
            if (element.checkVisibility() &&
                (element.value || [...element.childNodes].some(written)))
              (signs[sign(element)] ??= []).push(element);
          for (const alike of Object.values(signs))
            texts.push(...new Set([alike[0], alike[alike.length >> 1], alike[alike.length - 1]]));
          const all = {type: 'tag', values: tags}, only = {type: 'rule', values: [each]};
          const asked = {resultTypes: ['violations']};
          const rest = await axe.run(
            document, {...asked, runOnly: all, rules: {[each]: {enabled: false}}});
          if (!texts.length) return rest.violations;
          const seen = await axe.run({include: texts}, {...asked, runOnly: only});
          return [...rest.violations, ...seen.violations];
        }
        """,
        [WCAG, "color-contrast"],
    )
    return [
        f"{rule['id']}: {' '.join(map(str, node['target']))}: {node['html'][:160]}: "
        f"{node['failureSummary'].splitlines()[-1].strip()}"
        for rule in found
        for node in rule["nodes"]
    ]


def _axe() -> str:
    return (resources.files("axe_playwright_python") / "axe.min.js").read_text("utf-8")


def hangs_over(page: Any) -> list[str]:
    """What is wider than the window, so that the page has to be pushed sideways to be read."""
    return list(
        page.evaluate(
            """
            () => {
              const wide = document.documentElement.clientWidth;
              const main = document.querySelector('[data-testid="stMain"]');
              const over = element => element && element.scrollWidth > element.clientWidth + 1;
              if (![document.scrollingElement, main].some(over)) return [];
              return [...document.querySelectorAll('[data-testid="stMain"] *')]
                .filter(e => e.getBoundingClientRect().right > wide + 1)
                .slice(0, 5)
                .map(e => `${e.tagName} ${e.dataset.testid || e.className}`);
            }
            """
        )
    )


# -- fixtures --------------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def dashboard(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Dashboard]:
    """A dashboard that several tests visit."""
    with serving(tmp_path_factory.mktemp("dashboard")) as made:
        yield made


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    """A browser, ended with its module: other tests want an event loop of their own."""
    with browsing() as browser:
        yield browser
