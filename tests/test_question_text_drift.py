"""Drift of texts: what is found where something was changed, and where nothing was."""

from __future__ import annotations

import re

import numpy as np
import pytest
from test_corpus_readability import sentences, trained  # noqa: F401, a fixture
from texts_made import corpora_of, zipf_texts

import audits
from audits.disclosure import protected
from audits.disclosure_rows import COUNTED
from audits.errors import InputError
from audits.estimates import Estimate
from audits.pictures.rankings import ranking
from audits.questions import text_drift
from audits.results import Verdict
from audits.settings import Settings

QUICK = Settings().having(max_draws=199, classifier_permutations=59)
NOUNS = ["dog", "house", "river", "garden", "teacher", "window", "morning", "letter", "village",
         "engine", "picture", "doctor", "question", "market", "station", "family"]  # fmt: skip
VERBS = ["sees", "likes", "paints", "finds", "remembers", "leaves", "builds", "watches"]


def stories(rng, number, *, sentences=6, say=(), rate=0.0, nouns=NOUNS):
    """Texts of short sentences; a share `rate` of the sentences begins with one of `say`."""
    made = []
    for _ in range(number):
        lines = []
        for _ in range(max(1, rng.poisson(sentences))):
            line = f"the {rng.choice(nouns)} {rng.choice(VERBS)} a {rng.choice(nouns)}"
            if say and rng.random() < rate:
                line = f"{rng.choice(say)} {line}"
            lines.append(f"{line.capitalize()}.")
        made.append(" ".join(lines))
    return made


def asked(*sides, settings=QUICK, language="xx", **options):
    """Rows and findings; xx, so that the English lexicon is not matched."""
    corpora = corpora_of(*sides, settings=settings, language=language, **options)
    tables = text_drift.measure(corpora)
    return tables, text_drift.judge(tables, corpora.settings), corpora


def part(findings, group=(), attribute=None):
    return next(f for f in findings if (f.group, f.attribute) == (group, attribute))


def row_of(tables, group=()):
    return next(row for row in tables["groups"] if row.group == group)


@pytest.fixture(scope="module")
def plain():
    """Two groups, of which the second says "moreover" in the synthetic texts."""
    rng = np.random.default_rng(1)
    real = stories(rng, 120)
    made = stories(rng, 70) + stories(rng, 70, say=["moreover", "indeed"], rate=0.7)
    labels = {"who": [["owl", "fox"] * 60, ["owl"] * 70 + ["fox"] * 70]}
    return asked(real, made, labels=labels)


class TestWords:
    def test_whom_it_concerns(self, plain):
        _, findings, _ = plain
        owl, fox = ((("who", one),) for one in ("owl", "fox"))
        assert part(findings, fox).verdict is Verdict.PROBLEM
        assert "stretches of" in part(findings, fox).because
        assert not [f for f in findings if f.group == owl and f.verdict.rank <= 1]

    def test_which_words(self, plain):
        tables, _, _ = plain
        fox = (("who", "fox"),)
        for table in ("words", "telling"):
            first = {row.words for row in tables[table] if row.group == fox and row.rank <= 3}
            assert {"moreover", "indeed"} <= first
        word = next(row for row in tables["words"] if row.words == "moreover" and row.group == fox)
        assert (word.real_with, word.share_real) == (0, 0.0)
        assert word.change.low > 0.2
        assert word.p_adjusted < 1e-6
        telling = next(r for r in tables["telling"] if r.words == "moreover" and r.group == fox)
        assert telling.weight > 0

    def test_fields_of_the_group(self, plain):
        tables, _, _ = plain
        fox, owl = (row_of(tables, (("who", one),)) for one in ("fox", "owl"))
        assert (fox.real, fox.synthetic, fox.alone) == (60, 70, False)
        assert fox.auc.low > 0.75 > owl.auc.low
        assert fox.vocabulary.low > 0 == owl.vocabulary.low
        assert fox.unknown_beyond.low > 0 >= owl.unknown_beyond.low
        assert fox.new > fox.new_by_chance
        assert fox.changed >= 2
        assert owl.changed == 0
        assert fox.not_measured == ("parts of speech", "entities")
        assert 20 <= fox.window <= 60
        assert fox.vocabulary_texts == fox.auc_texts

    def test_words_that_were_lost(self):
        rng = np.random.default_rng(2)
        tables, findings, _ = asked(stories(rng, 80), stories(rng, 80, nouns=NOUNS[:8]))
        assert row_of(tables).lost_beyond.low > 0.2
        assert row_of(tables).lost_by_chance < 0.05
        assert row_of(tables).new_beyond.high < 0.05
        assert part(findings).verdict is Verdict.PROBLEM


