"""One line per synthetic row, in the order of its file, with the reasons in words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from audits.data.rules_truth import BROKEN
from audits.data.tables import Codes, Coding
from audits.estimates import percent
from audits.flags.checks import Check
from audits.flags.records import KINDS, Records
from audits.flags.verdicts import Judged

if TYPE_CHECKING:
    import pandas as pd

OWN = (
    "row", "flagged", "combined_p", "adjusted_p", "listed", "severity", "reasons", "given",
    "given_rules", "forbidden", "rule", "range", "outlier", "outlier_p", "calibrated",
    "nearest", "copy", "unseen_pair", "out_of_range",
)  # fmt: skip
_BLOCK = 1 << 15


@dataclass(frozen=True)
class Lines:
    """What is said of every synthetic row; made into text a block at a time."""

    features: tuple[Coding, ...]
    attributes: tuple[Coding, ...]
    own: Codes
    codes: Codes
    records: Records
    judged: Judged
    adjusted: NDArray[np.float64]
    listed: NDArray[np.bool_]
    checks: tuple[Check, ...]
    named: tuple[str, ...]
    ends: dict[int, tuple[int, int]]
    order: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.records)

    @property
    def headers(self) -> tuple[str, ...]:
        """The names of the columns: the row, its group, then what is said of it."""
        groups = [
            f"{coding.column} (sensitive feature)" if coding.column in OWN else coding.column
            for coding in self.features
        ]
        return (OWN[0], *groups, *OWN[1:])

    def blocks(self, *, only_listed: bool = False) -> Iterator[dict[str, list[Any]]]:
        """Yield lines, some thousands at a time, as columns."""
        rows = np.flatnonzero(self.listed) if only_listed else np.arange(len(self))
        for start in range(0, max(len(rows), 1), _BLOCK):
            yield self._block(rows[start : start + _BLOCK])

    def _block(self, rows: NDArray[np.int64]) -> dict[str, list[Any]]:
        records, judged = self.records, self.judged
        own = self.own[rows]
        group = [
            [None if code == 0 else coding.labels[code] for code in own[:, i].tolist()]
            for i, coding in enumerate(self.features)
        ]
        told = [
            (rows + 1).tolist(),
            *group,
            judged.flagged[rows].tolist(),
            judged.combined_p[rows].tolist(),
            self.adjusted[rows].tolist(),
            self.listed[rows].tolist(),
            judged.severity[rows].tolist(),
            [self.reasons(int(row)) for row in rows],
            judged.kinds["given"][rows].tolist(),
            [self._given(int(row)) for row in rows],
            *(judged.kinds[kind][rows].tolist() for kind in KINDS[1:]),
            _or_none(judged.outlier_p[rows]),
            [judged.pools[place] for place in judged.pool[rows].tolist()],
            _or_none(records.nearest[rows]),
            records.copy[rows].tolist(),
            [self._pair(records.unseen, int(row)) for row in rows],
            [self._outside(int(row)) for row in rows],
        ]
        return dict(zip(self.headers, told, strict=True))

    def frame(self) -> pd.DataFrame:
        """Return every line as a pandas frame."""
        import pandas as pd

        return pd.concat([pd.DataFrame(block) for block in self.blocks()], ignore_index=True)

    # -- words -----------------------------------------------------------------------------------

    def reasons(self, row: int, *, ends: bool = True) -> str | None:
        """Say which rules a row breaks: first those that real people break least often.

        Without `ends` it is not said how far the real values go, which may be one person's.
        """
        said = [words for kind in self.order if (words := self._reason(kind, row, ends))]
        return "; ".join(said) or None

    def _reason(self, kind: str, row: int, ends: bool) -> str | None:
        if not self.judged.kinds[kind][row] or (kind == "rule" and self.records.twice[row]):
            return None
        if kind == "given":
            return f"breaks {self._given(row)}"
        if kind == "range":
            return self._outside(row, ends=ends)
        if kind == "outlier":
            p = self.judged.outlier_p[row]
            return f"only {percent(p)} of real people are as far from all others"
        return self._pair(getattr(self.records, kind), row)

    def _given(self, row: int) -> str | None:
        broken = np.flatnonzero(self.records.outcomes[row] == BROKEN)
        return "; ".join(repr(self.named[i]) for i in broken) or None

    def _pair(self, places: NDArray[np.int32], row: int) -> str | None:
        return self.checks[places[row]].words(self.codes[row]) if places[row] >= 0 else None

    def _outside(self, row: int, *, ends: bool = True) -> str | None:
        column = int(self.records.range[row])
        if column < 0:
            return None
        coding, code = self.attributes[column], int(self.codes[row, column])
        low, high = self.ends[column]
        side, end = ("below", low) if code < low else ("above", high)
        value, limit = (coding.labels[at].removeprefix("about ") for at in (code, end))
        said = f"{coding.name} {value} is {side} every real value"
        return f"{said} ({limit})" if ends else said


def _or_none(numbers: NDArray[np.float64]) -> list[float | None]:
    return [None if np.isnan(number) else number for number in numbers.tolist()]


def severest_first(rates: Sequence[tuple[str, float]]) -> tuple[str, ...]:
    """Order kinds of rules by how rarely real people break them; rules given come first."""
    place = {kind: i for i, kind in enumerate(KINDS)}
    ordered = sorted(rates, key=lambda one: (one[0] != "given", one[1], place[one[0]]))
    return tuple(kind for kind, _ in ordered)
