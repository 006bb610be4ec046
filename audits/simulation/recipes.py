"""What is to be simulated: a loop, a generator, how many rows, generations and chains."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from audits.errors import UnknownNameError, UsageError
from audits.formulas.regeneration import (
    LOOPS,
    Condition,
    Generator,
    resampled,
    sharpened,
)

GENERATORS = ("resample", "sharpen")
TEMPERATURE = 0.8
"""Of `sharpen`, where none is given."""
_COLDEST, _HOTTEST = 0.01, 100.0
_MOST_ROWS = 1_000_000
_WITH_REAL_ROWS = ("fixed-real", "fresh")


@dataclass(frozen=True)
class Recipe:
    """One loop, as asked for; `rows` and `real_rows` of 0 are as many as generation 0 has.

    `real_rows` go into every generation of the loops "fixed-real" and "fresh". `temperature` is 1
    where nothing is sharpened. `hold` is the share of variety that may be lost, 0 if none was
    named.
    """

    loop: str = "replace"
    generator: str = "resample"
    temperature: float = 1.0
    generations: int = 10
    rows: int = 0
    real_rows: int = 0
    chains: int = 5
    hold: float = 0.0

    def generate(self, conditions: Sequence[Condition | None]) -> Generator:
        """Return the generator."""
        if self.generator == "resample":
            return resampled
        return partial(sharpened, conditions=conditions, temperature=self.temperature)


def recipe(
    *,
    loop: str,
    generator: str,
    temperature: float | None,
    generations: int,
    rows: int | None,
    real_rows: int | None,
    chains: int,
    hold: float | None,
) -> Recipe:
    """Check what was asked for.

    Raises
    ------
    UsageError
        If it makes no sense; the message says what would.
    """
    for what, name, known in (("loop", loop, LOOPS), ("generator", generator, GENERATORS)):
        if name not in known:
            raise UnknownNameError(what, name, known)
    if real_rows is not None and loop not in _WITH_REAL_ROWS:
        raise UsageError(
            f"real rows per generation are given, and the loop {loop!r} has none. Take the loop "
            "fixed-real or fresh, or drop them."
        )
    _between("generations", generations, 1, 1000)
    _between("chains", chains, 1, 1000)
    _between("rows per generation", rows, 2, _MOST_ROWS)
    _between("real rows per generation", real_rows, 1, _MOST_ROWS)
    if hold is not None and not (isinstance(hold, int | float) and 0 < hold < 1):
        raise UsageError(
            f"the loss that may be (hold) must be above 0 and below 1, got {hold!r}. 5% is 0.05."
        )
    return Recipe(
        loop,
        generator,
        _temperature(generator, temperature),
        generations,
        rows or 0,
        real_rows or 0,
        chains,
        hold or 0.0,
    )


def _temperature(generator: str, temperature: float | None) -> float:
    if generator != "sharpen":
        if temperature is not None:
            raise UsageError(
                f"a temperature is given, and the generator {generator!r} has none. Take sharpen, "
                "or drop it."
            )
        return 1.0
    if temperature is None:
        return TEMPERATURE
    if not _COLDEST <= temperature <= _HOTTEST:
        raise UsageError(
            f"the temperature must be from {_COLDEST:g} to {_HOTTEST:g}, got {temperature:g}. 1 "
            "changes nothing; below 1, what is frequent becomes more frequent."
        )
    return temperature


def _between(what: str, number: int | None, low: int, high: int) -> None:
    if number is not None and not low <= number <= high:
        raise UsageError(f"{what} must be from {low:,} to {high:,}, got {number:,}.")
