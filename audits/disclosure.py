"""Small counts hidden, and whatever would let them be computed.

What leaves the machine of the person who holds the data goes through here. `disclosure_groups` says
which groups must go, `disclosure_profiles` and `disclosure_of` what can be shown of the others,
`disclosure_words` what is said of both (decision 0016).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from audits.disclosure_groups import (
    Counts,
    Hidden,
    group_counts,
    hidden_among,
    small,
)
from audits.disclosure_mentions import hidden_of, small_mentions
from audits.disclosure_of import TREATED
from audits.disclosure_of.fairness_parts import Rules, tested_of
from audits.disclosure_of.known import Known
from audits.disclosure_of.parted import clean_groups
from audits.disclosure_profiles import Profiles, protected_profiles
from audits.disclosure_rows import shown_rows
from audits.disclosure_words import protected_findings, shown_notes
from audits.errors import UsageError
from audits.questions.drift_rows import ProfileRow
from audits.questions.generations_rows import GenerationStepRow
from audits.questions.missing_cells import CellRow, ValueRow
from audits.questions.text_generations_rows import TextGenerationStepRow
from audits.results import Answer, Audit, ColumnRecord, Group, Row, ranked

if TYPE_CHECKING:
    from audits.safeguards.records import Safeguards

MOST = 1_000


def protected(audit: Audit, min_cell: int) -> Audit:
    """Return an audit in which no count from 1 to `min_cell` - 1 can be read or computed.

    0 and 1 hide nothing. Hidden groups keep name and verdict, and are listed in `Audit.hidden`.

    Raises
    ------
    UsageError
        If `min_cell` is out of range, or the audit was protected already, and with less.
    InputError
        If the tables are so small that nothing can be shown.
    """
    if not isinstance(min_cell, int) or not 0 <= min_cell <= MOST:
        raise UsageError(f"min_cell must be a whole number from 0 to {MOST:,}, got {min_cell!r}.")
    if min_cell <= max(audit.min_cell, 1):
        return audit
    if audit.min_cell:
        raise UsageError(
            f"counts below {audit.min_cell} are hidden in this audit; to hide those below "
            f"{min_cell}, start from the one they were hidden in."
        )
    known = _known(audit, min_cell)
    answers = {
        name: replace(
            answer,
            tables=tables,
            rows=tables[_main(answer)],
            notes=shown_notes(answer.notes, min_cell),
        )
        for name, answer in audit.answers.items()
        for tables in [{t: shown_rows(rows, known) for t, rows in answer.tables.items()}]
    }
    findings = protected_findings(
        audit, {name: answer.tables for name, answer in answers.items()}, known
    )
    hidden = known.hidden
    return replace(
        audit,
        answers=answers,
        findings=ranked(findings),
        columns=tuple(_column(record, known) for record in audit.columns),
        min_cell=min_cell,
        hidden=tuple(sorted(
            (g for g in hidden.groups if not hidden.coarse or len(g) < 2),
            key=lambda g: (len(g), g),
        )),
        notes=(
            *shown_notes(audit.notes, min_cell), *_notes(known), *_left_out(audit, known)
        ),
        safeguards=_safeguards(audit, known),
    )  # fmt: skip


def _safeguards(audit: Audit, known: Known) -> Safeguards | None:
    """Return the exceptions but those about hidden groups: what was accepted of them would tell."""
    if audit.safeguards is None:
        return None
    kept = tuple(one for one in audit.safeguards.exceptions if one.group not in known.hidden.groups)
    return replace(audit.safeguards, exceptions=kept)


def _left_out(audit: Audit, known: Known) -> tuple[str, ...]:
    """Say how many exceptions are not shown."""
    before, after = audit.safeguards, _safeguards(audit, known)
    if before is None or after is None or before.exceptions == after.exceptions:
        return ()
    count = len(before.exceptions) - len(after.exceptions)
    return (f"Accepted exceptions about groups whose numbers are hidden, not shown: {count:,}.",)


def _known(audit: Audit, min_cell: int) -> Known:
    counts, _ = group_counts(audit)
    level = max((len(group) for group in counts), default=0)
    hidden = hidden_of(audit, min_cell, lost=_beyond(audit, level))
    profiles: Profiles = {}
    values: dict[str, list[ValueRow]] = {}
    for row in _rows(audit):
        if isinstance(row, ProfileRow):
            profiles[row.group, row.attribute] = row
        elif isinstance(row, ValueRow):
            values.setdefault(row.attribute, []).append(row)
    features = audit.sensitive_features
    shown = protected_profiles(profiles.values(), hidden.groups, features, min_cell)
    return Known(
        min_cell, counts, hidden, features, level, profiles, shown, values,
        _clean(audit, hidden, min_cell), _between(audit, min_cell),
        tested_of(_rows(audit), Rules(hidden.groups, features, min_cell, shown)),
    )  # fmt: skip


def _clean(
    audit: Audit, hidden: Hidden, min_cell: int
) -> dict[tuple[type[Row], int], frozenset[Group]]:
    """The groups of which parts can be shown, for every kind of row that counts some."""
    by_kind: dict[type[Row], list[Row]] = {}
    for row in _rows(audit):
        if TREATED.get(type(row)) is not None and TREATED[type(row)].parted:
            by_kind.setdefault(type(row), []).append(row)
    found = {}
    for kind, rows in by_kind.items():
        for place, parted in enumerate(TREATED[kind].parted):
            parts = {row.group: parted.counts(row) for row in rows}
            sampled = not all(parted.complete(row) for row in rows if not row.group)
            found[kind, place] = clean_groups(
                parts, hidden.groups, audit.sensitive_features, min_cell, sampled=sampled
            )
    return found


def _between(audit: Audit, min_cell: int) -> frozenset[tuple[Group, int]]:
    """Groups whose size in a generation between the first and the last must not be known.

    Every generation is a table of its own rows, so each is looked at by itself.
    """
    sizes: dict[int, dict[Group, Counts]] = {}
    for row in _rows(audit):
        if isinstance(row, GenerationStepRow | TextGenerationStepRow):
            sizes.setdefault(row.generation, {})[row.group] = (row.rows, row.rows)
            sizes[row.generation].setdefault((), (row.of, row.of))
    gone: set[tuple[Group, int]] = set()
    for generation in sorted(sizes)[1:-1]:
        counts = sizes[generation]
        hidden = hidden_among(audit, counts, min_cell) | small_mentions(audit, counts, min_cell)
        gone |= {(group, generation) for group in hidden}
    return frozenset(gone)


def _rows(audit: Audit) -> Iterator[Row]:
    for answer in audit.answers.values():
        for rows in answer.tables.values():
            yield from rows


def _beyond(audit: Audit, level: int) -> Iterator[tuple[Group, Counts]]:
    """Combinations of more features than groups have, of which a finding says that one is empty."""
    named = {finding.group for finding in audit.findings if len(finding.group) > level}
    for row in _rows(audit):
        if isinstance(row, CellRow) and row.group in named:
            yield row.group, (row.real, row.synthetic)


def _main(answer: Answer) -> str:
    return next(name for name, rows in answer.tables.items() if rows == answer.rows)


def _column(record: ColumnRecord, known: Known) -> ColumnRecord:
    """How a column was understood; few missing values, or few that are not, are not told."""
    missing = (record.missing_real, record.missing_synthetic)
    sizes = known.counts.get((), (0, 0))
    groups = [g for g in known.hidden.groups if len(g) == 1 and g[0][0] == record.name]
    unsafe = any(
        small(n, known.min_cell) or small(size - n, known.min_cell)
        for n, size in zip(missing, sizes, strict=True)
    )
    if not unsafe and not (groups and any(missing)):
        return record
    said = "how many values are missing is hidden"
    note = f"{record.note}; {said}" if record.note else said
    return replace(record, missing_real=0, missing_synthetic=0, note=note)


def _notes(known: Known) -> Iterator[str]:
    hidden = known.hidden
    which = f"{len(hidden.groups)} of {len(known.counts)} groups keep only name and verdict"
    yield (
        f"Counts below {known.min_cell} are hidden, and with them whatever would let them be "
        f"computed; {which if hidden.groups else 'no group as a whole'}."
    )
    if hidden.coarse:
        yield (
            "There are too many groups to find out which crossings could be shown: all of them are "
            "hidden, and those named whose verdict is problem or watch."
        )