class TestLength:
    def test_length_alone_is_said_by_lengths(self):
        """Twice as long, of the same words: stretches cannot be told apart."""
        rng = np.random.default_rng(3)
        tables, findings, _ = asked(stories(rng, 150), stories(rng, 150, sentences=14))
        assert part(findings, attribute="words per text").verdict is Verdict.PROBLEM
        assert not [f for f in findings if f.attribute is None and f.verdict is Verdict.PROBLEM]
        row = row_of(tables)
        assert row.auc_whole.low > 0.75
        assert row.auc_matched
        assert row.auc.low < 0.6
        shape = next(r for r in tables["shapes"] if r.attribute == "words per text")
        assert shape.synthetic_mean > 2 * shape.real_mean
        assert shape.shift.low > 0.5

    def test_short_texts_are_compared_whole(self):
        rng = np.random.default_rng(4)
        tables, findings, _ = asked(
            stories(rng, 60, sentences=1), stories(rng, 60, sentences=1, say=["well"], rate=0.9)
        )
        row = row_of(tables)
        assert (row.window, row.auc_matched, row.drawn) == (0, False, 0)
        assert not row.vocabulary.known
        assert row.auc == row.auc_whole
        assert "whole texts, as too few are long enough" in part(findings).because
        assert [row for row in tables["telling"] if row.words == "well"]

    def test_readability(self):
        rng = np.random.default_rng(5)
        hard = ["extraordinarily", "incomprehensible", "characteristically"]
        tables, findings, _ = asked(
            stories(rng, 80), stories(rng, 80, say=hard, rate=0.8), language="en"
        )
        found = {f.attribute: f.verdict for f in findings if f.group == ()}
        assert found["LIX"] is found["reading ease"] is Verdict.PROBLEM
        ease = next(r for r in tables["shapes"] if r.attribute == "reading ease" and not r.group)
        assert ease.synthetic_mean < ease.real_mean
        assert "reading ease" not in {
            r.attribute
            for r in asked(["Ein Satz."] * 3, ["Ein Satz."] * 3, language="de")[0]["shapes"]
        }


class TestLittle:
    def test_few_texts_are_counted(self):
        rng = np.random.default_rng(6)
        tables, findings, _ = asked(stories(rng, 9), stories(rng, 40))
        (found,) = findings
        assert found.verdict is Verdict.NOT_ENOUGH_EVIDENCE
        assert "9 real texts and 40 synthetic texts are too few to judge drift by" in found.because
        assert (row_of(tables).real, row_of(tables).auc.known) == (9, False)
        assert not tables["words"]

    def test_thirty_texts_are_never_ok(self):
        rng = np.random.default_rng(7)
        for sides in ((30, 300), (300, 30)):
            _, findings, _ = asked(*(stories(rng, n) for n in sides))
            assert part(findings).verdict is not Verdict.OK

    def test_a_group_on_one_side_only(self):
        rng = np.random.default_rng(8)
        labels = {"who": [["owl"] * 40, ["owl"] * 20 + ["elf"] * 20]}
        _, findings, _ = asked(stories(rng, 40), stories(rng, 40), labels=labels)
        found = part(findings, (("who", "elf"),))
        assert found.verdict is Verdict.NOT_ENOUGH_EVIDENCE
        assert "no real text and 20 synthetic texts leave nothing to compare" in found.because

    def test_the_same_text_again_and_again(self):
        tables, findings, _ = asked(["One text only."] * 40, ["One text only."] * 50)
        assert not [f for f in findings if f.verdict.rank <= 1]
        assert not tables["shapes"]  # nothing varies

    def test_constant_real_texts(self):
        rng = np.random.default_rng(9)
        _, findings, _ = asked(["One text only."] * 60, stories(rng, 60))
        assert part(findings, attribute="words per text").verdict is Verdict.PROBLEM

    def test_texts_without_words(self):
        _, findings, _ = asked(["🙂 🙂"] * 40, ["🙂 !"] * 40)
        assert {f.verdict for f in findings} == {Verdict.NOT_ENOUGH_EVIDENCE}

    def test_without_classifier(self):
        rng = np.random.default_rng(10)
        off = QUICK.having(classifier_rows=0)
        tables, findings, _ = asked(stories(rng, 400), stories(rng, 400), settings=off)
        assert not row_of(tables).auc.known
        assert part(findings).verdict is Verdict.OK

    def test_hostile_words_stay_what_they_are(self):
        bad = ["<script>alert(1)</script>", "[x](javascript:1)", "\u202eevil", "=1+1"]
        rng = np.random.default_rng(11)
        made = [f"{bad[i % 4]} {text}" for i, text in enumerate(stories(rng, 60))]
        audit = audits.compare_text(
            stories(rng, 60), made, ask=["text_drift"], language="xx", settings=QUICK
        )
        assert "<script>alert" not in str(audit.answers["text_drift"]._repr_mimebundle_())


