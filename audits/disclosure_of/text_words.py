"""What of the words of texts can be handed over.

A word is shown of a group where no group of the same features, nor what is left of all texts, has
a small number of texts that hold it, or that lack it: nothing small follows then from sums and
differences. Of crossings no word is shown: groups that are mentions overlap, and what one group has
less its crossings may be small.
"""

from __future__ import annotations

from audits.disclosure_of.known import Known, Treatment, Treatments, coarser
from audits.disclosure_of.parted import HIDDEN, without
from audits.questions.text_words_rows import MarkedWordRow, WordGroupRow, WordTieRow
from audits.questions.text_words_said import quoted
from audits.results import Finding, Group


def _is_shown(group: Group, fewest: int, known: Known) -> bool:
    return len(group) == 1 and not known.small(fewest)


def _marked(row: MarkedWordRow, known: Known) -> MarkedWordRow | None:
    return coarser(row) if _is_shown(row.group, row.fewest, known) else None


def _tie(row: WordTieRow, known: Known) -> WordTieRow | None:
    return coarser(row) if _is_shown(row.group, row.fewest, known) else None


def _speaks_of(finding: Finding, row: MarkedWordRow | WordTieRow) -> bool:
    return quoted(row.word) in finding.because


def _group(row: WordGroupRow, known: Known) -> WordGroupRow:
    """Its numbers of words count no texts; its leading words are held by some, and by others."""
    gone: list[str] = []
    if not _is_shown(row.group, row.first_fewest, known):
        gone += ["first", "first_times", "first_fewest"]
    if not _is_shown(row.group, row.word_fewest, known):
        gone += ["word", "kind", "growth", "word_fewest"]
    others = (row.others_real, row.others_synthetic)
    unlabelled = [
        known.counts[()][side] - own - beside
        for side, own, beside in zip((0, 1), (row.real, row.synthetic), others, strict=True)
    ]
    if known.small(*unlabelled, *others):
        gone += ["others_real", "others_synthetic"]
    if known.small(_rarest(row)) or HIDDEN in others:
        gone += ["telling", "rarest"]
    return coarser(without(row, gone))


def _rarest(row: WordGroupRow) -> int:
    """Texts that hold the rarest word of which it can be told."""
    return round(row.rarest * (row.synthetic + row.others_synthetic)) if row.telling > 0 else 0


def _tells(finding: Finding, row: WordGroupRow, known: Known) -> bool:
    """Whether a sentence tells how many are beside a group, or how rare a word is."""
    shown = _group(row, known)
    if HIDDEN not in (shown.others_synthetic, shown.telling):
        return False
    return any(said in finding.because for said in (" apart from ", " or more have"))


def _in_numbers(finding: Finding, row: WordGroupRow, _known: Known) -> str:
    """How many words, without naming any."""
    if row.alone:
        return (
            f"{finding.verdict.value}; {row.marked_synthetic:,} of {row.words_synthetic:,} words "
            "set its synthetic texts apart"
        )
    return (
        f"{finding.verdict.value}; of {row.compared:,} words, the tie of {row.grown:,} to the "
        "group has grown by its own interval"
    )


TREATED: Treatments = {
    WordGroupRow: Treatment(
        frozenset({
            "real", "synthetic", "others_real", "others_synthetic", "first_fewest", "word_fewest",
        }),
        _group,
        frozenset({
            "words_real", "words_synthetic", "marked_real", "marked_synthetic", "shufflings",
            "compared", "grown", "listed", "telling",
        }),
        tells=_tells,
        instead=_in_numbers,
    ),
    MarkedWordRow: Treatment(
        frozenset({"real", "synthetic", "inside", "outside", "fewest"}),
        _marked,
        frozenset({"rank"}),
        _speaks_of,
    ),
    WordTieRow: Treatment(
        frozenset({
            "real", "synthetic", "real_inside", "real_outside", "synthetic_inside",
            "synthetic_outside", "fewest",
        }),
        _tie,
        frozenset({"rank"}),
        _speaks_of,
    ),
}  # fmt: skip
