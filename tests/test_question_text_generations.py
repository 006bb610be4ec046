"""Generations of texts: narrowing is found, drift is told and not accused, chance is neither."""

from __future__ import annotations

import dataclasses
import json
import math
import pickle
import re
from itertools import pairwise
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from rows_made import row
from texts_made import zipf_texts

import audits
from audits.disclosure import protected
from audits.disclosure_rows import COUNTED
from audits.estimates import Estimate
from audits.pictures.courses import courses
from audits.pictures.rankings import ranking
from audits.questions import text_generations
from audits.questions.text_generations_rows import TextGenerationsRow
from audits.results import Verdict
from audits.settings import Settings
from audits.texts import text_generations as followed

FOLDER = Path(__file__).parents[1] / "sample_data" / "biographies_generations"
BAD = (Verdict.PROBLEM, Verdict.WATCH)
WOMEN, MEN = (("gender", "woman"),), (("gender", "man"),)
PLAIN = {"language": "de"}  # no lexicon: nobody is looked for


def everyone(audit):
    """The finding on everyone, and the row behind it."""
    (found,) = [f for f in audit.findings if not f.group]
    return found, audit["text_generations"].rows[0]


def steps_of(audit, group=()):
    return [step for step in audit["text_generations"].tables["steps"] if step.group == group]


def resampled(texts, generations, seed):
    rng = np.random.default_rng(seed)
    chain = [list(texts)]
    for _ in range(generations):
        chain.append([chain[-1][i] for i in rng.integers(0, len(texts), len(texts))])
    return chain


@pytest.fixture(scope="module")
def sample_chain():
    return followed(
        sorted(FOLDER.glob("*.jsonl")), group="gender", chain_columns="id", **PLAIN
    )  # fmt: skip


class TestPlanted:
    def test_women_narrow_and_men_do_not(self, sample_chain):
        verdicts = {f.group: f.verdict for f in sample_chain.findings}
        assert (verdicts[WOMEN], verdicts[MEN]) == (Verdict.PROBLEM, Verdict.OK)

    def test_men_move_all_the_same_and_nobody_blames_them(self, sample_chain):
        rows = {row.group: row for row in sample_chain["text_generations"].rows}
        assert rows[MEN].own < 0.6
        assert rows[MEN].own < rows[WOMEN].own + 0.1
        (said,) = [f.because for f in sample_chain.findings if f.group == MEN]
        assert "drift, which is not collapse" in said

    def test_the_writer_narrows_not_chance(self, sample_chain):
        (said,) = [f.because for f in sample_chain.findings if f.group == WOMEN]
        assert "the writer itself narrows" in said
        assert "half is gone in" in said

    def test_generations_in_one_table(self, sample_chain):
        tables = [pd.read_json(path, lines=True) for path in sorted(FOLDER.glob("*.jsonl"))]
        whole = pd.concat([one.assign(round=7 + 2 * t) for t, one in enumerate(tables)])
        found = followed(
            whole, group="gender", chain_columns="id", generation_column="round", **PLAIN
        )
        assert [f.verdict for f in found.findings] == [f.verdict for f in sample_chain.findings]
        assert found["text_generations"].rows == sample_chain["text_generations"].rows

    def test_without_chains_the_same_is_found(self, sample_chain):
        found = followed(sorted(FOLDER.glob("*.jsonl")), group="gender", **PLAIN)
        verdicts = {f.group: f.verdict for f in found.findings}
        assert (verdicts[WOMEN], verdicts[MEN]) == (Verdict.PROBLEM, Verdict.OK)
        rows = {row.group: row for row in found["text_generations"].rows}
        linked = {row.group: row for row in sample_chain["text_generations"].rows}
        assert math.isnan(rows[WOMEN].own)
        assert rows[WOMEN].index.value == pytest.approx(linked[WOMEN].index.value, abs=0.02)

    def test_resampling_is_known_for_what_it_is(self):
        found, whole = everyone(followed(resampled(zipf_texts(40, 40, 2), 25, 3), **PLAIN))
        assert found.verdict is Verdict.PROBLEM
        assert whole.excess.low <= 1 <= whole.excess.high
        assert "drawing 40 whole texts again would lose as much" in found.because

    def test_a_single_text_left_has_collapsed(self):
        texts = zipf_texts(40, 40, 2)
        found, whole = everyone(followed([texts, texts[:20] * 2, [texts[0]] * 40, [texts[0]] * 40],
                                         **PLAIN))  # fmt: skip
        assert (found.verdict, whole.collapsed_at) == (Verdict.PROBLEM, 2)
        assert "collapsed at generation 2" in found.because