class TestAlone:
    def test_means_and_no_findings(self):
        rng = np.random.default_rng(12)
        labels = {"who": [["owl", "fox"] * 30]}
        tables, findings, _ = asked(None, stories(rng, 60), labels=labels)
        assert findings == []
        assert {row.group for row in tables["groups"]} == {(), (("who", "fox"),), (("who", "owl"),)}
        whole = next(r for r in tables["shapes"] if not r.group and r.attribute == "words per text")
        assert (whole.real, whole.synthetic) == (0, 60)
        assert whole.synthetic_mean > 20
        assert whole.shift == Estimate.unknown()
        assert all(row.alone for row in tables["groups"])

    def test_report_and_picture(self, tmp_path):
        rng = np.random.default_rng(13)
        audit = audits.compare_text(None, stories(rng, 60), ask=["text_drift"], language="xx")
        page = audit.save(tmp_path / "audit.html").read_text(encoding="utf-8")
        assert "no real texts to compare with" in page
        assert "were not measured" in page
        assert ranking(audit["text_drift"], None, 5).panels[0].dots[0].says == "no real texts"


class TestGrammar:
    def texts(self, seed, number, *, questions=False):
        rng = np.random.default_rng(seed)
        made = [text for text, _ in sentences(rng, 3 * number)]
        texts = [" ".join(made[i : i + 3]) for i in range(0, len(made), 3)]
        if questions:  # without names of places
            texts = [re.sub(r" in \w+\.", ".", text) for text in texts]
        return texts

    def test_with_a_pipeline(self, trained):  # noqa: F811
        tables, _, corpora = asked(
            self.texts(1, 40), self.texts(2, 50, questions=True), language="en",
            pipeline=str(trained), lexicon=None,
        )  # fmt: skip
        row = row_of(tables)
        assert row.tagged == (40, 50)
        assert row.not_measured == ()
        assert row.speech.low > 0.02
        assert row.entities.low > 0.1
        found = {(r.kind, r.attribute): r for r in tables["grammar"] if not r.group}
        place = found["entity", "GPE"]
        assert place.per_100_real == pytest.approx(20, abs=5)
        assert place.per_100_synthetic < 5
        assert place.change.high < 0
        assert place.p_adjusted < 0.01
        assert ("tag", "ADP") in found
        assert not [note for note in corpora.notes if "was not measured" in note]

    def test_nothing_changed(self, trained):  # noqa: F811
        tables, _, _ = asked(
            self.texts(3, 50), self.texts(4, 50), language="en", pipeline=str(trained)
        )
        assert row_of(tables).speech.low == row_of(tables).entities.low == 0.0
        assert not [r for r in tables["grammar"] if r.p_adjusted <= 0.01]

    def test_alone(self, trained):  # noqa: F811
        tables, _, _ = asked(None, self.texts(5, 20), language="en", pipeline=str(trained))
        row = next(r for r in tables["grammar"] if not r.group and r.attribute == "GPE")
        assert row.per_100_synthetic > 10
        assert row.change == Estimate.unknown()

    def test_a_cap_is_kept_and_texts_are_read_once(self, trained, monkeypatch):  # noqa: F811
        from audits.questions import text_drift_grammar

        seen = []

        def read(nlp, collection, documents):
            seen.append(len(documents))
            return real(nlp, collection, documents)

        real = text_drift_grammar.read
        monkeypatch.setattr(text_drift_grammar, "read", read)
        labels = {"who": [["owl", "fox"] * 30, ["owl", "fox"] * 30]}
        tables, _, _ = asked(
            self.texts(6, 60), self.texts(7, 60), labels=labels, language="en",
            pipeline=str(trained), settings=QUICK.having(drift_tagged=20),
        )  # fmt: skip
        assert all(20 <= n <= 40 for n in seen)
        assert row_of(tables).tagged == row_of(tables, (("who", "owl"),)).tagged == (20, 20)

    def test_without_one_it_is_said(self, plain):
        _, _, corpora = plain
        assert any(
            "parts of speech and entities was not measured" in note for note in corpora.notes
        )

    def test_what_a_pipeline_cannot_do_is_said(self, tmp_path):
        import spacy

        spacy.blank("de").to_disk(tmp_path / "blank")
        rng = np.random.default_rng(14)
        tables, _, corpora = asked(
            stories(rng, 20), stories(rng, 20), pipeline=str(tmp_path / "blank")
        )
        assert row_of(tables).not_measured == ("parts of speech", "entities")
        assert any("does not tell them" in note for note in corpora.notes)
        assert any("made for the language 'de'" in note for note in corpora.notes)

    def test_one_that_is_not_installed(self):
        with pytest.raises(InputError, match="spacy download en_core_web_sm"):
            asked(["One."] * 20, ["Two."] * 20, pipeline="en_core_web_sm")


