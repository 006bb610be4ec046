"""A collection plan for a real table alone, and what became of it once people were collected."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import numpy as np
from numpy.typing import NDArray

from audits.alone import Reading, alone
from audits.data.pair import Pair
from audits.data.quotas import QuotaFile, checked, edge_texts, read_quotas
from audits.errors import UsageError
from audits.questions.collection_rows import (
    CollectionRow,
    EffortRow,
    PlanTotalRow,
    RecruitRow,
)
from audits.registry import questions
from audits.results import Answer, Audit, Group, InputRecord, Row, group_name
from audits.run import answered, records_of
from audits.settings import Settings

if TYPE_CHECKING:
    import pandas as pd

_QUESTION = "collection"


@dataclass(frozen=True)
class QuotaCheck(Row):
    """What became of one line of a quotas file.

    `there` counts the people of the group now, `wanted` those the plan asked for in all, and
    `missing` those still to come. `needed` is what a new plan asks for, None where the groups it
    is made for do not hold this one. `repeats` counts rows of those there that equal an earlier
    one in every compared column, and may be the same people twice (None: no column but the
    sensitive features is compared, so nothing could tell people apart).
    """

    line: int
    wanted: int
    there: int
    missing: int
    needed: int | None
    repeats: int | None = None

    @property
    def met(self) -> bool:
        """Whether as many are there as were wanted."""
        return self.missing == 0

    @property
    def changed(self) -> bool:
        """Whether a new plan asks for another number."""
        return self.needed is not None and self.needed != self.wanted

    @property
    def says(self) -> str:
        """The same in a sentence."""
        state = "met" if self.met else f"{self.missing:,} still missing"
        said = f"{group_name(self.group)}: {state}, {self.there:,} of {self.wanted:,} there"
        if self.repeats:
            rows = "row repeats" if self.repeats == 1 else "rows repeat"
            said += f", of which {self.repeats:,} {rows} another in every compared column"
        if self.changed:
            said += f"; a plan made now asks for {self.needed:,}"
        return f"{said[:1].upper()}{said[1:]}."


@dataclass(frozen=True, eq=False)
class Plan:
    """How many more people each group needs, whom to recruit, and what became of an earlier plan.

    `answer` holds the tables of the question `collection`. `checks` holds a line per quota where a
    file of quotas was given, and `quotas` names the file. `bands` holds the edges, as texts, of
    sensitive features that are banded; they are saved with the quotas.
    """

    inputs: tuple[InputRecord, ...]
    sensitive_features: tuple[str, ...]
    settings: Settings
    answer: Answer
    notes: tuple[str, ...]
    checks: tuple[QuotaCheck, ...] = ()
    quotas: str = ""
    bands: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def groups(self) -> tuple[CollectionRow, ...]:
        """Every group and its needs; those that lack the most people first."""
        rows = cast(tuple[CollectionRow, ...], self.answer.tables["groups"])
        return tuple(sorted(rows, key=lambda row: -row.more))

    @property
    def short(self) -> tuple[CollectionRow, ...]:
        """The groups that need more people."""
        return tuple(row for row in self.groups if row.more)

    @property
    def recruits(self) -> tuple[RecruitRow, ...]:
        """Whom to recruit, in order."""
        return cast(tuple[RecruitRow, ...], self.answer.tables["recruits"])

    @property
    def totals(self) -> tuple[PlanTotalRow, ...]:
        """What the plans come to."""
        return cast(tuple[PlanTotalRow, ...], self.answer.tables["totals"])

    @property
    def effort(self) -> Mapping[Group, EffortRow]:
        """How many people to approach, per group that needs more."""
        rows = cast(tuple[EffortRow, ...], self.answer.tables["effort"])
        return {row.group: row for row in rows}

    @property
    def unmet(self) -> tuple[QuotaCheck, ...]:
        """The quotas of an earlier plan that are not met."""
        return tuple(check for check in self.checks if not check.met)

    @property
    def without_quota(self) -> tuple[CollectionRow, ...]:
        """Groups that need more people now, and of which an earlier plan had no line."""
        asked = {check.group for check in self.checks}
        return tuple(row for row in self.short if self.quotas and row.group not in asked)

    def to_frame(self, table: str | None = None) -> pd.DataFrame:
        """One line per group and its needs, those that lack the most people first.

        `table` names another: "recruits", "totals" or "effort" of the plan, or "checks", what
        became of the quotas.

        Raises
        ------
        KeyError
            If there is no such table; the message names those there are.

        Examples
        --------
        >>> import audits, pandas as pd
        >>> real = pd.DataFrame({"sex": ["f"] * 30 + ["m"] * 170})
        >>> audits.plan(real, sensitive_features="sex").to_frame()[["group", "real", "more"]]
              group  real  more
        0         f    30    63
        1  everyone   200     0
        2         m   170     0
        """
        from audits.reports.frames import frame_of

        if table == "checks":
            return frame_of(self.checks)
        if table is None:
            return frame_of(self.groups)
        if table not in self.answer.tables:
            raise KeyError(
                f"no table {table!r}; there are: {', '.join(self.answer.tables)}, checks"
            )
        return self.answer.to_frame(table)

    def to_dict(self) -> dict[str, Any]:
        """Strict JSON types only."""
        from audits.reports.plan_report import plan_to_dict

        return plan_to_dict(self)

    def save(self, path: str | Path) -> Path:
        """Write the quotas as CSV, whole or not at all: a line per group that needs more people.

        Every count stands in it: keep it where the data are.
        """
        from audits.reports.json_report import write_whole
        from audits.reports.plan_report import quotas_csv

        return write_whole(path, quotas_csv(self))

    def __repr__(self) -> str:
        unmet = f"; {len(self.unmet)} of {len(self.checks)} quotas unmet" if self.quotas else ""
        verb = "needs" if len(self.short) == 1 else "need"
        return f"<Plan: {len(self.short)} of {len(self.groups)} groups {verb} more people{unmet}>"


def plan(  # noqa: PLR0913, one parameter per thing a person may want to say
    data: Any,
    *,
    sensitive_features: str | Sequence[str] | None = None,
    reference: Any = None,
    weights: str | None = None,
    features: Sequence[str] | None = None,
    kinds: Mapping[str, Any] | None = None,
    metadata: str | Path | None = None,
    bands: Mapping[str, Sequence[float]] | None = None,
    missing: Sequence[str] = (),
    quotas: str | Path | None = None,
    settings: Settings | None = None,
    memory: str | int | None = None,
    threads: int | None = None,
    spark: Any = None,
    progress: Callable[[str, float], None] | None = None,
) -> Plan:
    """Plan whom to collect: how many more real people every group needs, why, and whom.

    Parameters
    ----------
    data : table, Audit, or path of a saved audit
        The real table, as in :func:`audits.compare`; or an audit that asked `collection`, then
        nothing else but `quotas` is given.
    sensitive_features : str or sequence of str, optional
        Columns that form the groups; those of the quotas file by default.
    reference : path, frame or mapping, optional
        Population shares, for how many people to approach until enough are found.
    quotas : path, optional
        A file of quotas saved before, to be checked: were they met, and would a plan made now ask
        for others?
    weights, features, kinds, metadata, bands, missing, settings, memory, threads, spark, progress
        As in :func:`audits.compare`.

    Returns
    -------
    Plan
        Saved as CSV, it is a file of quotas.

    Raises
    ------
    UsageError
        If an argument makes no sense.
    InputError
        If the table, the reference or the quotas cannot be read.

    Examples
    --------
    >>> import audits, pandas as pd
    >>> real = pd.DataFrame({"sex": ["f"] * 30 + ["m"] * 170})
    >>> found = audits.plan(real, sensitive_features="sex")
    >>> [(row.group, row.more, row.reason) for row in found.short]
    [((('sex', 'f'),), 63, 'interval')]
    """
    file = None if quotas is None else read_quotas(quotas)
    reading = Reading(
        sensitive_features=sensitive_features or (file.features if file else ()),
        reference=reference,
        weights=weights,
        features=features,
        kinds=kinds,
        metadata=metadata,
        bands=bands,
        missing=missing,
        settings=settings or Settings(),
        memory=memory,
        threads=threads,
        spark=spark,
        progress=progress,
    )
    if (audit := _audit_in(data)) is not None:
        _refuse_more(reading, given=bool(sensitive_features), settings=settings)
        return _from_audit(audit, file)
    if file is not None and bands is None:
        reading = replace(reading, bands=file.bands)
    with alone(data, reading) as pair:
        _check_population(reading.settings.population_size, pair.real.rows)
        answer = answered(questions([_QUESTION])[0], pair)
        return Plan(
            inputs=records_of({"real": pair.real}, pair.reference),
            sensitive_features=tuple(feature.column for feature in pair.features),
            settings=reading.settings,
            answer=answer,
            notes=(*pair.real.source.notes, *pair.book.notes),
            checks=() if file is None else _checks(_checked_in(pair, file), pair, answer),
            quotas=file.name if file else "",
            bands={one.column: edge_texts(one) for one in pair.features if one.edges is not None},
        )


def _check_population(size: int, rows: int) -> None:
    """Refuse a population that holds fewer people than the table does."""
    if 0 < size < rows:
        raise UsageError(
            f"the population is said to be {size:,} people (population_size), and the table alone "
            f"has {rows:,} rows. Give the size of the population that people are collected from, "
            "or leave it out."
        )


def _audit_in(data: Any) -> Audit | None:
    """Return the audit that was given, or saved under the path given."""
    if isinstance(data, Audit):
        return data
    if isinstance(data, str | Path) and str(data).lower().endswith(".json"):
        from audits.reports.json_report import load

        return load(data)
    return None


def _refuse_more(reading: Reading, *, given: bool, settings: Settings | None) -> None:
    """A saved audit says all there is to say: what would change it needs the table."""
    said = [
        one.name
        for one in fields(Reading)
        if one.name not in ("sensitive_features", "settings", "memory", "threads", "progress")
        and getattr(reading, one.name)
    ]
    said += ["sensitive_features"] if given else []
    said += ["settings"] if settings is not None else []
    if said:
        raise UsageError(
            f"a saved audit was given, in which {said[0]} cannot be changed any more. Drop it, or "
            "plan from the real table."
        )


def _from_audit(audit: Audit, file: QuotaFile | None) -> Plan:
    if _QUESTION not in audit.answers:
        raise UsageError(
            f"this audit did not ask {_QUESTION!r}. Compare the tables again and ask it, or plan "
            "from the real table."
        )
    if audit.min_cell:
        raise UsageError(
            f"counts below {audit.min_cell} are hidden in this audit, so that nothing can be "
            "planned from it. Take the audit it was made from, or the real table."
        )
    if file is not None:
        raise UsageError(
            "quotas are checked against a table, not a saved audit. Give the real table."
        )
    kept = tuple(record for record in audit.inputs if record.role in ("real", "reference"))
    rows = next(record.rows for record in kept if record.role == "real")
    _check_population(audit.settings.population_size, rows)
    answer = audit[_QUESTION]
    return Plan(kept, audit.sensitive_features, audit.settings, answer, audit.notes)


# -- what became of it -----------------------------------------------------------------------------


def _checked_in(pair: Pair, file: QuotaFile) -> QuotaFile:
    known: dict[str, set[str]] = {}
    for group in pair.reference.shares if pair.reference else ():
        for column, value in group:
            known.setdefault(column, set()).add(value)
    return checked(file, pair.features, known)


def _checks(file: QuotaFile, pair: Pair, answer: Answer) -> tuple[QuotaCheck, ...]:
    """Count the people of every quota; a group that is not among those planned for, too."""
    needed = {row.group: row.needed for row in cast(tuple[CollectionRow, ...], answer.rows)}
    codes = [dict(zip(f.labels, range(f.size), strict=True)) for f in pair.features]
    repeats = _repeats(pair)
    checks = []
    for quota in file.quotas:
        inside = pair.cell_rows[0] > 0
        for i, feature in enumerate(pair.features):
            value = dict(quota.group).get(feature.column)
            if value is not None:
                inside &= pair.cells[:, i] == codes[i].get(value, -1)
        there = int(pair.cell_rows[0][inside].sum())
        lacking = max(quota.wanted - there, 0)
        now = needed.get(quota.group)
        again = None if repeats is None else int(repeats[inside].sum())
        checks.append(QuotaCheck(quota.group, quota.line, quota.wanted, there, lacking, now, again))
    return tuple(checks)


def _repeats(pair: Pair) -> NDArray[np.int64] | None:
    """Count rows per cell that equal an earlier one, where any column could tell people apart."""
    if {coding.name for coding in pair.attributes} <= {one.column for one in pair.features}:
        return None
    table = pair.real.repeated([one.name for one in pair.features], pair.cells, pair.real)
    rows = np.bincount(table.cell, (table.copies - 1) * table.rows, minlength=len(pair.cells) + 1)
    return rows[: len(pair.cells)].astype(np.int64)