class TestNoCollapse:
    @pytest.mark.slow
    @pytest.mark.parametrize("generations", [2, 8])
    def test_draws_from_one_law_are_seldom_accused(self, generations):
        accused = 0
        for seed in range(20):
            chain = [zipf_texts(50, 30, 1000 * seed + t) for t in range(generations)]
            accused += everyone(followed(chain, **PLAIN))[0].verdict in BAD
        assert accused <= 2

    @pytest.mark.slow
    def test_texts_that_drift_each_by_itself_are_seldom_accused(self):
        accused = 0
        for seed in range(15):
            found, _ = everyone(followed(drifting(seed), chain_columns="id", **PLAIN))
            accused += found.verdict in BAD
        assert accused <= 1

    def test_drift_is_told(self):
        found, whole = everyone(followed(drifting(1), chain_columns="id", **PLAIN))
        assert whole.own < 0.7
        assert found.verdict is Verdict.OK
        assert "drift, which is not collapse" in found.because

    def test_shorter_texts_are_not_more_varied_or_less(self):
        rng = np.random.default_rng(4)
        long = [zipf_texts(200, 120, t) for t in range(5)]
        shorter = [
            [" ".join(text.split()[: int(rng.integers(60, 121) / (1 + t / 4))]) for text in texts]
            for t, texts in enumerate(long)
        ]
        found, whole = everyone(followed(shorter, **PLAIN))
        assert found.verdict not in BAD
        assert whole.words_last < 0.6 * whole.words_first
        assert abs(whole.index.value) < 0.03

    def test_the_same_again(self):
        texts = zipf_texts(40, 40, 1)
        found, whole = everyone(followed([texts] * 5, **PLAIN))
        assert (found.verdict, whole.index.value) == (Verdict.OK, 0)
        assert whole.moved == pytest.approx(0, abs=0.02)


def drifting(seed, texts=40, generations=6):
    """Every word is replaced with chance .3 in each generation, by one of the same law."""
    rng = np.random.default_rng(seed)
    law = 1 / np.arange(1, 301)
    words = rng.choice(300, p=law / law.sum(), size=(texts, 40))
    chain = []
    for _ in range(generations):
        said = [" ".join(f"w{word}" for word in text) for text in words]
        chain.append(pd.DataFrame({"text": said, "id": np.arange(texts)}).astype({"id": str}))
        fresh = rng.choice(300, p=law / law.sum(), size=words.shape)
        words = np.where(rng.random(words.shape) < 0.3, fresh, words)
    return chain


class TestWhatCannotBeSaid:
    def labelled(self, sizes):
        """Two groups, one of the sizes given in each generation."""
        return [
            pd.DataFrame({
                "text": zipf_texts(60 + n, 40, t), "who": ["most"] * 60 + ["few"] * n,
            }) for t, n in enumerate(sizes)
        ]  # fmt: skip

    def of(self, sizes):
        audit = followed(self.labelled(sizes), group="who", **PLAIN)
        group = (("who", "few"),)
        (finding,) = [f for f in audit.findings if f.group == group]
        return finding, next(r for r in audit["text_generations"].rows if r.group == group)

    def test_few_texts(self):
        found, few = self.of([9, 9, 9, 9])
        assert found.verdict is Verdict.NOT_ENOUGH_EVIDENCE
        assert few.too_few_from == 0
        assert "too few to follow; it takes 10" in found.because

    def test_at_most_thirty_are_never_ok(self):
        assert self.of([30] * 5)[0].verdict is not Verdict.OK
        assert self.of([60] * 5)[0].verdict is Verdict.OK

    def test_a_group_that_becomes_too_small(self):
        found, few = self.of([40, 40, 40, 40, 5, 5])
        assert (few.too_few_from, few.increments) == (4, 3)
        assert found.verdict in (Verdict.WATCH, Verdict.NOT_ENOUGH_EVIDENCE)
        assert "between generation 0 and generation 3" in found.because
        assert "from generation 4 on there are too few" in found.because

    def test_a_group_that_is_gone(self):
        found, few = self.of([40, 20, 0, 0])
        assert (found.verdict, few.extinct_at) == (Verdict.PROBLEM, 2)
        assert "gone from generation 2 on: of 40 texts" in found.because

    def test_a_group_that_shrinks(self):
        found, _ = self.of([100, 80, 50, 15, 15])
        assert found.verdict is Verdict.WATCH
        assert "its share shrinks from" in found.because

    def test_a_group_that_is_new(self):
        found, few = self.of([0, 20, 20, 20])
        assert found.verdict is Verdict.NOT_ENOUGH_EVIDENCE
        assert "no text in generation 0" in found.because
        assert few.extinct_at is None

    def test_a_group_that_was_there_only_between_is_left_out(self):
        audit = followed(self.labelled([0, 20, 20, 0]), group="who", **PLAIN)
        assert {r.group for r in audit["text_generations"].rows} == {(), (("who", "most"),)}

    def test_two_generations_show_no_rate(self):
        found, whole = everyone(followed([zipf_texts(50, 40, t) for t in range(2)], **PLAIN))
        assert found.verdict is Verdict.NOT_ENOUGH_EVIDENCE
        assert not whole.decay.known
        assert "one step shows no rate" in found.because

    def test_before_and_after_can_be_a_problem(self):
        texts = zipf_texts(60, 40, 2)
        found, _ = everyone(followed([texts, texts[:3] * 20], **PLAIN))
        assert found.verdict is Verdict.PROBLEM


