"""What several test files share."""

import os
from pathlib import Path

import pytest
from browser import chromium, dashboard  # noqa: F401, fixtures
from spark_cluster import spark_cluster, spark_connect  # noqa: F401, fixtures


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
