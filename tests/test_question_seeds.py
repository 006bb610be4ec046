"""Seeds of texts: rewritten texts rest on few, fresh ones on as many as fresh ones do."""

from __future__ import annotations

import itertools
import json
from pathlib import Path

import numpy as np
import pytest
from texts_made import corpora_of, zipf_texts

import audits
from audits.questions import text_seeds
from audits.results import Verdict
from audits.settings import Settings

BAD = (Verdict.PROBLEM, Verdict.WATCH)


def rewritten(texts, seed, keep=0.7):
    """Texts with some of their words left out."""
    rng = np.random.default_rng(seed)
    made = []
    for text in texts:
        words = np.array(text.split())
        made.append(" ".join(words[rng.random(len(words)) < keep]))
    return made


def asked(real, synthetic, **options):
    tables = text_seeds.measure(corpora_of(real, synthetic, language="de", **options))
    return tables["groups"], text_seeds.judge(tables, Settings())


SAMPLE = Path(__file__).parent.parent / "sample_data" / "biographies_real.jsonl"
REAL = [json.loads(line)["text"] for line in SAMPLE.read_text(encoding="utf-8").splitlines()]


class TestPlanted:
    REAL = REAL[:100]

    def test_texts_rewritten_from_five(self):
        rng = np.random.default_rng(2)
        made = rewritten([self.REAL[i] for i in rng.integers(0, 5, 300)], 3)
        [row], [finding] = asked(self.REAL, made)
        assert finding.verdict is Verdict.PROBLEM
        assert 4 <= row.seeds.value <= 7
        assert row.top5_share > 0.95
        assert row.spread.high < 0.5
        assert row.fresh > 3 * row.seeds.value

    def test_copies_of_all(self):
        [row], [finding] = asked(self.REAL, self.REAL * 3)
        assert row.seeds.value == pytest.approx(100, rel=0.02)
        assert row.nearest == pytest.approx(1)
        assert row.spread.value > 0.7
        assert finding.verdict is Verdict.OK

    def test_more_and_more_from_all_is_stretched(self):
        """Ten times as many texts as real ones pretend a precision that is not there."""
        rng = np.random.default_rng(4)
        made = rewritten([self.REAL[i] for i in rng.integers(0, 100, 1200)], 5)
        [row], [finding] = asked(self.REAL, made)
        assert row.times > 10
        assert finding.verdict is Verdict.WATCH

    def test_thirty_real_texts_are_never_ok(self):
        _, [finding] = asked(self.REAL[:30], self.REAL[30:60])
        assert finding.verdict is Verdict.NOT_ENOUGH_EVIDENCE

    def test_a_few_texts_say_nothing(self):
        [row], [finding] = asked(self.REAL[:9], self.REAL)
        assert not row.seeds.known
        assert finding.verdict is Verdict.NOT_ENOUGH_EVIDENCE
        assert "it takes 10 on each side" in finding.because

    def test_groups_have_seeds_of_their_own(self):
        """One group is rewritten from three of its texts, the other is fresh."""
        fresh = REAL[200:300]
        narrow = rewritten([self.REAL[i % 3] for i in range(60)], 6)
        labels = {"who": [["ash"] * 50 + ["elm"] * 50, ["ash"] * 60 + ["elm"] * 50]}
        _, findings = asked(self.REAL, [*narrow, *fresh[:50]], labels=labels)
        found = {f.group: f.verdict for f in findings}
        assert found[(("who", "ash"),)] is Verdict.PROBLEM
        assert found[(("who", "elm"),)] not in BAD

    def test_without_real_texts_nothing_is_said(self):
        assert asked(None, self.REAL) == ((), [])

    def test_a_draw_is_told(self):
        tables = text_seeds.measure(
            corpora_of(zipf_texts(150, 20, 1), zipf_texts(130, 20, 2), language="de",
                       settings=Settings().having(seed_texts=100))
        )  # fmt: skip
        [row] = tables["groups"]
        assert (row.searched, row.queries, row.complete) == (100, 100, False)
        [finding] = text_seeds.judge(tables, Settings())
        assert "by 100 and 100 of them drawn at random" in finding.because


@pytest.mark.parametrize("sizes", [(60, 60), (160, 100)])
def test_fresh_texts_are_accused_in_few_audits(sizes):
    n, m = sizes
    accused = 0
    for seed in range(20):
        texts = zipf_texts(n + m, 30, 100 + seed)
        _, [finding] = asked(texts[:n], texts[n:])
        accused += finding.verdict in BAD
    assert accused <= 1


def test_nearest_texts_by_looking_at_every_pair():
    """The mean likeness, against vectors written out word by word."""
    real, made = zipf_texts(12, 15, 1), rewritten(zipf_texts(12, 15, 1), 2)
    [row], _ = asked(real, made)

    def grams(text):
        words = text.lower().removesuffix(".").split()
        return words, list(itertools.pairwise(words))

    texts = [grams(text) for text in [*real, *made]]
    likeness = np.zeros((12, 12))
    for k in range(2):
        known = sorted({gram for text in texts for gram in text[k]}, key=str)
        seen = {g: sum(g in set(text[k]) for text in texts) for g in known}
        idf = np.array([np.log(25 / (1 + seen[g])) + 1 for g in known])
        rows = np.array([[text[k].count(g) for g in known] for text in texts]) * idf
        rows /= np.linalg.norm(rows, axis=1, keepdims=True)
        likeness += rows[:12] @ rows[12:].T / 2
    assert row.nearest == pytest.approx(likeness.max(axis=0).mean(), abs=1e-5)


@pytest.mark.real_data
class TestSelfInstruct:
    @pytest.fixture
    def instructions(self, real_data):
        def of(name):
            lines = (real_data / "instructions" / f"{name}.jsonl").read_text(encoding="utf-8")
            return [json.loads(line)["instruction"] for line in lines.splitlines()]

        return {name: of(name) for name in ("seed_tasks", "user_oriented_instructions")}

    def test_independent_instructions_are_not_said_to_rest_on_few_seeds(self, instructions):
        seeds, others = instructions["seed_tasks"], instructions["user_oriented_instructions"]
        assert (len(seeds), len(others)) == (175, 252)
        [row], [finding] = asked(seeds, others)
        assert finding.verdict not in BAD
        assert row.spread.high > 1

    def test_instructions_made_from_twelve_seeds_are(self, instructions):
        seeds = instructions["seed_tasks"]
        made = rewritten([seeds[i % 12] for i in range(600)], 1)
        [row], [finding] = asked(seeds, [text or "nothing" for text in made])
        assert finding.verdict is Verdict.PROBLEM
        assert 10 <= row.seeds.value <= 16


def test_the_sample(sample):
    audit = audits.compare_text(
        sample / "biographies_real.jsonl", sample / "biographies_synthetic.jsonl",
        group=["gender", "race"], ask=["text_seeds"],
    )  # fmt: skip
    bad = {f.group for f in audit.findings if f.verdict in BAD}
    planted = {(("gender", "woman"), ("race", "Black")), (("gender", "man"), ("race", "Hispanic"))}
    assert bad == planted | {(("race", "Black"),), (("race", "Hispanic"),)}