class TestSteps:
    def test_generation_0_has_lost_nothing(self, sample_chain):
        first = steps_of(sample_chain)[0]
        assert (first.index, first.moved) == (Estimate(0, 0, 0), 0)
        assert first.own == pytest.approx(1)
        assert math.isnan(first.lost)

    def test_lost_words_beside_chance(self, sample_chain):
        last = steps_of(sample_chain, WOMEN)[-1]
        assert last.lost > last.lost_by_chance
        alike = steps_of(followed([zipf_texts(60, 40, t) for t in range(3)], **PLAIN))[-1]
        assert alike.lost == pytest.approx(alike.lost_by_chance, abs=0.03)
        assert alike.born == pytest.approx(alike.born_by_chance, abs=0.03)

    def test_different_words_fall_with_variety(self, sample_chain):
        women, men = (steps_of(sample_chain, group) for group in (WOMEN, MEN))
        assert all(a.distinct_1 > b.distinct_1 for a, b in pairwise(women))
        assert men[-1].distinct_1 == pytest.approx(men[0].distinct_1, abs=0.03)

    def test_too_few_words_to_count_different_ones(self):
        audit = followed([zipf_texts(12, 8, t) for t in range(3)], **PLAIN)
        assert all(math.isnan(step.distinct_1) for step in steps_of(audit))

    def test_rows_are_counted(self, sample_chain):
        for group, size in (((), 150), (WOMEN, 75)):
            assert {step.rows for step in steps_of(sample_chain, group)} == {size}


