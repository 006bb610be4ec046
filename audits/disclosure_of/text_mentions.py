"""What of mentions in texts can be handed over.

How many texts mention a group is shown as that of any group is, or hidden with it. What is counted
besides (texts that mention nobody, that are held against a population, whose pronouns are whose)
overlaps with the groups: it is shown where nothing small follows from all of it together.
"""

from __future__ import annotations

from audits.disclosure_of.known import Known, Treatment, Treatments, coarser, never
from audits.disclosure_of.parted import without
from audits.questions.text_mentions_rows import GenderedRow, MentionRow, SilentRow, TermRow
from audits.results import Finding

_BASE = ("real_base", "synthetic_base", "representation", "representation_synthetic", "fewest")
_MARKS = ("that mention any ", "that say their ")


def _hides_base(row: MentionRow, known: Known) -> bool:
    return len(row.group) != 1 or known.small(row.fewest)


def _mention(row: MentionRow, known: Known) -> MentionRow:
    return coarser(without(row, _BASE) if _hides_base(row, known) else row)


def _tells(finding: Finding, row: MentionRow, known: Known) -> bool:
    """Whether a sentence tells how many texts are held against a population, and may not."""
    return _hides_base(row, known) and any(said in finding.because for said in _MARKS)


def _silent(row: SilentRow, known: Known) -> SilentRow | None:
    return None if known.small(row.fewest) else coarser(row)


def _gendered(row: GenderedRow, known: Known) -> GenderedRow | None:
    hidden = any(group[0][0] == row.group[0][0] for group in known.hidden.groups if len(group) == 1)
    return None if hidden or known.small(row.fewest) else coarser(row)


def _term(row: TermRow, known: Known) -> TermRow | None:
    """How often a word occurs counts no texts; but one that occurs seldom is in few of them."""
    real, made = row.candidates_real, row.candidates_synthetic
    taken = (row.accepted_real, row.accepted_synthetic)
    left = (real - taken[0], made - taken[1])
    return None if known.small(real, made, *taken, *left) else row


TREATED: Treatments = {
    MentionRow: Treatment(
        frozenset({
            "real", "synthetic", "real_total", "synthetic_total", "real_base", "synthetic_base",
            "fewest",
        }),
        _mention,
        tells=_tells,
    ),
    SilentRow: Treatment(
        frozenset({"real", "synthetic", "real_total", "synthetic_total", "fewest"}),
        _silent,
        frozenset({"groups", "groups_real", "groups_synthetic"}),
    ),
    GenderedRow: Treatment(
        frozenset({
            "real", "synthetic", "mentions_real", "mentions_synthetic", "all_real",
            "all_synthetic", "fewest",
        }),
        _gendered,
        behind=never,
    ),
    TermRow: Treatment(
        frozenset({
            "candidates_real", "accepted_real", "candidates_synthetic", "accepted_synthetic",
        }),
        _term,
        behind=never,
    ),
}  # fmt: skip
