"""Marked words as they are shown: in reports, in pictures, and handed over without small counts."""

from __future__ import annotations

import re

import numpy as np
import pytest
from marked_texts import corpora, drawn

from audits.disclosure import protected
from audits.disclosure_rows import COUNTED
from audits.pictures.rankings import ranking
from audits.pictures.svg import svg
from audits.pictures.words_apart import words_apart
from audits.questions import text_words
from audits.reports.of_questions.text_words import PRESENTATION
from audits.results import Answer, Audit, ColumnRecord, InputRecord
from audits.settings import Settings

SIZES = {"a": 90, "b": 60, "c": 60, "d": 4}
TIED = {("rose", "a"): 0.8, ("fern", "b"): 0.7, ("rose", "c"): 0.05, ("reed", "a"): 0.08}
FEW = re.compile(r"(?<![\w.,])([\d,]+) (?:real|synthetic|others)")


def audit_of(*sides, **options):
    """An audit that asked this question alone."""
    made = corpora(*sides, **options)
    tables = text_words.measure(made)
    findings = text_words.judge(tables, made.settings)
    features = sorted({column for row in tables["groups"] for column, _ in row.group})
    answer = Answer(
        "text_words", text_words.TITLE, text_words.ASKS, tables["groups"], tables, Settings()
    )
    roles = ["synthetic"] if len(sides) == 1 else ["real", "synthetic"]
    inputs = [
        InputRecord(role, "made", "list", len(texts), 1, "")
        for role, (texts, _) in zip(roles, sides, strict=True)
    ]
    columns = [ColumnRecord(name, "categorical", "group", 3, 0, 0, "") for name in features]
    return Audit(
        tuple(inputs), tuple(features), tuple(columns), Settings(), {"text_words": answer},
        tuple(findings), (), {},
    )  # fmt: skip


@pytest.fixture(scope="module")
def audits_made():
    rng = np.random.default_rng(0)
    real, made = drawn(rng, SIZES, tied={("rose", "all"): 0.3}), drawn(rng, SIZES, tied=TIED)
    return {"pair": audit_of(real, made), "alone": audit_of(made)}


both = pytest.mark.parametrize("kind", ["pair", "alone"])


# -- handed over -----------------------------------------------------------------------------------


def holding(side, word, group):
    """How many texts of a group hold a word, and how many do not."""
    texts, labels = side
    own = [word in text.split() for text, who in zip(texts, labels["who"], strict=True)
           if group in (who, None)]  # fmt: skip
    return sum(own), len(own) - sum(own)


class TestHandedOver:
    @pytest.mark.parametrize("seed", range(6))
    def test_no_small_count_is_shown_or_follows(self, seed):
        rng = np.random.default_rng(seed)
        tied = {(word, group): float(rng.choice([0.03, 0.2, 0.6]))
                for word in ("rose", "fern", "reed") for group in "abc"}  # fmt: skip
        sides = drawn(rng, SIZES), drawn(rng, SIZES, tied=tied)
        shown = protected(audit_of(*sides), 11)["text_words"].tables
        for rows in shown.values():
            for row in rows:
                counts = [getattr(row, name) for name in COUNTED[type(row)]]
                assert not [n for n in counts if 0 < n < 11], row
        for row in shown["marked"]:
            if row.inside < 0:
                continue
            side = sides[row.side == "synthetic"]
            for group in SIZES:  # each follows, or may, from those that are shown
                assert not [n for n in holding(side, row.word, group) if 0 < n < 11], row

    @both
    def test_no_sentence_tells_one(self, audits_made, kind):
        for found in protected(audits_made[kind], 11).findings:
            numbers = [int(n.replace(",", "")) for n in FEW.findall(found.because)]
            assert not [n for n in numbers if 0 < n < 11], found.because

    def test_words_of_a_hidden_group_are_not_named(self, audits_made):
        shown = protected(audits_made["pair"], 11)
        assert (("who", "d"),) in shown.hidden
        for rows in shown["text_words"].tables.values():
            assert not [row for row in rows if row.group == (("who", "d"),)]

    def test_a_word_that_few_texts_of_a_group_hold_is_not_named(self, audits_made):
        named = {row.word for row in audits_made["alone"]["text_words"].tables["marked"]}
        shown = protected(audits_made["alone"], 11)["text_words"].tables["marked"]
        assert {row.word for row in shown} <= named
        assert all(holding_at_least(audits_made, row) for row in shown)

    def test_what_many_hold_is_named_without_its_number(self, audits_made):
        """A word that five texts of another group hold tells their number by what is left."""
        row = next(
            row for row in protected(audits_made["alone"], 11)["text_words"].tables["marked"]
            if row.word == "rose"
        )  # fmt: skip
        assert (row.inside, row.outside, row.times.known) == (-1, -1, False)

    def test_the_sentence_then_names_it_alone(self, audits_made):
        found = protected(audits_made["alone"], 11).about("text_words", {"who": "a"})[0]
        assert "most surely “rose”; more would show" in found.because
        assert "times as often" not in found.because

    def test_all_is_shown_where_nothing_is_hidden(self, audits_made):
        whole = audits_made["pair"]
        assert protected(whole, 0)["text_words"].tables == whole["text_words"].tables


