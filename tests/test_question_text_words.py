"""Marked words: which words are tied to which group, and what did the generator add?"""

from __future__ import annotations

import numpy as np
import pytest
from marked_texts import corpora, drawn

from audits.questions import text_words
from audits.questions.text_words_counts import compared
from audits.questions.text_words_marks import marks
from audits.results import Verdict

PROBLEM, WATCH, UNSURE, OK = Verdict
SIZES = {"a": 60, "b": 60, "c": 120}
LARGER = {"a": 120, "b": 120, "c": 120}


def measured(*sides, **options):
    return text_words.measure(corpora(*sides, **options))


def findings(tables, made):
    return {dict(f.group)["who"]: f for f in text_words.judge(tables, made.settings)}


def judged(*sides, **options):
    made = corpora(*sides, **options)
    return findings(text_words.measure(made), made)


def all_of(words):
    """Counts of all groups of the only side."""
    return words.tally(0).counted(np.arange(len(words.names)))


def words_of(tables, group, side="synthetic"):
    return [
        row.word
        for row in tables["marked"]
        if row.side == side and row.group == (("who", group),) and row.marked
    ]


# -- counting --------------------------------------------------------------------------------------


class TestCounts:
    SIDE = (
        ["x x y", "x z", "y", "x", "z z", "y x"],
        {"who": ["a", "a", "b", "b", None, "b"]},
    )

    def counted(self, **options):
        made = corpora(self.SIDE, marked_floor=2, **options)
        words = compared(made)
        return made, words, all_of(words)

    def test_texts_that_hold_a_word(self):
        made, words, found = self.counted()
        assert [made.vocabulary.words[place] for place in words.kept] == ["x", "y", "z"]
        assert found.inside.tolist() == [[2, 1, 1], [2, 2, 0]]
        assert found.outside.tolist() == [[2, 2, 0], [2, 1, 1]]

    def test_a_text_without_a_label_is_beside_nobody(self):
        _, _, found = self.counted()
        assert (found.members.tolist(), found.others.tolist()) == ([2, 3], [3, 2])

    def test_every_word_of_a_text_counts_once(self):
        _, _, found = self.counted()
        assert (found.all_inside.tolist(), found.all_outside.tolist()) == ([4, 4], [4, 4])

    def test_the_floor(self):
        made = corpora(self.SIDE, marked_floor=4)
        assert [made.vocabulary.words[place] for place in compared(made).kept] == ["x"]

    def test_a_mention_is_there_or_not(self):
        made = corpora(self.SIDE, marked_floor=2, by="mention")
        found = all_of(compared(made))
        assert (found.members + found.others).tolist() == [6, 6]

    def test_words_that_name_a_group_are_told(self):
        made = corpora(self.SIDE, marked_floor=2, naming=("z",))
        assert compared(made).identity.tolist() == [False, False, True]

    def test_the_name_of_a_group_is_one(self):
        side = (["ash tree", "oak tree", "ash", "oak"], {"who": ["ash", "oak", "ash", "oak"]})
        made = corpora(side, marked_floor=2)
        assert compared(made).identity.tolist() == [True, True, False]

    def test_what_it_is_compared_with_can_be_named(self):
        side = (self.SIDE[0], {"who": ["a", "a", "b", "b", "c", "b"]})
        found = all_of(compared(corpora(side, marked_floor=2, unmarked=(("who", "b"),))))
        assert found.others.tolist() == [3, 3, 3]  # a and c beside b; b beside all others
        assert found.outside.tolist()[0] == [2, 2, 0]

    @pytest.mark.parametrize("missing", [False, True])
    def test_groups_shuffled_among_texts(self, missing):
        rng = np.random.default_rng(0)
        texts = [" ".join(rng.choice(list("uvwxyz"), 4)) for _ in range(120)]
        values = ["0", "1", None] if missing else ["0", "1"]
        labels = {name: rng.choice(values, 120).tolist() for name in ("f", "g")}
        order = rng.permutation(120)
        words = compared(corpora((texts, labels), crossed=True, marked_floor=2))
        true = words.tally(0)
        found = words.shuffled(0, true, order)
        dense = words.held[0].words.toarray()
        sets = words.sets[0]
        assert (found.inside.toarray() == sets.groups.toarray()[order].T @ dense).all()
        assert (found.whole == sets.wholes.toarray()[order].T @ dense).all()
        assert sets.everyone is not missing

    def test_blocks_of_groups_change_nothing(self, monkeypatch, example):
        whole = measured(*example)
        monkeypatch.setattr(text_words, "_CELLS", 1)
        assert repr(measured(*example)) == repr(whole)

    def test_fewest_covers_every_part(self):
        _, words, _ = self.counted()
        # x: 2 of a, 2 of b hold it, 1 of b lacks it, 1 of neither group lacks it
        assert words.fewest(0, words.tally(0))[("who",)].tolist() == [1, 1, 1]


