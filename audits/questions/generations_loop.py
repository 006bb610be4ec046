"""Generations: which loop made them, as stated or as equal rows tell."""

from __future__ import annotations

from audits.data.chain import Chain
from audits.formulas.generation_steps import loop_of
from audits.questions.generations_rows import GenerationLoopRow

LOOPS = ("replace", "resample", "accumulate", "fixed-real", "fresh")
"""What a loop may be stated to be."""
WHOLE = -1
"""Stands for the whole chain where a generation's number stands."""


def loop_rows(chain: Chain) -> tuple[GenerationLoopRow, ...]:
    """Compare the rows of every generation with those of the one before, and of generation 0."""
    first = chain.engines[0]
    nan = float("nan")
    rows = [
        GenerationLoopRow((), 0, first.rows, first.different_rows(), nan, nan, nan, nan, "", False)
    ]
    for t in range(1, len(chain.engines)):
        here, before = chain.engines[t], chain.engines[t - 1]
        rows.append(
            GenerationLoopRow(
                group=(),
                generation=t,
                rows=here.rows,
                different=here.different_rows(),
                from_previous=here.matches(before) / here.rows,
                from_first=here.matches(first) / here.rows,
                holds_previous=before.matches(here) / before.rows,
                holds_first=first.matches(here) / first.rows,
                loop="",
                stated=False,
            )
        )
    return (*rows, _whole(rows, chain.stated))


def _whole(rows: list[GenerationLoopRow], stated: str | None) -> GenerationLoopRow:
    later = rows[1:]
    shares = {
        name: [float(getattr(row, name)) for row in later]
        for name in ("from_previous", "from_first", "holds_previous", "holds_first")
    }
    told = loop_of(
        from_previous=shares["from_previous"],
        from_first=shares["from_first"],
        holds_previous=shares["holds_previous"],
        holds_first=shares["holds_first"],
        different=rows[0].different / rows[0].rows,
    )
    return GenerationLoopRow(
        group=(),
        generation=WHOLE,
        rows=rows[0].rows,
        different=rows[0].different,
        from_previous=min(shares["from_previous"]),
        from_first=min(shares["from_first"]),
        holds_previous=min(shares["holds_previous"]),
        holds_first=min(shares["holds_first"]),
        loop=stated or told,
        stated=stated is not None,
    )
