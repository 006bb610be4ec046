"""Audits of several synthetic tables, ranked question by question and group by group."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from audits.errors import UsageError
from audits.estimates import Estimate
from audits.questions.words import rows as many_rows
from audits.results import Audit, Group, InputRecord, Verdict, group_name, worst
from audits.several.leading import LEADING, NOT_RANKED, Quantity
from audits.several.result import Counts, RankRow, Versus, no_findings


def rank(audits: Mapping[str, Audit], floor: Audit | None = None) -> Versus:
    """Rank audits of one real table, by the leading quantity of each question in each group.

    Parameters
    ----------
    audits : mapping of str to Audit
        Audits of at least two synthetic tables, by the name each is to have.
    floor : Audit, optional
        The audit of a real holdout in place of a synthetic table: what chance alone shows.

    Raises
    ------
    UsageError
        If there are fewer than two audits, or they are not of one real table, by one set of
        sensitive features and under the same settings; the message says which is not.

    Examples
    --------
    >>> import audits
    >>> import pandas as pd
    >>> half = pd.DataFrame({"sex": ["female", "male"] * 200, "paid": ["yes", "no"] * 200})
    >>> one = audits.compare(half, half, sensitive_features="sex", ask=["coverage"])
    >>> [(row.first, row.last) for row in rank({"a": one, "b": one}).about(group={"sex": "male"})]
    [(1, 2), (1, 2)]
    """
    first = _checked(audits, floor)
    asked = [name for name in first.answers if all(name in a.answers for a in audits.values())]
    said = {name: _verdicts(audit) for name, audit in audits.items()}
    rows = [
        row
        for quantity in LEADING
        if quantity.question in asked
        for row in _ranked(audits, floor, quantity, said)
    ]
    return Versus(
        names=tuple(audits),
        real=_input(first, "real"),
        inputs={name: _input(audit, "synthetic") for name, audit in audits.items()},
        floor=None if floor is None else _input(floor, "synthetic"),
        sensitive_features=first.sensitive_features,
        settings=first.settings,
        counts={name: _counts(audit, asked) for name, audit in audits.items()},
        floor_counts={} if floor is None else _counts(floor, asked),
        rows=tuple(row for row in rows if row.of),
        notes=tuple(_notes(audits, floor, asked)),
    )


# -- what can be compared --------------------------------------------------------------------------


def _checked(audits: Mapping[str, Audit], floor: Audit | None) -> Audit:
    if not isinstance(audits, Mapping):
        raise UsageError(
            "audits are given with a name for each, as {'a': one, 'b': another}; got "
            f"{type(audits).__name__}."
        )
    if len(audits) < 2:
        raise UsageError(
            f"ranking needs at least two synthetic tables, got {len(audits)}. One is audited by "
            "audits compare."
        )
    every = {**audits, **({} if floor is None else {"the holdout's audit": floor})}
    for name, audit in every.items():
        if not isinstance(audit, Audit):
            raise UsageError(
                f"{name!r} is no audit but {type(audit).__name__}. Open a saved one with "
                "audits.load."
            )
    lead, first = next(iter(audits.items()))
    for name, audit in every.items():
        _comparable(lead, first, name, audit)
    return first


def _comparable(lead: str, first: Audit, name: str, audit: Audit) -> None:
    ours, theirs = _input(first, "real"), _input(audit, "real")
    if not _same(ours, theirs):
        raise UsageError(
            f"{name!r} was audited against another real table ({_table(theirs)}) than {lead!r} "
            f"({_table(ours)}). Audit both against the same."
        )
    if audit.sensitive_features != first.sensitive_features:
        raise UsageError(
            f"{name!r} was audited by {', '.join(audit.sensitive_features)}, {lead!r} by "
            f"{', '.join(first.sensitive_features)}. Audit both by the same sensitive features."
        )
    before, after = first.settings.to_dict(), audit.settings.to_dict()
    differing = [setting for setting in before if before[setting] != after[setting]]
    if differing:
        setting = differing[0]
        more = f" and {len(differing) - 1} more" if len(differing) > 1 else ""
        raise UsageError(
            f"{name!r} was audited under {setting} = {after[setting]}{more}, {lead!r} under "
            f"{before[setting]}. Audit both under the same settings."
        )


def _input(audit: Audit, role: str) -> InputRecord:
    return next(record for record in audit.inputs if record.role == role)


def _same(a: InputRecord, b: InputRecord) -> bool:
    """Whether two tables are the same bytes; or of one name and shape, where bytes are unknown."""
    if a.sha256 and b.sha256:
        return a.sha256 == b.sha256
    return (a.name, a.rows, a.columns) == (b.name, b.rows, b.columns)


def _table(record: InputRecord) -> str:
    digest = f", sha256 {record.sha256[:8]}" if record.sha256 else ""
    return f"{record.name}, {many_rows(record.rows)}{digest}"


def _notes(audits: Mapping[str, Audit], floor: Audit | None, asked: Sequence[str]) -> list[str]:
    known = {quantity.question for quantity in LEADING} | set(NOT_RANKED)
    every = dict.fromkeys(question for audit in audits.values() for question in audit.answers)
    notes = [f"not asked of all, so left out: {name}" for name in every if name not in asked]
    notes += [
        f"no quantity to rank by is known of {name}: its findings are counted"
        for name in asked
        if name not in known
    ]
    compared = {name: _compared(audit) for name, audit in audits.items()}
    most = frozenset().union(*compared.values())
    for name, columns in compared.items():
        if columns != most:
            lacking = ", ".join(sorted(most - columns))
            notes.append(
                f"{name}: not compared in {lacking}, in which others are; to rank all by the same "
                "columns, name them (--features)"
            )
    if floor is not None:
        size = many_rows(_input(floor, "synthetic").rows)
        notes.append(f"the holdout has {size}: the floor is the noise of so many")
    return notes


def _compared(audit: Audit) -> frozenset[str]:
    return frozenset(column.name for column in audit.columns if column.use == "compared")


# -- ranks -----------------------------------------------------------------------------------------


def _counts(audit: Audit, asked: Sequence[str]) -> Counts:
    counts = {question: no_findings() for question in asked if question not in NOT_RANKED}
    for finding in audit.findings:
        if finding.question in counts:
            counts[finding.question][finding.verdict.value] += 1
    return counts


def _verdicts(audit: Audit) -> dict[tuple[str, Group], str]:
    """The worst verdict of every question about every group."""
    said: dict[tuple[str, Group], list[Verdict]] = {}
    for finding in audit.findings:
        said.setdefault((finding.question, finding.group), []).append(finding.verdict)
    return {key: worst(verdicts).value for key, verdicts in said.items()}


def _signs(audit: Audit, quantity: Quantity) -> dict[Group, str]:
    """What a value means beyond its place, of the groups of which it does."""
    if not quantity.sign or quantity.question not in audit.answers:
        return {}
    rows = audit.answers[quantity.question].rows
    return {row.group: quantity.says for row in rows if getattr(row, quantity.sign, False)}


def _values(audit: Audit | None, quantity: Quantity) -> dict[Group, Estimate]:
    if audit is None or quantity.question not in audit.answers:
        return {}
    values = (
        (row.group, getattr(row, quantity.field, None))
        for row in audit.answers[quantity.question].rows
    )
    return {group: value for group, value in values if isinstance(value, Estimate)}


def _ranked(
    audits: Mapping[str, Audit],
    floor: Audit | None,
    quantity: Quantity,
    said: Mapping[str, Mapping[tuple[str, Group], str]],
) -> Iterator[RankRow]:
    """Rank by one quantity in every group: everyone, then by number of features, then name."""
    values = {name: _values(audit, quantity) for name, audit in audits.items()}
    signs = {name: _signs(audit, quantity) for name, audit in audits.items()}
    floors = _values(floor, quantity)
    groups = {group for of in values.values() for group in of}
    for group in sorted(groups, key=lambda group: (len(group), group_name(group), group)):
        here = {name: of.get(group, Estimate.unknown()) for name, of in values.items()}
        level = floors.get(group, Estimate.unknown())
        bad = {name: quantity.badness(value) for name, value in here.items()}
        known = {name: value for name, value in bad.items() if value.known}
        for name, value in here.items():
            yield RankRow(
                group,
                quantity.question,
                quantity.field,
                quantity.label,
                name,
                value,
                *_range(name, known),
                len(known),
                said[name].get((quantity.question, group)),
                level,
                _against(bad[name], quantity.badness(level)),
                signs[name].get(group),
            )


def _range(name: str, known: Mapping[str, Estimate]) -> tuple[int | None, int | None]:
    """The ranks a table may have: after those clearly better, before those clearly worse."""
    if name not in known:
        return None, None
    own = known[name]
    better = sum(other.high < own.low for other in known.values())
    worse = sum(other.low > own.high for other in known.values())
    return 1 + better, len(known) - worse


def _against(own: Estimate, floor: Estimate) -> str | None:
    if not (own.known and floor.known):
        return None
    if own.low > floor.high:
        return "worse"
    return "better" if own.high < floor.low else "within"
