"""What several test files share."""

import os
from pathlib import Path

import pytest
from browser import chromium, dashboard  # noqa: F401, fixtures
from hypothesis import settings
from postgresql import postgresql_server, postgresql_url  # noqa: F401, fixtures
from spark_cluster import spark_cluster, spark_on_connect, stop_spark  # noqa: F401, fixtures

# Java is started by forks that become another program at once; gRPC's care for forks, where a
# Connect session is open in the same process, closes what the child still needs.
os.environ.setdefault("GRPC_ENABLE_FORK_SUPPORT", "0")

# How long an example takes is a matter of what else the machine does.
settings.register_profile("tests", deadline=None)
settings.load_profile("tests")

ORDER = ("spark", "slow", "", "browser")
"""What takes long begins first; pages, which must come to rest in time, never run beside Spark."""


@pytest.fixture(scope="session")
def sample() -> Path:
    """The folder of made data."""
    return Path(__file__).parent.parent / "sample_data"


@pytest.fixture(scope="session")
def real_data() -> Path:
    """The folder of open real data, where this machine has one."""
    folder = os.environ.get("AUDITS_REAL_DATA")
    if not folder:
        pytest.skip("AUDITS_REAL_DATA is not set")
    return Path(folder)


_with_spark: set[str] = set()


@pytest.hookimpl(trylast=True)  # when the fixtures of a module have been torn down
def pytest_runtest_teardown(nextitem: pytest.Item | None) -> None:
    """Stop Spark as soon as no file needs it: what comes next has the machine for itself."""
    if nextitem is None or nextitem.path.name not in _with_spark:
        stop_spark()


@pytest.hookimpl(tryfirst=True)  # pytest-xdist reads the groups in this hook
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the files of tests in an order in which two processes end together.

    A file stays in one process; all that needs Spark does, so that each server starts once.
    """
    marks: dict[str, set[str]] = {}
    for item in items:
        marks.setdefault(item.path.name, set()).update(mark.name for mark in item.iter_markers())
    _with_spark.update(name for name, found in marks.items() if "spark" in found)
    place = {name: _place(found) for name, found in marks.items()}
    items.sort(key=lambda item: place[item.path.name])  # stable: a file stays in its order
    for item in items:
        group = "spark" if item.get_closest_marker("spark") else str(item.path)
        item.add_marker(pytest.mark.xdist_group(group))


def _place(marks: set[str]) -> int:
    found = next((name for name in ("browser", "spark", "slow") if name in marks), "")
    return ORDER.index(found)
