"""The dashboard without a browser: its modules can be imported, and its pages run."""

import sys
import time
from functools import cache
from pathlib import Path
from typing import Any

from audits.launch import dashboard

FOLDER = dashboard()
if str(FOLDER) not in sys.path:
    sys.path.insert(0, str(FOLDER))


def app_test() -> Any:
    """The dashboard, before anybody has opened it."""
    from streamlit import config
    from streamlit.testing.v1 import AppTest

    _look_once_for_components()
    config.set_option("server.address", "127.0.0.1")  # as `audits dashboard` starts it
    return AppTest.from_file(str(FOLDER / "app.py"), default_timeout=60)


@cache
def _look_once_for_components() -> None:
    """Every app that is tested looks through all installed packages; they stay as they are."""
    from streamlit.components.v2 import manifest_scanner

    found = manifest_scanner.scan_component_manifests()
    manifest_scanner.scan_component_manifests = lambda *_, **__: found


def visit(**query: str) -> Any:
    """A reader opens the dashboard, perhaps by an address that leads somewhere."""
    app = app_test()
    for name, value in query.items():
        app.query_params[name] = [value]
    return app.run()


def turn_to(app: Any, page: str) -> Any:
    return app.switch_page(f"screens/{page}.py").run()


def said(app: Any) -> str:
    """Everything that is written on a page, names of buttons among it."""
    kinds = (app.title, app.markdown, app.error, app.warning, app.info, app.success)
    texts = [element.value for kind in kinds for element in kind]
    texts += [element.proto.body for element in app.get("html")]
    texts += [element.label for element in app.button]
    return "\n".join(texts).replace("\\", "").replace("\u2060", "").replace("\u00a0", " ")


def session_of(app: Any) -> Any:
    import sessions

    return sessions.open_session(app.query_params["s"])


def run_to_the_end(app: Any, seconds: float = 60.0) -> Any:
    """Press the button, and look on until the audit is over."""
    import running

    app.button(key="run").click().run()
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        app.run()
        job = running.look(session_of(app))
        if job is None or not job.running:
            return app.run()
        time.sleep(0.2)
    raise AssertionError("the audit did not end")


def files_under(folder: Path) -> set[str]:
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}