class TestLaws:
    def test_order_of_texts(self, plain):
        tables, findings, _ = plain
        rng = np.random.default_rng(1)
        real = stories(rng, 120)
        made = stories(rng, 70) + stories(rng, 70, say=["moreover", "indeed"], rate=0.7)
        labels = {"who": [["owl", "fox"] * 60, ["owl"] * 70 + ["fox"] * 70]}
        orders = [np.random.default_rng(2).permutation(len(side)) for side in (real, made)]
        mixed = [[side[i] for i in order] for side, order in zip((real, made), orders, strict=True)]
        who = [[v[i] for i in order] for v, order in zip(labels["who"], orders, strict=True)]
        again, said, _ = asked(*mixed, labels={"who": who})
        assert said == findings
        assert repr(again) == repr(tables)

    def test_a_group_more_changes_no_other(self, plain):
        tables, _, corpora = plain
        alone = corpora_of(
            [t for t, g in rows(corpora, 0) if g == "fox"],
            [t for t, g in rows(corpora, 1) if g == "fox"],
            labels={"who": [["fox"] * 60, ["fox"] * 70]}, settings=QUICK, language="xx",
        )  # fmt: skip
        fox = (("who", "fox"),)
        found, before = row_of(text_drift.measure(alone), fox), row_of(tables, fox)
        assert found.auc == before.auc
        assert found.vocabulary == before.vocabulary
        assert found.lost_beyond == before.lost_beyond

    def test_copies_are_told_by_a_chance_below_one_half(self):
        rng = np.random.default_rng(15)
        real = stories(rng, 40)
        tables, findings, _ = asked(
            real, real * 8, settings=QUICK.having(classifier_permutations=199)
        )
        assert row_of(tables).below_half
        assert "a sign of copying" in part(findings).because

    def test_sentences_are_whole(self, plain):
        _, findings, _ = plain
        for found in findings:
            assert found.because.endswith("."), found.because
            assert not re.search(r"nan|None|\.\.|;\.|: \.|  |; ;|unknown", found.because)


def rows(corpora, side):
    """Texts and labels of a collection."""
    collection = corpora.collections[side]
    label = collection.columns["who"]
    return [
        (collection.texts[i], label.values[label.codes[i]]) for i in range(collection.documents)
    ]


@pytest.fixture(scope="module")
def whole():
    import pandas as pd

    rng = np.random.default_rng(16)
    sides = [
        pd.DataFrame({
            "text": stories(rng, n, say=say, rate=0.5),
            "who": rng.choice(["owl", "fox", "elk", "bee"], p=[0.5, 0.3, 0.17, 0.03], size=n),
        })
        for n, say in ((260, ()), (300, ["moreover"]))
    ]  # fmt: skip
    return audits.compare_text(
        *sides, group="who", ask=["text_drift"], language="xx", settings=QUICK
    )