class TestDependsOnTheTextsAlone:
    def test_order_of_texts(self, sample_chain):
        tables = [pd.read_json(path, lines=True) for path in sorted(FOLDER.glob("*.jsonl"))]
        shuffled = [one.sample(frac=1, random_state=t) for t, one in enumerate(tables)]
        found = followed(shuffled, group="gender", chain_columns="id", **PLAIN)
        assert found["text_generations"].rows == sample_chain["text_generations"].rows

    @pytest.mark.parametrize("linked", [True, False])
    def test_a_sample_finds_what_all_texts_show(self, sample_chain, linked):
        given = {"chain_columns": "id"} if linked else {}
        few = Settings().having(chain_texts=50)
        audit = followed(
            sorted(FOLDER.glob("*.jsonl")), group="gender", settings=few, **given, **PLAIN
        )
        rows = {row.group: row for row in audit["text_generations"].rows}
        whole = {row.group: row for row in sample_chain["text_generations"].rows}
        assert rows[WOMEN].index.value == pytest.approx(whole[WOMEN].index.value, abs=0.06)
        assert {step.compared for step in steps_of(audit, WOMEN)} == {50}
        assert {step.rows for step in steps_of(audit, WOMEN)} == {75}
        assert (rows[WOMEN].compared, rows[WOMEN].chains) == (50, 50)
        (said,) = [f.because for f in audit.findings if f.group == WOMEN]
        assert "resting on a sample of 50 of 75 texts of generation 0" in said
        if linked:  # whole chains
            assert rows[WOMEN].own == pytest.approx(whole[WOMEN].own, abs=0.05)

    def test_there_may_be_any_number_of_chains(self):
        chain = [
            pd.DataFrame({"text": zipf_texts(300, 25, t), "id": [f"t{i}" for i in range(300)]})
            for t in range(2)
        ]
        _, whole = everyone(followed(chain, chain_columns="id", **PLAIN))
        assert (whole.linked, whole.chains) == (True, 300)

    def test_travels(self, sample_chain, tmp_path):
        answer = sample_chain["text_generations"]
        assert pickle.loads(pickle.dumps(answer)).to_dict() == answer.to_dict()
        document = sample_chain.to_dict()
        assert json.loads(json.dumps(document, allow_nan=False)) == document
        loaded = audits.load(sample_chain.save(tmp_path / "audit.json"))
        assert loaded.findings == sample_chain.findings
        assert loaded.having(Settings()).findings == sample_chain.findings

    def test_names_of_columns_in_many_texts_per_chain(self):
        """Five texts that go back to one: pairs within a chain are not compared."""
        chain = []
        for t in range(4):
            texts = zipf_texts(100, 40, 50 + t)
            if t == 0:
                texts = [text for text in texts[:20] for _ in range(5)]
            frame = pd.DataFrame({"text": texts, "back": np.repeat(np.arange(20), 5)})
            chain.append(frame.astype({"back": str}))
        found, whole = everyone(followed(chain, chain_columns="back", **PLAIN))
        assert (whole.chains, whole.real) == (20, 100)
        assert abs(whole.index.value) < 0.03
        assert "which go back to 20 texts" in found.because
        alone = everyone(followed(chain, **PLAIN))[1]
        assert alone.index.value < -0.03  # equal texts of generation 0 make it seem narrow


class TestVerdicts:
    """On the limits, and on both sides of them."""

    def judged(self, low, *, texts=200, **given):
        made = row(
            TextGenerationsRow, (), real=texts, compared=texts, synthetic=200, increments=60,
            generations=60, linked=False, index=Estimate(low + 0.05, low, low + 0.1),
            index_log_ratio=math.log1p(-low - 0.05), index_error=0.005, index_freedom=100.0,
            too_few_from=None, extinct_at=None, collapsed_at=None, apart=1.0, **given,
        )  # fmt: skip
        (found,) = text_generations.judge({"groups": (made,), "steps": ()}, Settings())
        return found

    @pytest.mark.parametrize(
        ("low", "verdict"),
        [(0.2, Verdict.PROBLEM), (0.199, Verdict.WATCH), (0.05, Verdict.WATCH),
         (0.0499, Verdict.NOT_ENOUGH_EVIDENCE), (-0.06, Verdict.OK)],
    )  # fmt: skip
    def test_share_lost(self, low, verdict):
        assert self.judged(low).verdict is verdict

    @pytest.mark.parametrize(
        ("texts", "verdict"), [(30, Verdict.NOT_ENOUGH_EVIDENCE), (31, Verdict.OK)]
    )
    def test_so_few_are_never_ok(self, texts, verdict):
        assert self.judged(-0.06, texts=texts).verdict is verdict

    def test_what_was_gone_at_the_first_step(self):
        said = self.judged(0.2, at_once=Estimate(0.2, 0.15, 0.25)).because
        assert "most of it at the first step, 20 %" in said

    def test_a_writer_that_narrows_once_and_then_holds(self):
        decay, later = Estimate(0.004, 0.001, 0.007), Estimate(0.0, -0.001, 0.001)
        life = Estimate(173.0, 99.0, 693.0)
        said = self.judged(0.2, decay=decay, later=later, half_life=life, slowing=0.5).because
        assert "after the first step no further decay is established" in said

    def test_a_loss_that_slows_down(self):
        decay, life = Estimate(0.004, 0.001, 0.007), Estimate(173.0, 99.0, 693.0)
        said = self.judged(0.2, decay=decay, half_life=life, slowing=0.01, recent=0.001).because
        assert "the loss slows down, to 0.1 % per generation" in said

    def test_more_varied(self):
        found = self.judged(-0.3, decay=Estimate(-0.01, -0.02, -0.001))
        assert found.verdict is Verdict.OK
        assert "have become more varied, by 25 % (20 to 30 %)" in found.because
        assert "over 60 steps it rises" in found.because

    def test_every_sentence_is_whole(self, sample_chain):
        for found in sample_chain.findings:
            assert re.fullmatch(r"[A-Z].*[^.]\.", found.because), found.because
            assert "nan" not in found.because
            assert "unknown" not in found.because


