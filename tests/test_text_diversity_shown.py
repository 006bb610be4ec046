"""Likeness of texts as it is shown: in reports and pictures, and without small counts."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd
import pytest

import audits
from audits.disclosure import protected
from audits.disclosure_rows import COUNTED
from audits.pictures.rankings import ranking
from audits.reports.of_questions.text_diversity import PRESENTATION
from audits.settings import Settings

SIZES = {"a": 60, "b": 45, "c": 40, "d": 10, "e": 4}
SHORT = 4
"""Texts of a that are too short to be compared."""
QUICK = Settings().having(matched_draws=20)
FEW = re.compile(r"(?<![\w.,])([\d,]+) (?:real texts?|synthetic texts?|texts?|others)")


def texts(seed, *, sizes=SIZES, alike="a"):
    """Texts of groups; those of one share a sentence."""
    rng = np.random.default_rng(seed)
    words = np.array(["".join(rng.choice(list("abcdefgh"), 4)) for _ in range(600)])
    rows = []
    for group, size in sizes.items():
        for place in range(size):
            text = " ".join(rng.choice(words, 40))
            if group == alike:
                text = "this morning i got up early and thought of home and of my people " + text
            rows.append({"who": group, "text": "too short" if group == "a" and place < SHORT
                         else text})  # fmt: skip
    return pd.DataFrame(rows)


def asked(*frames, **options):
    return audits.compare_text(
        *frames, group="who", language="de", ask=["text_diversity"], settings=QUICK, **options
    )


@pytest.fixture(scope="module")
def made():
    return {
        "pair": asked(texts(1, alike=""), texts(2)),
        "alone": asked(synthetic=texts(2)),
    }


both = pytest.mark.parametrize("kind", ["pair", "alone"])


def row_of(audit, group):
    return audit["text_diversity"][{"who": group}][0]


class TestHandedOver:
    @both
    def test_no_small_count_is_shown(self, made, kind):
        for rows in protected(made[kind], 11)["text_diversity"].tables.values():
            for row in rows:
                counts = [getattr(row, name) for name in COUNTED[type(row)]]
                assert not [n for n in counts if 0 < n < 11], row

    @both
    def test_how_many_are_too_short_does_not_follow(self, made, kind):
        row = row_of(protected(made[kind], 11), "a")
        assert row_of(made[kind], "a").used == SIZES["a"] - SHORT
        assert (row.synthetic, row.used, row.used_beside) == (60, -1, -1)
        assert np.isnan(row.freedom)

    @both
    def test_no_sentence_tells_a_small_count_or_one_it_follows_from(self, made, kind):
        for found in protected(made[kind], 11).findings:
            numbers = [int(n.replace(",", "")) for n in FEW.findall(found.because)]
            assert not [n for n in numbers if 0 < n < 11 or n == SIZES["a"] - SHORT], found.because

    @both
    def test_a_hidden_group_is_not_among_others(self, made, kind):
        audit = protected(made[kind], 11)
        assert (("who", "d"),) in audit.hidden
        row = row_of(audit, "b")
        if kind == "alone":
            assert not row.ratio.known
            assert not row.beside.known
            assert "times as alike" not in audit.about("text_diversity", {"who": "b"})[0].because
        else:
            assert row.ratio.known
            assert not row.inherited.known
            assert (
                "its real texts were" not in audit.about("text_diversity", {"who": "a"})[0].because
            )

    @both
    def test_size_of_draws_is_not_told(self, made, kind):
        rows = protected(made[kind], 11)["text_diversity"].tables["variety"]
        assert {row.texts for row in rows} == {-1}

    def test_all_is_shown_where_nothing_is_hidden(self, made):
        whole = made["pair"]
        assert protected(whole, 0)["text_diversity"].tables == whole["text_diversity"].tables

    def test_what_is_compared_in_full_is_told(self):
        sizes = {"a": 40, "b": 40}
        shown = protected(asked(texts(3, sizes=sizes, alike=""), texts(4, sizes=sizes)), 11)
        row = row_of(shown, "b")
        assert (row.used, row.used_beside) == (40, 40)
        assert (
            "of 40 real texts and 40 synthetic texts"
            in shown.about("text_diversity", {"who": "b"})[0].because
        )


class TestPictures:
    @both
    def test_the_most_alike_come_first(self, made, kind):
        drawn = ranking(made[kind]["text_diversity"], None, 10)
        assert drawn.groups[0] == (("who", "a"),)
        assert "at least 1.05 times as alike" in drawn.alt
        words = "other groups' texts" if kind == "alone" else "real texts"
        assert drawn.panels[0].title == f"times as alike as {words}"

    def test_what_is_hidden_says_so(self, made):
        audit = protected(made["alone"], 11)
        drawn = ranking(audit["text_diversity"], [{"who": "b"}], 10)
        assert drawn.panels[0].dots[0].says == "hidden"

    def test_too_few_texts_say_so(self, made):
        drawn = ranking(made["pair"]["text_diversity"], [{"who": "e"}], 10)
        assert drawn.panels[0].dots[0].says == "too few texts"
        assert drawn.alt.startswith("No group has texts enough")


class TestReports:
    @both
    def test_tables_have_their_rows(self, made, kind):
        answer = made[kind]["text_diversity"]
        for lines in (PRESENTATION.main, *PRESENTATION.further):
            rows = lines.rows(answer)
            assert rows
            for row in rows:
                assert all(isinstance(shown.cell(row), str) for shown in lines.shown)

    def test_measures_of_everyone_come_first(self, made):
        rows = PRESENTATION.further[1].rows(made["pair"]["text_diversity"])
        assert not rows[0].group
        assert rows[8].group == (("who", "a"),)

    def test_the_lead_says_what_is_compared(self, made):
        assert "Without real texts" in PRESENTATION.lead(made["alone"]["text_diversity"])[0]
        assert "fewer topics" in PRESENTATION.lead(made["pair"]["text_diversity"])[0]
        frames = [texts(n, alike="").assign(prompt="one") for n in (1, 2)]
        audit = asked(*frames, prompt="prompt")
        assert "within prompts" in PRESENTATION.lead(audit["text_diversity"])[0]

    @both
    def test_a_report_is_written(self, made, kind, tmp_path):
        page = made[kind].save(tmp_path / "report.html").read_text(encoding="utf-8")
        assert "Likeness of texts" in page
        assert "shared runs of five words" in page

    def test_methods_have_the_limits_in_force(self):
        said = " ".join(PRESENTATION.methods(Settings().having(alike_watch=1.33)))
        assert "1.33 times" in said