class TestHandedOver:
    def test_no_small_count(self, whole):
        shown = protected(whole, 11)
        assert (("who", "bee"),) in shown.hidden
        for table in shown["text_drift"].tables.values():
            for row in table:
                for name in COUNTED[type(row)]:
                    counts = getattr(row, name)
                    counts = counts if isinstance(counts, tuple) else (counts,)
                    assert not [n for n in counts if 0 < n < 11], row
        for found in shown.findings:
            assert not re.search(r"of [\d,]+ and [\d,]+", found.because), found.because
            if found.group not in shown.hidden:
                assert "hidden" not in found.because, found.because

    def test_how_many_texts_are_long_enough_is_not_told(self, whole):
        for row in protected(whole, 11)["text_drift"].rows:
            assert row.auc_texts in {(row.real, row.synthetic), (-1, -1)}
            assert row.vocabulary_texts in {(row.real, row.synthetic), (-1, -1)}

    def test_words_are_named_without_numbers(self, whole):
        named = protected(whole, 11)["text_drift"].tables["words"]
        assert named
        small = {
            (row.group, row.words)
            for row in whole["text_drift"].tables["words"]
            for of, held in ((row.real, row.real_with), (row.synthetic, row.synthetic_with))
            if 0 < held < 11 or 0 < of - held < 11
        }
        assert small
        assert not small & {(row.group, row.words) for row in named}
        for row in named:
            assert (row.real_with, row.synthetic_with) == (-1, -1)
            assert np.isnan([row.share_real, row.share_synthetic, row.p, row.change.low]).all()
            assert row.change.value in {-1.0, 1.0}

    def test_reports_of_both_kinds(self, whole, tmp_path):
        handed = whole.save(tmp_path / "handed.html").read_text(encoding="utf-8")
        full = whole.save(tmp_path / "full.html", min_cell=0).read_text(encoding="utf-8")
        assert "more in synthetic texts" in handed
        assert "moreover" in full
        assert "told apart" in full.lower()

    def test_saved_and_loaded(self, whole, tmp_path):
        loaded = audits.load(whole.save(tmp_path / "audit.json"))
        assert loaded == whole
        strict = QUICK.having(auc_watch=0.5, shift_watch=0.01, support_problem=2)
        assert loaded.having(strict).findings == whole.having(strict).findings


class TestCalibration:
    def test_one_law_is_no_problem(self):
        """Two samples of one source, eight groups each: problems are rare, and so is watching."""
        rng, bad = np.random.default_rng(17), {Verdict.PROBLEM: 0, Verdict.WATCH: 0}
        rounds = 4
        settings = QUICK.having(classifier_permutations=39)
        for _ in range(rounds):
            labels = {"g": [rng.choice(list("abcdefgh"), size=n).tolist() for n in (200, 260)]}
            _, findings, _ = asked(
                stories(rng, 200), stories(rng, 260), labels=labels, settings=settings
            )
            for verdict in bad:
                bad[verdict] += sum(f.verdict is verdict for f in findings)
        assert bad[Verdict.PROBLEM] == 0
        assert bad[Verdict.WATCH] <= 0.05 * 9 * rounds

    def test_words_of_one_law_are_surely_changed_as_rarely_as_promised(self):
        changed = 0
        for seed in range(10):
            tables, _, _ = asked(
                zipf_texts(80, 60, seed), zipf_texts(80, 60, 100 + seed),
                settings=QUICK.having(classifier_rows=0),
            )  # fmt: skip
            changed += row_of(tables).changed > 0
        assert changed <= 2

    def test_power(self):
        """One sentence in five begins with a word of the generator's: seen in 60 texts a side."""
        rng, found = np.random.default_rng(18), 0
        for _ in range(8):
            _, findings, _ = asked(stories(rng, 60), stories(rng, 60, say=["moreover"], rate=0.25))
            found += min(one.verdict.rank for one in findings) <= 1
        assert found >= 7


@pytest.mark.real_data
class TestRealData:
    def essays(self, folder, name):
        import gzip
        import json

        with gzip.open(folder / "essays_hai" / f"essays_{name}.jsonl.gz", "rt") as file:
            return [json.loads(line)["essay"] for line in file]

    def test_essays_written_with_help(self, real_data):
        solo, helped = (self.essays(real_data, name) for name in ("solo", "instructgpt"))
        audit = audits.compare_text(solo, helped, ask=["text_drift"], language="xx")
        row = audit["text_drift"].rows[0]
        assert not audit.problems
        assert row.auc.low < 0.6
        assert row.vocabulary.low == 0.0

    def test_personas_of_men_and_women(self, real_data):
        import pandas as pd

        made = pd.read_csv(real_data / "marked_personas" / "gpt4_main_generations.csv.gz")
        men, women = (list(made.text[made.gender == one]) for one in ("M", "W"))
        audit = audits.compare_text(men, women, ask=["text_drift"], language="xx")
        assert audit["text_drift"].rows[0].auc.low > 0.9
        words = [row.words for row in audit["text_drift"].tables["words"]]
        assert {"woman", "man", "beard", "petite"} <= set(words)
