"""What of the words of texts can be handed over.

A word is named of a group where many of its texts hold it. How many do is shown where no group of
the same features, nor what is left of all texts, has a small number of texts that hold the word, or
that lack it: nothing small follows then from sums and differences. Of crossings no such number is
shown: groups that are mentions overlap, and what one group has less its crossings may be small.
"""

from __future__ import annotations

from audits.disclosure_of.known import Known, Treatment, Treatments, coarser
from audits.disclosure_of.parted import HIDDEN, without
from audits.questions.text_words_rows import MarkedWordRow, WordGroupRow, WordTieRow
from audits.questions.text_words_said import quoted
from audits.results import Finding, Group


def _is_named(inside: int, known: Known) -> bool:
    return inside >= known.min_cell


def _is_counted(group: Group, fewest: int, known: Known) -> bool:
    return len(group) == 1 and not known.small(fewest)


_MARKED = (
    "inside", "outside", "share_inside", "share_outside", "log_odds", "times", "z", "score",
    "p_adjusted", "fewest",
)  # fmt: skip
_TIE = (
    "real_inside", "real_outside", "synthetic_inside", "synthetic_outside", "share_real",
    "elsewhere_real", "share_synthetic", "elsewhere_synthetic", "tie_real", "tie_synthetic",
    "growth", "due", "score", "p_adjusted", "fewest",
)  # fmt: skip


def _marked(row: MarkedWordRow, known: Known) -> MarkedWordRow | None:
    if not _is_named(row.inside, known):
        return None
    counted = _is_counted(row.group, row.fewest, known)
    return coarser(row if counted else without(row, _MARKED))


def _tie(row: WordTieRow, known: Known) -> WordTieRow | None:
    if not _is_named(row.synthetic_inside, known):
        return None
    counted = _is_counted(row.group, row.fewest, known)
    return coarser(row if counted else without(row, _TIE))


def _speaks_of(finding: Finding, row: MarkedWordRow | WordTieRow) -> bool:
    return quoted(row.word) in finding.because


def _tells_counts(_finding: Finding, row: MarkedWordRow | WordTieRow, known: Known) -> bool:
    return not _is_counted(row.group, row.fewest, known)


def _group(row: WordGroupRow, known: Known) -> WordGroupRow:
    """Its numbers of words count no texts; its leading words are held by some, and by others."""
    gone: list[str] = []
    for word, times, which in (("first", "first_times", "first"), ("word", "growth", "word")):
        if not _is_named(getattr(row, f"{which}_inside"), known):
            gone.append(word)
        if not _is_counted(row.group, getattr(row, f"{which}_fewest"), known):
            gone += [times, f"{which}_inside", f"{which}_fewest"]
    others = (row.others_real, row.others_synthetic)
    unlabelled = [
        known.counts[()][side] - own - beside
        for side, own, beside in zip((0, 1), (row.real, row.synthetic), others, strict=True)
    ]
    columns = tuple(sorted(column for column, _ in row.group))
    if known.small(*unlabelled, *others) or columns in known.hidden.gaps:
        gone += ["others_real", "others_synthetic"]
        others = (HIDDEN, HIDDEN)
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


def _in_numbers(finding: Finding, row: WordGroupRow, known: Known) -> str:
    """How many words, and which leads, without any number of texts that hold it."""
    shown = _group(row, known)
    lead = shown.first if row.alone else shown.word
    named = "" if lead is None else f", most surely {quoted(lead)}"
    if row.alone:
        verb = "sets" if row.marked_synthetic == 1 else "set"
        return (
            f"{finding.verdict.value}; {row.marked_synthetic:,} of {row.words_synthetic:,} words "
            f"{verb} its synthetic texts apart{named}"
        )
    return (
        f"{finding.verdict.value}; of {row.compared:,} words, the tie of {row.grown:,} to the "
        f"group has grown by its own interval{named}"
    )


TREATED: Treatments = {
    WordGroupRow: Treatment(
        frozenset({
            "real", "synthetic", "others_real", "others_synthetic", "first_inside", "first_fewest",
            "word_inside", "word_fewest",
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
        _tells_counts,
    ),
    WordTieRow: Treatment(
        frozenset({
            "real", "synthetic", "real_inside", "real_outside", "synthetic_inside",
            "synthetic_outside", "fewest",
        }),
        _tie,
        frozenset({"rank"}),
        _speaks_of,
        _tells_counts,
    ),
}  # fmt: skip
