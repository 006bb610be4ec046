"""The sample data, audited: an invented survey and three synthetic versions of it."""

from __future__ import annotations

import shlex
import shutil
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from audits.shipped import folder

if TYPE_CHECKING:
    from audits.results import Audit

VERSIONS = ("three", "good", "same")
WHERE_THEY_DIFFER = ("diversity", "provenance")  # coverage is the same in all versions
MADE = {
    "three": "Black respondents made from three of the thirty there are",
    "good": "every respondent used alike",
    "same": "right shares, people made more alike",
}
Told = Callable[[str, float], None]


def sample_data() -> Path:
    """Return the folder of the sample data."""
    return folder("sample_data", holding="survey_real.csv", what="the sample data are")


def audit_sample(
    version: str,
    *,
    ask: Sequence[str] | None = None,
    target: str | None = None,
    progress: Told | None = None,
) -> Audit:
    """Audit one synthetic version of the survey, by race and sex, against the population.

    Parameters
    ----------
    version : {"three", "good", "same"}
        Which synthetic table.
    ask : sequence of str, optional
        Questions to ask; all by default.
    target : str, optional
        What models are to predict, as in `audits.compare`.
    progress : callable, optional
        As in `audits.compare`.
    """
    from audits.run import compare

    folder = sample_data()
    return compare(
        folder / "survey_real.csv",
        folder / f"synthetic_{version}.csv",
        sensitive_features=["race", "sex"],
        reference=folder / "population.csv",
        ask=ask,
        target=target,
        progress=progress,
    )


def next_steps(audit: Path, report: Path) -> str:
    """Say what can be done now, as commands to copy."""
    chain = sample_data() / "generations"
    own = "audits" if shutil.which("audits") else sys.argv[0]
    return (
        f"The report to hand over: {report}\n"
        "To click through the same audit in a browser:\n"
        f"  {own} dashboard --audit {audit}\n"
        "To audit tables of your own there:\n"
        f"  {own} dashboard\n"
        "To follow the survey through four generations, each made from the one before:\n"
        f"  {own} generations {shlex.quote(str(chain))}/g?.csv --sensitive-features race,sex\n"
        "To plan whom to ask next time:\n"
        f"  {own} plan {audit}\n"
    )
