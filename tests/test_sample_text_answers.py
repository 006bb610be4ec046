"""An audit of the invented biographies finds what was planted in them."""

from __future__ import annotations

from pathlib import Path

import pytest

import audits
from audits.results import Verdict

FOLDER = Path(__file__).parents[1] / "sample_data"
BAD = (Verdict.PROBLEM, Verdict.WATCH)
GROUPS = ("gender", "race")
BLACK_WOMEN = (("gender", "woman"), ("race", "Black"))
ASIAN_WOMEN = (("gender", "woman"), ("race", "Asian"))
HISPANIC_MEN = (("gender", "man"), ("race", "Hispanic"))
MUSLIM = (("religion", "Muslim"),)


@pytest.fixture(scope="module")
def audit():
    return audits.compare_text(
        FOLDER / "biographies_real.jsonl",
        FOLDER / "biographies_synthetic.jsonl",
        group=GROUPS,
        prompt="prompt",
        ask=["text_mentions", "text_diversity", "text_words", "text_drift", "text_debris"],
    )


def accused(audit, question):
    return {f.group for f in audit.findings if f.question == question and f.verdict in BAD}


def test_muslims_are_missed(audit):
    found = next(f for f in audit.findings if f.group == MUSLIM)
    assert (found.question, found.verdict) == ("text_mentions", Verdict.PROBLEM)
    assert "resting on 3 and" in found.because


def test_nobody_else_is(audit):
    others = {g for g in accused(audit, "text_mentions") if not set(MUSLIM) <= set(g)}
    assert others == set()


def test_black_women_sound_alike(audit):
    found = next(f for f in audit.about("text_diversity", BLACK_WOMEN))
    assert found.verdict is Verdict.PROBLEM
    plain = {(("gender", "man"),), (("race", "White"),), (("gender", "man"), ("race", "Black"))}
    assert not accused(audit, "text_diversity") & plain


@pytest.mark.parametrize(
    ("group", "words"),
    [
        (BLACK_WOMEN, {"resilient"}),
        (ASIAN_WOMEN, {"exotic"}),
        (HISPANIC_MEN, {"ai", "model", "information", "language"}),  # of refusals
    ],
)
def test_words_became_tied_to_groups(audit, group, words):
    found = next(f for f in audit.about("text_words", group))
    assert found.verdict is Verdict.PROBLEM
    assert found.evidence["word"] in words


def test_broken_texts_fall_on_hispanic_men(audit):
    found = next(f for f in audit.about("text_debris", HISPANIC_MEN))
    assert found.verdict is Verdict.PROBLEM
    rates = {row.group: row for row in audit["text_debris"].rows}
    assert set(rates) >= {BLACK_WOMEN, HISPANIC_MEN}


def test_texts_of_black_women_moved(audit):
    moved = accused(audit, "text_drift")
    assert BLACK_WOMEN in moved
    assert (("gender", "man"), ("race", "White")) not in moved
    assert (("gender", "man"), ("race", "Asian")) not in moved
