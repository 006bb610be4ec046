"""What every question says of every group: the worst verdict of each, and the worst group."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from audits.registry import all_questions
from audits.results import Audit, Group, Verdict, group_name, worst
from audits.visible import visible

Judged = Mapping[Group, Mapping[str, Verdict]]


def judged(audit: Audit) -> dict[Group, dict[str, Verdict]]:
    """Return the worst verdict of every question about every group."""
    lists: dict[Group, dict[str, list[Verdict]]] = {}
    for finding in audit.findings:
        lists.setdefault(finding.group, {}).setdefault(finding.question, []).append(finding.verdict)
    return {
        group: {question: worst(list_) for question, list_ in by_question.items()}
        for group, by_question in lists.items()
    }


def headed(question: str) -> str:
    """A question's name where there is little room: that it is of texts is known.

    >>> headed("text_words"), headed("coverage")
    ('words', 'coverage')
    """
    return question.removeprefix("text_")


def judging(audit: Audit) -> list[str]:
    """Return the questions of an audit that judge: of the others there is no verdict to show."""
    silent = {question.id for question in all_questions() if not question.judges}
    asked = dict.fromkeys([*audit.answers, *(f.question for f in audit.findings)])
    return [name for name in asked if name not in silent]


def worst_first(found: Judged) -> list[Group]:
    """Return the groups by how many questions have a problem with them, then by those that watch.

    Of groups alike, the larger comes first.
    """
    return sorted(found, key=lambda group: _severity(found[group], group))


def _severity(found: Mapping[str, Verdict], group: Group) -> tuple[int, int, int, Group]:
    problems, watched = (
        sum(verdict is wanted for verdict in found.values())
        for wanted in (Verdict.PROBLEM, Verdict.WATCH)
    )
    return (-problems, -watched, len(group), group)


def alt(found: Judged, order: Sequence[Group]) -> str:
    """Return in one sentence how many of some groups have a problem, and which has most."""
    if not order:
        return "No group was judged."
    bad = [group for group in order if Verdict.PROBLEM in found[group].values()]
    if not bad:
        return f"Of {len(order):,} groups, none has a problem in any question."
    first = bad[0]
    questions = [q for q, verdict in found[first].items() if verdict is Verdict.PROBLEM]
    return visible(
        f"Of {len(order):,} groups, {len(bad):,} have a problem in at least one question; the most "
        f"are {group_name(first)}'s: {', '.join(questions)}."
    )
