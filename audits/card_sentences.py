"""What a group's card says, computed from the rows."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np

from audits.estimates import in_effect, number, percent
from audits.formulas.sample_sizes import people_to_see
from audits.formulas.shares import rule_of_zero, wilson
from audits.needs import detecting
from audits.questions import collection_words as words
from audits.questions.collection_rows import CollectionRow
from audits.questions.coverage_rows import CoverageRow
from audits.questions.diversity_rows import AttributeDiversityRow
from audits.questions.drift_rows import GroupDriftRow, ProfileRow
from audits.questions.group_profiles import MISSING, OTHER
from audits.questions.provenance_rows import ProvenanceRow
from audits.questions.words import (
    capital,
    listed,
    one_in,
    real_people,
    share,
    synthetic_rows,
)
from audits.results import Finding, group_name
from audits.settings import Settings

_RARE_TYPE = 0.05  # the share of a type of people that one would want to have met
_MOST = 6  # columns named in a list before it says how many more
_UNSEEN_FROM = 0.01  # share of a group whose value was not seen, from which it is said
_HELD_BY_OTHERS = 0.01  # share of everyone who have a value, from which its absence is said


def headline(
    name: str,
    provenance: ProvenanceRow | None,
    coverage: CoverageRow | None,
    findings: Sequence[Finding],
) -> str:
    """Say in one sentence on whom the group rests; where it is hidden, what may be said."""
    if provenance is not None and provenance.real and provenance.synthetic:
        rest = "rests" if provenance.synthetic == 1 else "rest"
        said = f"{synthetic_rows(provenance.synthetic)} {rest} on {real_people(provenance.real)}"
        people = provenance.effective_people
        if people.known and people.low < people.high:
            said += f", in effect on {in_effect(people.value)} ({in_effect(people.low)} to "
            said += f"{in_effect(people.high)})"
        return capital(f"{name}: {said}.")
    if coverage is not None:
        said = f"{real_people(coverage.real)} and {synthetic_rows(coverage.synthetic)}"
        return capital(f"{name}: {said}.")
    if findings:
        return findings[0].because
    return f"{name}: nothing was measured."


def also(finding: Finding, title: str) -> str:
    """Say what a further question found, under its title instead of the group's name.

    >>> from audits.results import Verdict
    >>> also(Finding("copying", (("sex", "f"),), None, Verdict.WATCH, "F: 9 rows."), "Copying")
    'Copying: 9 rows.'
    """
    said = finding.because.removeprefix(f"{capital(group_name(finding.group))}: ")
    return f"{title}: {said}"


def planned(row: CollectionRow, settings: Settings) -> str:
    """Say how many people the collection plan asks for, and why."""
    said = words.need(row, settings).removeprefix(f"{capital(group_name(row.group))}: ")
    return f"Collection plan: {said.strip()}"


def people_says(row: ProvenanceRow | None, min_cell: int) -> str:
    """Say how evenly the synthetic rows rest on the real people, or why that is not said."""
    if row is None or not row.real or not row.synthetic:
        return ""
    if not row.people:
        hidden = f"how the rows fall on single people is hidden, as are counts below {min_cell}."
        return hidden if min_cell else ""
    total, n = sum(row.people), len(row.people)
    if total == 0:
        return ""
    few = max(1, min(5, round(n / 10)))
    carried = percent(sum(row.people[:few]) / total)
    unused = sum(rows == 0 for rows in row.people)
    said = (
        f"the {few} of {n} real people most used carry"
        if few > 1
        else f"the most used of {n} real people carries"
        if n > 1
        else "1 real person carries"
    )
    said = f"{said} {carried} of the synthetic rows"
    if unused:
        said += f"; {unused} of them carr{'ies' if unused == 1 else 'y'} none"
    return f"{said}."


def common(row: AttributeDiversityRow) -> str:
    """Say what nearly all real people of a group have in one column, and who else has it."""
    whole = row.top_count == row.real
    who = f"all {row.real:,}" if whole else f"{row.top_count:,} of {row.real:,}"
    return (
        f"{who} are {row.top_value} ({row.attribute}), as {percent(row.top_elsewhere)} of everyone "
        f"else are and {percent(row.top_synthetic)} of the synthetic rows"
    )


def unseen(
    real: int,
    profiles: Sequence[ProfileRow],
    everyone: Mapping[str, ProfileRow],
    attributes: Sequence[AttributeDiversityRow],
) -> tuple[str, ...]:
    """Say which types of people, and which values, so few may not have shown."""
    bound = float(np.asarray(rule_of_zero(real, confidence=0.95)))
    said = [
        f"a type rarer than {one_in(real)} among them may never have been seen: nobody of "
        f"{real:,} still leaves room for up to {percent(bound)}"
    ]
    never = [text for row in profiles if (text := _never(row, everyone.get(row.attribute)))]
    said += never[:_MOST]
    if len(never) > _MOST:
        said.append(f"and values of {len(never) - _MOST} more columns")
    mass = sorted(
        (row for row in attributes if row.unseen.known and row.unseen.value >= _UNSEEN_FROM),
        key=lambda row: (-row.unseen.value, row.attribute),
    )
    said += [
        f"{share(row.unseen)} of the group probably have another {row.attribute} than any of the "
        f"{real:,}"
        for row in mass[:3]
    ]
    return tuple(said)


def _never(row: ProfileRow, everyone: ProfileRow | None) -> str:
    """Values of a column that others have and nobody of the group has."""
    if everyone is None or row.edges or len(row.labels) < 2:
        return ""
    total = max(sum(everyone.real), 1)
    held_by = dict(zip(everyone.labels, everyone.real, strict=True))
    there = [
        (label, held_by[label] / total)
        for label, own in zip(row.labels, row.real, strict=True)
        # a value joined with others in one of the two says nothing of its absence in the other
        if own == 0
        and label not in (OTHER, MISSING)
        and held_by.get(label, 0) >= _HELD_BY_OTHERS * total
    ]
    if not there:
        return ""
    names = listed([label for label, _ in there], most=4)
    held = percent(sum(part for _, part in there))
    return f"{row.attribute}: none is {_or(names)}, as {held} of everyone are"


def _or(names: str) -> str:
    before, last = names.rpartition(" and ")[::2]
    return f"{before} or {last}" if before else names


def unnoticed(row: GroupDriftRow | None) -> tuple[str, ...]:
    """Say which drift so few rows would not have shown."""
    if row is None or math.isnan(row.detectable_shift):
        return ()
    resting = f"with {real_people(row.real)} and {synthetic_rows(row.synthetic)}"
    moved = (
        f"a share that moved by less than {percent(row.detectable_share)}"
        if row.detectable_share < 1
        else "any move of a share"
    )
    said = [
        f"{resting}, a shift under {number(row.detectable_shift)} standard deviations could have "
        "gone unnoticed",
        f"so could {moved}",
    ]
    if row.detectable_auc < 0.5:
        said.append(
            "and a difference by which real and synthetic rows are told apart with a chance below "
            f"{number(0.5 + row.detectable_auc)}, where 0.5 is guessing"
        )
    return tuple(said)


def wanted(settings: Settings) -> list[tuple[int, str]]:
    """Real people a group needs, and what for."""
    enough = settings.support_watch
    low, high = wilson(enough / 2, enough, confidence=settings.confidence)
    half = (float(np.asarray(high)) - float(np.asarray(low))) / 2
    rare = int(np.asarray(people_to_see(_RARE_TYPE, confidence=settings.confidence)))
    found = [
        (
            rare,
            f"to have met a type of one in {1 / _RARE_TYPE:.0f} with a chance of "
            f"{percent(settings.confidence)}",
        ),
        (enough, f"to know a share within ± {percent(half)}, and no longer to be watched"),
    ]
    needed, says = detecting(settings, math.inf)  # rows are made, people have to be asked
    found.append((int(needed), f"so that {says}, given as many synthetic rows or more"))
    return sorted(found)


def others(attribute: str, value: str, elsewhere: float, settings: Settings) -> tuple[int, str]:
    """People to ask until one would be met who differs, were the group like everyone else."""
    seen = people_to_see(max(1 - elsewhere, 1e-6), confidence=settings.confidence)
    return int(np.asarray(seen)), (
        f"people who are not {value} ({attribute}): {percent(1 - elsewhere)} of everyone else are "
        "not"
    )


def made_from_few(row: ProvenanceRow | None, settings: Settings) -> str:
    """Say that the generator, not the sample, left people out."""
    if row is None or not row.kappa.known or row.kappa.high >= settings.kappa_watch:
        return ""
    return (
        f"make the rows again before asking anyone: of {real_people(row.real)}, the rows made now "
        f"rest in effect on {in_effect(row.basis)}"
    )
