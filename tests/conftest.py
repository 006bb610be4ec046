"""What several test files share."""

import os
from pathlib import Path

import pytest
from browser import chromium, dashboard  # noqa: F401, fixtures
from spark_cluster import spark_cluster, spark_connect  # noqa: F401, fixtures

LONG = ("spark", "browser", "slow")
"""Markers of what takes long, longest first."""


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


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the files that take longest, so that no process is left alone with one."""
    first: dict[str, int] = {}
    for item in items:
        place = next((i for i, name in enumerate(LONG) if item.get_closest_marker(name)), len(LONG))
        first[item.path.name] = min(first.get(item.path.name, place), place)
    items.sort(key=lambda item: first[item.path.name])  # stable: a file stays in its order
