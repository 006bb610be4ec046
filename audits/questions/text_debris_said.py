"""Debris: the sentences of findings."""

from __future__ import annotations

from audits.corpus.debris import MEANINGS, REPEATED
from audits.estimates import Estimate, many, number
from audits.questions.text_debris_rows import DebrisRow
from audits.questions.words import share

ANY = "are broken or repeated"
FALLS = "it falls on them"
MOST = "most of it"
_SAME = 0.0005
_PLURAL = {
    "copies a real text": "equal or nearly equal a real text",
    "repeats another": "equal or nearly equal another of them",
    "machine": "refuse, or speak as an assistant to who asked",
    "prompt": "hold a piece of their prompt, or marks of a template",
    "encoding": "hold letters that were decoded wrongly, or marks of markup",
    "loop": "say the same words over and over",
    "breaks off": "end in the middle of a sentence",
    "hardly any words": "have hardly any words",
}


def more(row: DebrisRow, doubts: str, *, uneven: bool) -> str:
    """Say how many more of the synthetic texts it is than of the real ones."""
    does = ANY if row.attribute is None else _PLURAL[row.attribute]
    said = (
        f"{share(row.synthetic_share)} of {many(row.synthetic, 'synthetic text')} {does}, of "
        f"{many(row.real, 'real text')} {share(row.real_share)}: {_among(row)}"
        f"{_points(row.more)}{doubts}"
    )
    if row.attribute is None and row.most is not None and row.hits_synthetic > row.most_hits > 0:
        does = MEANINGS[row.most] if row.most_hits == 1 else _PLURAL[row.most]
        said += f"; {MOST}: {row.most_hits:,} {does}"
    if uneven:
        said += f"; {FALLS} {_times(row.times)} as on the other synthetic texts"
    return said


def alone(row: DebrisRow, *, uneven: bool) -> str:
    """Say how many it is, where no real texts were given."""
    does = ANY if row.attribute is None else _PLURAL[row.attribute]
    said = (
        f"{share(row.synthetic_share)} of {many(row.synthetic, 'synthetic text')} {does}; how many "
        "real ones would is not known, as none were given"
    )
    if uneven:
        said += f"; {FALLS} {_times(row.times)} as on the others"
    return said


def too_few(row: DebrisRow, fewest: int) -> str:
    """Say that nothing can be made of so few."""
    texts = many(row.synthetic, "synthetic text")
    both = texts if row.alone else f"{many(row.real, 'real text')} and {texts}"
    return f"{both} are too few to say how many {ANY}; it takes {fewest:,} on each side"


def _among(row: DebrisRow) -> str:
    """Where repeats were counted among fewer texts of the larger side, say so."""
    plain = row.synthetic_share.value - row.real_share.value
    if row.attribute not in (None, REPEATED) or abs(plain - row.more.value) < _SAME:
        return ""
    return f"among {min(row.real, row.synthetic):,} texts of either, "


def _points(found: Estimate) -> str:
    value, low, high = (f"{100 * one:.1f}" for one in (found.value, found.low, found.high))
    if found.value < 0:
        return f"{value.removeprefix('-')} points fewer ({low} to {high})"
    return f"{value} points more ({low} to {high})"


def _times(found: Estimate) -> str:
    if found.value == float("inf"):
        return f"at least {number(found.low)} times as often"
    return f"{number(found.value)} ({number(found.low)} to {number(found.high)}) times as often"