def holding_at_least(audits_made, row):
    full = audits_made["alone"]["text_words"].tables["marked"]
    return next(one.inside for one in full if (one.group, one.word) == (row.group, row.word)) >= 11


# -- shown -----------------------------------------------------------------------------------------


class TestPictures:
    def test_ranked_by_the_surest_growth(self, audits_made):
        found = ranking(audits_made["pair"]["text_words"], None, 20)
        assert found.groups[:2] == ((("who", "b"),), (("who", "a"),))
        assert [dot.about for dot in found.panels[0].dots[:2]] == ["fern", "rose"]
        assert "fern" in found.alt

    def test_ranked_without_real_texts(self, audits_made):
        found = ranking(audits_made["alone"]["text_words"], None, 20)
        assert found.title == "Which word sets a group apart"
        assert {dot.look.mark for dot in found.panels[0].dots} == {"not enough evidence"}

    @both
    def test_words_stand_on_an_axis_of_shares(self, audits_made, kind):
        picture = words_apart(audits_made[kind]["text_words"])
        assert "a: rose" in picture.alt
        assert svg(picture).startswith("<svg")

    @both
    def test_what_is_hidden_is_said(self, audits_made, kind):
        picture = words_apart(protected(audits_made[kind], 11)["text_words"])
        texts = [item.text for item in picture.items if hasattr(item, "text")]
        assert "hidden" in texts

    def test_nothing_to_draw(self):
        rng = np.random.default_rng(1)
        answer = audit_of(drawn(rng, {"a": 20, "b": 20}))["text_words"]
        assert "no word to show" in [
            getattr(item, "text", "") for item in words_apart(answer).items
        ]
        assert PRESENTATION.pictures(answer, 480) == ()


class TestTables:
    @both
    def test_every_cell_is_text(self, audits_made, kind):
        for answer in (audits_made[kind]["text_words"],
                       protected(audits_made[kind], 11)["text_words"]):  # fmt: skip
            for lines in (PRESENTATION.main, *PRESENTATION.further):
                for row in lines.rows(answer):
                    cells = [str(one.said(row, hiding=True)) for one in lines.shown]
                    assert not [cell for cell in cells if "nan" in cell or cell == "None"]

    def test_methods_say_which_method(self):
        plain = " ".join(PRESENTATION.methods(Settings()))
        assert "Monroe" in plain
        assert "Cheng" in " ".join(PRESENTATION.methods(Settings().having(
            marked_method="cheng2023")))  # fmt: skip

    @both
    def test_lead(self, audits_made, kind):
        (said,) = PRESENTATION.lead(audits_made[kind]["text_words"])
        assert said.endswith(".")
