"""Commands beside `compare` and what reads saved audits: a module each."""

from collections.abc import Callable

from audits.commands.curate import curate
from audits.commands.dashboard import dashboard
from audits.commands.demo import demo
from audits.commands.fairness import fairness
from audits.commands.flag import flag
from audits.commands.gate import gate
from audits.commands.generations import generations
from audits.commands.plan import plan
from audits.commands.report import report
from audits.commands.reweight import reweight
from audits.commands.simulate import simulate
from audits.commands.text import text
from audits.commands.versus import versus

FURTHER: tuple[Callable[..., None], ...] = (
    gate,
    report,
    dashboard,
    demo,
    plan,
    reweight,
    generations,
    simulate,
    flag,
    curate,
    fairness,
    text,
    versus,
)
"""In the order in which `audits --help` lists them, after those of :mod:`audits.cli`."""