# -- what is found ---------------------------------------------------------------------------------


class TestPlanted:
    def test_a_tie_that_grew_is_a_problem(self):
        rng = np.random.default_rng(1)
        real = drawn(rng, LARGER, tied={("rose", "all"): 0.2})
        tied = {("rose", "a"): 0.9, ("rose", "b"): 0.1, ("rose", "c"): 0.1}
        found = judged(real, drawn(rng, LARGER, tied=tied))
        assert found["a"].verdict is PROBLEM
        assert found["a"].evidence["word"] == "rose"
        assert found["a"].evidence["kind"] == "strengthened"
        assert "“rose” and a go together" in found["a"].because
        assert "120 real texts and 120 synthetic texts" in found["a"].because
        assert found["b"].verdict is found["c"].verdict is UNSURE

    def test_a_tie_that_was_there_is_none(self):
        rng = np.random.default_rng(2)
        tied = {("rose", "a"): 0.9, ("rose", "b"): 0.1, ("rose", "c"): 0.1}
        sides = drawn(rng, SIZES, tied=tied), drawn(rng, SIZES, tied=tied)
        assert {f.verdict for f in judged(*sides).values()} == {UNSURE}
        tables = measured(*sides)
        assert words_of(tables, "a") == words_of(tables, "a", "real") == ["rose"]

    def test_a_word_that_real_texts_have_not(self):
        rng = np.random.default_rng(3)
        made = drawn(rng, SIZES, tied={("rose", "a"): 0.5, ("rose", "b"): 0.02})
        found = judged(drawn(rng, SIZES), made)["a"]
        assert (found.verdict, found.evidence["kind"]) == (PROBLEM, "added")
        assert "no real text of the group has the word" in found.because

    def test_a_word_that_one_group_alone_has(self):
        """Nothing outside is no reason to doubt it, in however small a collection."""
        rng = np.random.default_rng(23)
        made = drawn(rng, SIZES, tied={("rose", "a"): 0.3})
        assert words_of(measured(made), "a") == ["rose"]
        assert judged(drawn(rng, SIZES), made)["a"].verdict is PROBLEM

    def test_a_word_that_few_real_texts_have_is_compared_with_them(self):
        """Four real texts of the group have it and none of the others: it may be as tied there."""
        rng = np.random.default_rng(22)
        texts, labels = drawn(rng, LARGER)
        texts[:4] = [f"{text} rose" for text in texts[:4]]
        made = drawn(rng, LARGER, tied={("rose", "a"): 0.25, ("rose", "b"): 0.01})
        tables = measured((texts, labels), made)
        assert all(row.kind == "strengthened" for row in tables["grown"] if row.word == "rose")
        assert judged((texts, labels), made)["a"].verdict is UNSURE

    def test_a_rare_word_that_few_real_texts_would_have_is_not_added(self):
        """Of ten real texts none has it, and none of so few had to."""
        rng = np.random.default_rng(4)
        real = drawn(rng, {"a": 12, "b": 30})
        made = drawn(rng, {"a": 300, "b": 600}, tied={("rose", "a"): 0.1})
        assert judged(real, made)["a"].verdict is UNSURE

    def test_a_word_that_everyone_uses_more_is_no_tie(self):
        rng = np.random.default_rng(5)
        made = drawn(rng, SIZES, tied={("rose", "all"): 0.6})
        assert {f.verdict for f in judged(drawn(rng, SIZES), made).values()} == {UNSURE}

    def test_identities_are_listed_and_not_accused(self):
        rng = np.random.default_rng(6)
        made = drawn(rng, SIZES, tied={("rose", "a"): 0.9})
        sides = drawn(rng, SIZES), made
        assert judged(*sides, naming=("rose",))["a"].verdict is UNSURE
        row = next(row for row in measured(*sides, naming=("rose",))["marked"])
        assert (row.word, row.identity) == ("rose", True)

    def test_a_word_of_few_texts_is_not_accused(self):
        rng = np.random.default_rng(7)
        sides = drawn(rng, SIZES), drawn(rng, SIZES, tied={("rose", "a"): 0.3})
        assert judged(*sides)["a"].verdict in (PROBLEM, WATCH)
        assert judged(*sides, marked_share=0.5)["a"].verdict is UNSURE

    def test_limits_are_those_in_force(self):
        rng = np.random.default_rng(1)
        tied = {("rose", "a"): 0.9, ("rose", "b"): 0.1, ("rose", "c"): 0.1}
        real = drawn(rng, LARGER, tied={("rose", "all"): 0.2})
        made = corpora(real, drawn(rng, LARGER, tied=tied))
        tables = text_words.measure(made)
        found = {}
        for limit in (2.5, 20.0):
            settings = made.settings.having(marked_watch=1.5, marked_problem=limit)
            found[limit] = text_words.judge(tables, settings)[0].verdict
        assert found == {2.5: PROBLEM, 20.0: WATCH}


