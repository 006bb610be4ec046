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


@pytest.hookimpl(tryfirst=True)  # before the groups are read
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Say what one process runs: a file, whose fixtures are then made once; or all of Spark.

    What takes longest begins first, so that no process is left alone with it at the end.
    """
    groups = {item: "spark" if _is(item, "spark") else item.path.name for item in items}
    first: dict[str, int] = {}
    for item, group in groups.items():
        item.add_marker(pytest.mark.xdist_group(group))
        place = next((i for i, name in enumerate(LONG) if _is(item, name)), len(LONG))
        first[group] = min(first.get(group, place), place)
    items.sort(key=lambda item: first[groups[item]])  # stable: a file stays in its order


def _is(item: pytest.Item, marker: str) -> bool:
    return item.get_closest_marker(marker) is not None