class TestShown:
    def test_in_a_report(self, sample_chain, tmp_path):
        page = sample_chain.save(tmp_path / "audit.html").read_text(encoding="utf-8")
        assert "Drift is not" in page or "That is drift" in page
        assert "Variety that the texts of groups have kept" in page
        assert "Words lost" in page

    def test_courses_are_drawn_by_what_was_lost(self, sample_chain):
        answer = sample_chain["text_generations"]
        assert "woman" in courses(answer).alt
        assert ranking(answer, None, 10).groups[0] == WOMEN
        assert audits.chart(answer).layout.meta["alt"]

    def test_no_small_count_is_handed_over(self):
        rng = np.random.default_rng(2)
        sizes = [(90, 30), (100, 20), (112, 8), (105, 15)]
        chain = [
            pd.DataFrame({
                "text": zipf_texts(sum(n), 40, t), "who": ["most"] * n[0] + ["few"] * n[1],
                "other": rng.choice(["a", "b"], sum(n)),
            }) for t, n in enumerate(sizes)
        ]  # fmt: skip
        audit = followed(chain, group=["who", "other"], **PLAIN)
        shown = protected(audit, 11)
        few = (("who", "few"),)
        assert few not in shown.hidden
        for rows in shown["text_generations"].tables.values():
            for one in rows:
                for name in COUNTED[type(one)]:
                    assert not 0 < getattr(one, name) < 11, (one.group, name)
        (between,) = [s for s in steps_of(shown, few) if s.generation == 2]
        assert (between.rows, between.share.known) == (-1, False)
        (most,) = [s for s in steps_of(shown, (("who", "most"),)) if s.generation == 2]
        assert most.rows == -1  # the rest of everyone
        (whole,) = [r for r in shown["text_generations"].rows if r.group == few]
        assert math.isnan(whole.parents)
        said = " ".join(f.because for f in shown.findings if f.group == few)
        assert "whole texts again" not in said

    @pytest.mark.parametrize("between", [5, 95])
    def test_a_mention_that_is_rare_or_nearly_everywhere_in_between_is_hidden_there(self, between):
        chain = []
        for t, many in enumerate((40, between, 40, 40)):
            texts = zipf_texts(100, 30, t)
            chain.append([f"A woman sings {text}" if i < many else text
                          for i, text in enumerate(texts)])  # fmt: skip
        women = (("gender", "women"),)
        shown = protected(followed(chain), 11)
        assert women not in shown.hidden
        assert [step.rows for step in steps_of(shown, women)] == [40, -1, 40, 40]

    def test_fields_that_count_are_declared(self):
        for kind in text_generations.TABLES.values():
            whole = {f.name for f in dataclasses.fields(kind) if f.type in ("int", "int | None")}
            from audits.disclosure_rows import NOT_COUNTED

            assert whole <= COUNTED[kind] | NOT_COUNTED[kind]


@pytest.mark.real_data
class TestTelephoneGame:
    """Stories passed on fifty times by Mistral-7B-Instruct (Perez et al. 2024)."""

    def of(self, real_data, condition):
        path = real_data / "telephone_llm" / f"Mistral-7B-Instruct-v0.2__{condition}.jsonl.gz"
        table = pd.read_json(path, lines=True, compression="gzip")
        return followed(table, generation_column="generation", chain_columns="initial", **PLAIN)

    def test_rephrasing_moves_texts_and_does_not_narrow(self, real_data):
        found, whole = everyone(self.of(real_data, "rephrase"))
        assert (whole.generations, whole.real, whole.chains) == (50, 100, 20)
        assert found.verdict is Verdict.OK
        assert abs(whole.index.value) < 0.02
        assert whole.index.high < 0.05
        assert whole.own < 0.4

    def test_inspiration_narrows(self, real_data):
        found, whole = everyone(self.of(real_data, "inspiration"))
        assert found.verdict is Verdict.WATCH
        assert 0.05 < whole.index.low < whole.index.value < 0.15
        assert 150 < whole.half_life.value < 700
        assert whole.decay.low > 0