class TestWhatCannotBeSaid:
    def test_few_texts(self):
        rng = np.random.default_rng(8)
        sizes = {"a": 9, "b": 80}
        found = judged(drawn(rng, sizes), drawn(rng, {"a": 200, "b": 200}))["a"]
        assert found.verdict is UNSURE
        assert "9 real texts and 200 synthetic texts are too few" in found.because

    def test_a_group_alone(self):
        rng = np.random.default_rng(9)
        found = judged(drawn(rng, {"a": 90}), drawn(rng, {"a": 90}))["a"]
        assert found.verdict is UNSURE
        assert "too few others beside them" in found.because

    def test_no_group(self):
        rng = np.random.default_rng(10)
        texts, labels = drawn(rng, {"a": 20})
        tables = measured((texts, {"who": [None] * len(labels["who"])}))
        assert tables == {"groups": (), "marked": (), "grown": ()}

    def test_small_groups_are_never_ok(self):
        sides = [(["one two three four"] * 90, {"who": ["a"] * 30 + ["b"] * 60})] * 2
        assert judged(*sides, marked_common=1.0, marked_telling=1.0)["a"].verdict is UNSURE

    def test_large_ones_can_be(self):
        rng = np.random.default_rng(11)
        sizes = {"a": 400, "b": 400}
        sides = drawn(rng, sizes), drawn(rng, sizes)
        found = judged(*sides, marked_common=0.45)["a"]
        assert found.verdict is OK
        assert "400 real texts and 400 synthetic texts tell of" in found.because
        assert judged(*sides)["a"].verdict is UNSURE  # rarer words could not be told


class TestAlone:
    def test_what_sets_apart_is_said_and_not_judged(self):
        rng = np.random.default_rng(12)
        found = judged(drawn(rng, SIZES, tied={("rose", "a"): 0.7}))["a"]
        assert found.verdict is UNSURE
        assert "“rose” (" in found.because
        assert "only real texts could tell" in found.because

    def test_nothing_is_grown(self):
        rng = np.random.default_rng(12)
        tables = measured(drawn(rng, SIZES, tied={("rose", "a"): 0.7}))
        assert tables["grown"] == ()
        row = tables["groups"][0]
        assert (row.real, row.alone, row.first) == (0, True, "rose")

    def test_large_groups_that_share_their_words_are_ok(self):
        rng = np.random.default_rng(13)
        sizes = {"a": 400, "b": 400}
        assert judged(drawn(rng, sizes), marked_common=0.45)["a"].verdict is OK


class TestCheng:
    """The method of Cheng, Durmus and Jurafsky (2023): every occurrence, all texts as the prior."""

    def test_by_hand(self):
        from audits.formulas.marked_words import marked_log_odds

        rng = np.random.default_rng(14)
        side = drawn(rng, SIZES, tied={("rose", "a"): 0.7})
        tables = measured(side, marked_method="cheng2023")
        row = next(row for row in tables["marked"] if row.word == "rose")
        often = [
            [text.split().count("rose") for text, who in zip(*side[:1], side[1]["who"], strict=True)
             if (who == "a") is own]
            for own in (True, False)
        ]  # fmt: skip
        total = [
            sum(len(text.split()) for text, who in zip(side[0], side[1]["who"], strict=True)
                if (who == "a") is own)
            for own in (True, False)
        ]  # fmt: skip
        here, there = map(sum, often)
        odds = marked_log_odds(
            here, there, all_first=total[0], all_second=total[1], prior=here + there, of=sum(total)
        )
        assert row.z == pytest.approx(float(odds.z))

    def test_marked_in_the_comparison_of_every_feature(self):
        """A word of one feature's value is no word of a crossing with another."""
        texts = ["rose"] * 60 + ["fern"] * 60 + ["reed rose"] * 30 + ["reed fern"] * 30
        labels = {
            "hue": ["a"] * 60 + ["b"] * 60 + ["a"] * 30 + ["b"] * 30,
            "size": ["s"] * 120 + ["t"] * 60,
        }
        tables = measured((texts, labels), crossed=True, marked_method="cheng2023")
        crossing = (("hue", "a"), ("size", "t"))
        assert [row.word for row in tables["marked"] if row.group == crossing] == []
        one = [row.word for row in tables["marked"] if row.group == (("size", "t"),)]
        assert one == ["reed"]


# -- chance ----------------------------------------------------------------------------------------


