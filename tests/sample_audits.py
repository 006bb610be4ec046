"""Audits of the sample data, each made once however many files of tests look at it."""

from functools import cache
from pathlib import Path

import audits

FOLDER = Path(__file__).parent.parent / "sample_data"


@cache
def sample_audit(version: str) -> audits.Audit:
    """What is found of one version of the synthetic table; nothing of it can be changed."""
    return audits.compare(
        FOLDER / "survey_real.csv",
        FOLDER / f"synthetic_{version}.csv",
        sensitive_features=["race", "sex"],
        reference=FOLDER / "population.csv",
    )
