"""Mentions: the sentences of findings."""

from __future__ import annotations

from audits.estimates import many, number, percent
from audits.questions.text_mentions_rows import MentionRow, SilentRow
from audits.questions.words import share
from audits.settings import Settings


def texts(count: int, kind: str) -> str:
    """Write a number of texts.

    >>> texts(1, "real"), texts(3000, "synthetic")
    ('1 real text', '3,000 synthetic texts')
    """
    return many(count, f"{kind} text")


def against_real(row: MentionRow, doubts: str) -> str:
    """Say how much of the real share is left, or that nothing is."""
    if row.synthetic == 0:
        due = row.real_share.value * row.synthetic_total
        return (
            f"absent: {_of(row, row.real, row.real_total, 'real')} and none of the "
            f"{texts(row.synthetic_total, 'synthetic')}, where about {due:,.0f} were due{doubts}"
        )
    return f"{_both(row)}{doubts}"


def grown(row: MentionRow, *, sure: bool) -> str:
    """Say that a share is larger than it was."""
    return f"it {'has' if sure else 'may have'} grown: {_both(row)}"


def _both(row: MentionRow) -> str:
    return (
        f"{_verb(row)}{share(row.synthetic_share)} of the synthetic texts against "
        f"{share(row.real_share)} of the real, a ratio of {row.ratio} resting on "
        f"{row.synthetic:,} and {row.real:,} texts"
    )


def _verb(row: MentionRow) -> str:
    return "mentioned in " if row.by == "mention" else "its share is "


def _of(row: MentionRow, count: int, of: int, kind: str) -> str:
    what = "mention them" if row.by == "mention" else "are this group's"
    one = "mentions them" if row.by == "mention" else "is this group's"
    return f"{count:,} of {texts(of, kind)} {one if count == 1 else what}"


def invented(row: MentionRow, *, sure: bool) -> str:
    """Say that no real text has them."""
    made = _of(row, row.synthetic, row.synthetic_total, "synthetic")
    why = "invented" if sure else "invented, or too rare for the real texts"
    return f"in none of the {texts(row.real_total, 'real')}, yet {made} ({why})"


def against_population(row: MentionRow) -> str:
    """Say what the reference population has, and what the texts make of it."""
    due, over = row.reference_share or 0.0, row.representation_synthetic
    axes = " and ".join(column for column, _ in row.group)
    base = "that mention any" if row.by == "mention" else "that say their"
    found = over.value * due
    gone = "absent: " if row.synthetic == 0 else ""
    text = (
        f"{gone}{row.synthetic:,} of the {texts(row.synthetic_base, 'synthetic')} {base} {axes} "
        f"({percent(found)}), where the reference population has {percent(due)}: a ratio of {over}"
    )
    if row.representation.known:
        text += f"; {row.real:,} of {texts(row.real_base, 'real')}, a ratio of {row.representation}"
    return text


def too_few(row: MentionRow, settings: Settings) -> str:
    """Say what was counted, where nothing can be made of it."""
    made = _of(row, row.synthetic, row.synthetic_total, "synthetic")
    most = f"at most {percent(row.synthetic_share.high)}"
    if row.alone:
        if row.reference_share:
            return f"{made}, {most}, too few to be held against the reference population"
        return f"{made}, {most}, and nothing was given to compare with"
    real = _of(row, row.real, row.real_total, "real")
    if row.real == 0 and row.synthetic == 0:
        return f"in none of the {texts(row.real_total, 'real')}, and in no synthetic one"
    few = min(row.real, row.real_total, row.synthetic_total) < settings.fewest_texts
    why = "too few to compare" if few else "of which too few were due to compare"
    return f"{real} and {made}, {most}: {why}"


def silent(row: SilentRow) -> str:
    """Say that fewer texts speak of anybody."""
    whom = "anybody" if row.attribute is None else f"any {row.attribute}"
    real, made = row.real_total - row.real, row.synthetic_total - row.synthetic
    return (
        f"{made:,} of {texts(row.synthetic_total, 'synthetic')} mention {whom} "
        f"({percent(1 - row.synthetic_share.value)}), of {texts(row.real_total, 'real')} "
        f"{real:,} ({percent(1 - row.real_share.value)}), a ratio of {number(row.ratio.value)} "
        f"({number(row.ratio.low)} to {number(row.ratio.high)})"
    )


def no_lexicon(row: SilentRow) -> str:
    """Say that nobody was looked for, as no words to look for were given."""
    return (
        f"who is mentioned in {texts(row.synthetic_total, 'synthetic')} was not looked for, as no "
        f"lexicon for the language {row.language!r} was given; give one with lexicon="
    )