class TestChance:
    def test_groups_of_one_law_have_no_marked_words(self):
        marked = 0
        for seed in range(12):
            tables = measured(drawn(np.random.default_rng(100 + seed), SIZES, length=30))
            marked += any(row.marked for row in tables["marked"])
        assert marked <= 2  # 5 of 100, and chance

    def test_the_threshold_is_exceeded_in_one_of_twenty(self):
        """By the shufflings alone, without the p values."""
        beyond = 0
        for seed in range(30):
            rng = np.random.default_rng(200 + seed)
            made = corpora(drawn(rng, {"a": 30, "b": 60}, length=20))
            words = compared(made)
            found = marks(made, words, 0, words.tally(0))
            beyond += bool(found.beyond.any())
        assert beyond <= 5  # 1.5 are due; more than 5 in 1 of 300

    def test_shuffling_ends_early_where_nothing_is_there(self):
        rng = np.random.default_rng(300)
        plain = measured(drawn(rng, SIZES))["groups"][0]
        tied = measured(drawn(rng, SIZES, tied={("rose", "a"): 0.9}))["groups"][0]
        assert plain.shufflings < tied.shufflings == 99

    @pytest.mark.parametrize("sizes", [(SIZES, SIZES), ({"a": 20, "b": 40}, {"a": 150, "b": 90})])
    def test_two_samples_of_one_law_accuse_nobody(self, sizes):
        """Ties are in both, and sizes differ: a small sample does not make them look weaker."""
        tied = {("rose", "a"): 0.5, ("rose", "b"): 0.1, ("fern", "b"): 0.3, ("reed", "a"): 0.15}
        accused = 0
        for seed in range(8):
            rng = np.random.default_rng(400 + seed)
            sides = [drawn(rng, size, tied=tied, length=24) for size in sizes]
            found = judged(*sides).values()
            accused += any(f.verdict in (PROBLEM, WATCH) for f in found)
        assert accused <= 1


# -- as every question -----------------------------------------------------------------------------


@pytest.fixture(scope="module")
def example():
    rng = np.random.default_rng(20)
    real = drawn(rng, SIZES | {"d": 3}, tied={("rose", "all"): 0.2})
    made = drawn(rng, SIZES | {"e": 40}, tied={("rose", "a"): 0.9, ("fern", "b"): 0.6})
    return real, made


class TestSentences:
    def test_every_group_has_one(self, example):
        assert set(judged(*example)) == {"a", "b", "c", "d", "e"}

    def test_are_whole(self, example):
        for found in (*judged(*example).values(), *judged(example[1]).values()):
            text = found.because
            assert text.endswith(".")
            assert text[0].isupper()
            assert not any(odd in text for odd in ("nan", "None", "inf", "..", "  ", " 1 words"))
            assert "unknown" not in text

    def test_hostile_words_are_made_visible_and_cut(self):
        rng = np.random.default_rng(21)
        hostile, long = "<b>\u202eevil", "x" * 5000
        tied = {(hostile, "a"): 0.9, (long, "b"): 0.9}
        found = judged(drawn(rng, SIZES), drawn(rng, SIZES, tied=tied))
        assert "‹U+202E›" in found["a"].because
        assert len(found["b"].because) < 1000

    def test_limits_in_force_can_flip_it(self, example):
        flips = [found.sensitivity for found in judged(*example).values()]
        assert all(text == "stable" or text.startswith("flips: ") for text in flips)


def test_order_of_texts_changes_nothing(example):
    turned = [(texts[::-1], {"who": labels["who"][::-1]}) for texts, labels in example]
    assert repr(measured(*turned)) == repr(measured(*example))


def test_rows_are_plain_and_sorted(example):
    tables = measured(*example)
    assert set(tables) == set(text_words.TABLES)
    for name, kind in text_words.TABLES.items():
        assert all(isinstance(row, kind) for row in tables[name])
    assert [row.group for row in tables["groups"]] == sorted(row.group for row in tables["groups"])
    ranks = [row.rank for row in tables["grown"] if row.group == (("who", "a"),)]
    assert ranks == list(range(1, len(ranks) + 1))


def test_faults_of_the_sample_texts(sample):
    """All texts about Black women say resilient, a third of those about Asian women exotic."""
    import json

    from texts_made import corpora_of

    sides = [
        [
            json.loads(line)
            for line in (sample / f"biographies_{name}.jsonl").read_bytes().splitlines()
        ]
        for name in ("real", "synthetic")
    ]
    made = corpora_of(
        *([row["text"] for row in side] for side in sides),
        labels={name: [[row[name] for row in side] for side in sides]
                for name in ("gender", "race")},
    )  # fmt: skip
    tables = text_words.measure(made)
    found = {f.group: f for f in text_words.judge(tables, made.settings)}
    for race, word in (("Black", "resilient"), ("Asian", "exotic")):
        accused = found[(("gender", "woman"), ("race", race))]
        assert (accused.verdict, accused.evidence["word"]) == (PROBLEM, word)
    for race in ("White", "Black", "Asian"):
        assert found[(("gender", "man"), ("race", race))].verdict is UNSURE
