"""Mentions: who is there in the texts, against real texts, against a population, and alone."""

import csv
import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from audits.data.reference import Reference
from audits.estimates import Estimate
from audits.formulas.ratio_of_totals import ratio_of_totals
from audits.questions import text_mentions
from audits.results import Verdict
from audits.settings import Settings
from tests.mentions_made import corpora, lexicon

OURS = lexicon(
    ("gender", "women", "she", "pronoun"),
    ("gender", "women", "woman", "plain"),
    ("gender", "men", "he", "pronoun"),
    ("gender", "men", "man", "plain"),
    ("race and ethnicity", "Black", "black", "person"),
    ("religion", "Muslim", "muslim", "plain"),
    ("religion", "Jewish", "jewish", "plain"),
)
WOMEN, MEN = (("gender", "women"),), (("gender", "men"),)
BLACK = (("race and ethnicity", "Black"),)
MUSLIM, JEWISH = (("religion", "Muslim"),), (("religion", "Jewish"),)


def texts(n, **mentions):
    """So many texts, of which the first so many mention each term."""
    return [[term for term, count in mentions.items() if i < count] for i in range(n)]


def asked(real, synthetic, **options):
    options = {"lexicon": OURS} | options
    made = corpora(real, synthetic, **options)
    tables = text_mentions.measure(made)
    return tables, text_mentions.judge(tables, made.settings)


def row_of(tables, group):
    return next(row for row in tables["groups"] if row.group == group)


def finding(findings, group, attribute=None):
    return next(f for f in findings if f.group == group and f.attribute == attribute)


class TestCounts:
    def test_by_hand(self):
        """METHODS' example of Wilson intervals for documents: 7 of 200, 20 of 3000."""
        tables, _ = asked(texts(200, muslim=7), texts(3000, muslim=20))
        row = row_of(tables, MUSLIM)
        assert (row.real, row.synthetic, row.real_total, row.synthetic_total) == (7, 20, 200, 3000)
        assert (round(row.real_share.low, 4), round(row.real_share.high, 4)) == (0.0171, 0.0705)
        ends = row.synthetic_share
        assert (round(ends.low, 4), round(ends.high, 4)) == (0.0043, 0.0103)
        assert row.ratio.value == pytest.approx((20 / 3000) / (7 / 200))

    def test_a_text_counts_once(self):
        tables, _ = asked([["she", "she", "woman"]] * 20, [["she"]] * 20)
        assert row_of(tables, WOMEN).real == 20

    def test_groups_nowhere_are_left_out_beside_real_texts(self):
        tables, _ = asked(texts(20, she=5), texts(20, she=5))
        assert {row.group for row in tables["groups"]} == {(), WOMEN}

    def test_everyone(self):
        tables, _ = asked(texts(20, she=5), texts(30, she=5))
        row = row_of(tables, ())
        assert (row.real, row.synthetic, row.by) == (20, 30, "everyone")

    def test_crossings_of_two_axes_beside_labels(self):
        kind = ["a"] * 30
        tables, _ = asked(texts(30, she=20, he=20, black=12), texts(30, she=20), topic=(kind, kind))
        crossed = [row for row in tables["groups"] if len(row.group) == 2]
        assert [(row.group, row.real, row.synthetic) for row in crossed] == [
            ((*MEN, *BLACK), 12, 0),
            ((*WOMEN, *BLACK), 12, 0),
        ]
        assert {row.by for row in crossed} == {"mention"}

    def test_no_more_crossings_than_wanted(self):
        settings = Settings().having(mention_crossings=1)
        kind = ["a"] * 30
        tables, _ = asked(
            texts(30, she=20, he=10, black=20), texts(30, she=2), topic=(kind, kind),
            settings=settings,
        )  # fmt: skip
        crossed = [row.group for row in tables["groups"] if len(row.group) == 2]
        assert crossed == [(*WOMEN, *BLACK)]

    def test_silence_per_axis(self):
        tables, _ = asked(texts(40, she=10, muslim=20), texts(50, he=5))
        silent = {row.attribute: (row.real, row.synthetic) for row in tables["silent"]}
        assert silent == {
            None: (20, 45), "gender": (30, 45), "race and ethnicity": (40, 50),
            "religion": (20, 50),
        }  # fmt: skip
        first = tables["silent"][0]
        assert (first.groups, first.groups_real, first.groups_synthetic) == (5, 2, 1)


class TestJudgesAgainstRealTexts:
    def test_absent(self):
        _, findings = asked(texts(400, muslim=40, she=200), texts(400, she=200))
        found = finding(findings, MUSLIM)
        assert found.verdict is Verdict.PROBLEM
        assert found.because == (
            "Muslim: absent: 40 of 400 real texts mention them and none of the 400 synthetic "
            "texts, where about 40 were due."
        )
        assert finding(findings, WOMEN).verdict is Verdict.OK

    def test_fewer(self):
        _, findings = asked(texts(1000, muslim=200), texts(1000, muslim=110))
        assert finding(findings, MUSLIM).verdict is Verdict.WATCH

    def test_inflated_is_watched(self):
        _, findings = asked(texts(1000, she=200), texts(1000, she=800))
        found = finding(findings, WOMEN)
        assert found.verdict is Verdict.WATCH
        assert "it has grown: mentioned in 80 %" in found.because

    def test_invented_is_watched(self):
        _, findings = asked(texts(1000, she=200), texts(1000, she=200, jewish=60))
        found = finding(findings, JEWISH)
        assert (found.verdict, found.evidence["ratio"].value) == (Verdict.WATCH, np.inf)
        assert found.because.endswith("yet 60 of 1,000 synthetic texts mention them (invented).")

    def test_one_text_is_not_invented(self):
        _, findings = asked(texts(1000, she=200), texts(1000, she=200, jewish=1))
        found = finding(findings, JEWISH)
        assert found.verdict is Verdict.NOT_ENOUGH_EVIDENCE
        assert "1 of 1,000 synthetic texts mentions them" in found.because

    def test_too_few_to_say_shows_the_upper_limit(self):
        _, findings = asked(texts(1000, muslim=4), texts(1000, muslim=0))
        found = finding(findings, MUSLIM)
        assert found.verdict is Verdict.NOT_ENOUGH_EVIDENCE
        assert "at most 0.38 %" in found.because  # 3.8415 / 1003.8415

    @pytest.mark.parametrize("sides", [(9, 400), (400, 9)])
    def test_of_a_handful_of_texts_nothing_is_made(self, sides):
        real, synthetic = sides
        _, findings = asked([["she"]] * real, [["he"]] * synthetic)
        assert {found.verdict for found in findings} == {Verdict.NOT_ENOUGH_EVIDENCE}

    def test_an_axis_that_falls_silent_is_watched_at_the_most(self):
        _, findings = asked(texts(400, muslim=40, jewish=80), texts(400))
        found = finding(findings, (), "religion")
        assert found.verdict is Verdict.WATCH
        assert found.because.startswith("Everyone: 0 of 400 synthetic texts mention any religion")

    def test_labels_and_mentions_side_by_side(self):
        job = (["nurse"] * 100 + ["cook"] * 100, ["nurse"] * 190 + ["cook"] * 10)
        _, findings = asked(texts(200, she=80), texts(200, she=80), job=job)
        found = finding(findings, (("job", "cook"),))
        assert found.verdict is Verdict.PROBLEM
        assert found.because.startswith("Cook: its share is 5 %")
        assert finding(findings, WOMEN).verdict is Verdict.OK

    def test_every_sentence_is_whole(self):
        job = (["nurse"] * 100 + ["cook"] * 100, ["nurse"] * 190 + ["cook"] * 10)
        shares = {(("job", "cook"),): 0.6, (("job", "nurse"),): 0.4, MUSLIM: 0.2, JEWISH: 0.8}
        known = Reference("census", shares)
        real = texts(200, she=80, black=2, muslim=30)
        for sides in ((real, texts(200, he=60, jewish=40)), (None, real)):
            _, findings = asked(*sides, job=job[-sum(s is not None for s in sides) :],
                                reference=known)  # fmt: skip
            for found in findings:
                assert found.because.endswith(".")
                assert found.because[0] == found.because[0].upper()
                assert not re.search(r"nan|None|inf\b|\.\.|  |unknown|no limit", found.because)
                assert found.evidence


class TestJudgesAgainstAPopulation:
    KNOWN = Reference("labour force", {WOMEN: 0.5, MEN: 0.5, MUSLIM: 0.1, JEWISH: 0.9})

    def test_alone(self):
        """Of 100 texts 60 say a gender, 3 of these are women: half were due."""
        _, findings = asked(None, [["she"]] * 3 + [["he"]] * 57 + [[]] * 40, reference=self.KNOWN)
        found = finding(findings, WOMEN)
        assert found.verdict is Verdict.PROBLEM
        assert "3 of the 60 synthetic texts that mention any gender (5 %)" in found.because
        assert "a ratio of 0.10" in found.because
        over = finding(findings, MEN)
        assert over.verdict is Verdict.WATCH
        assert over.evidence["representation_synthetic"].value == pytest.approx(1.9)

    def test_a_group_nobody_mentions(self):
        tables, findings = asked(None, [["jewish"]] * 300, reference=self.KNOWN)
        assert row_of(tables, MUSLIM).synthetic == 0
        assert finding(findings, MUSLIM).verdict is Verdict.PROBLEM

    def test_what_the_population_asks_for_has_not_grown(self):
        real, synthetic = [["he"]] * 900 + [["she"]] * 100, [["he"], ["she"]] * 500
        _, without = asked(real, synthetic)
        _, findings = asked(real, synthetic, reference=self.KNOWN)
        assert finding(without, WOMEN).verdict is Verdict.WATCH
        assert finding(findings, WOMEN).verdict is Verdict.OK

    def test_labels_of_a_column_the_texts_lack(self):
        known = Reference("census", {(("job", "cook"),): 0.5, (("job", "nurse"),): 0.5})
        _, findings = asked(None, [[]] * 200, job=(["nurse"] * 200,), reference=known)
        found = finding(findings, (("job", "cook"),))
        assert found.verdict is Verdict.PROBLEM
        assert "0 of the 200 synthetic texts that say their job (0 %)" in found.because


class TestAlone:
    def test_shares_are_told_and_nobody_is_accused(self):
        tables, findings = asked(None, texts(100, she=60, muslim=3))
        assert row_of(tables, JEWISH).synthetic == 0
        assert {found.verdict for found in findings} == {Verdict.NOT_ENOUGH_EVIDENCE}
        found = finding(findings, MUSLIM)
        assert "3 of 100 synthetic texts mention them, at most 8.5 %" in found.because
        assert row_of(tables, WOMEN).alone
        assert not row_of(tables, WOMEN).ratio.known

    def test_without_a_lexicon_that_is_said(self):
        job = (["nurse"] * 50, ["nurse"] * 30 + ["cook"] * 20)
        tables, findings = asked(texts(50), texts(50), lexicon=None, job=job)
        found = finding(findings, ())
        assert found.verdict is Verdict.NOT_ENOUGH_EVIDENCE
        assert "no lexicon for the language 'en' was given" in found.because
        assert not tables["gendered"]
        assert finding(findings, (("job", "nurse"),)).verdict is not Verdict.NOT_ENOUGH_EVIDENCE


class TestPronounsAndTerms:
    def test_shares_of_mentions(self):
        real = [["she", "she", "woman"]] * 10 + [["he"]] * 10
        tables, _ = asked(real, [["he", "man"]] * 30)
        found = {(row.attribute, row.group): row for row in tables["gendered"]}
        she = found["pronouns", WOMEN]
        assert (she.mentions_real, she.all_real, she.real) == (20, 30, 10)
        assert she.real_share.value == pytest.approx(2 / 3)
        assert (she.mentions_synthetic, she.synthetic_share.value) == (0, 0.0)
        assert found["nouns", WOMEN].mentions_real == 10
        assert found["pronouns and nouns", MEN].mentions_synthetic == 60
        # 30 texts that all say he: thirty things are known, not sixty
        assert found["pronouns and nouns", MEN].synthetic_share.low == pytest.approx(
            30 / (30 + 3.841459), abs=1e-6
        )

    def test_ambiguous_terms_only(self):
        tables, _ = asked(texts(50, black=4, she=9), texts(50, black=1))
        (row,) = tables["terms"]
        assert (row.term, row.group) == ("black", BLACK)
        assert (row.candidates_real, row.accepted_real) == (12, 4)
        assert (row.candidates_synthetic, row.accepted_synthetic) == (3, 1)


class TestRatioOfTotals:
    @given(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5)), min_size=1, max_size=30))
    def test_between_one_cluster_and_all_things(self, pairs):
        part = [a for a, _ in pairs]
        whole = [a + b for a, b in pairs]
        share, effective = ratio_of_totals(part, whole)
        if not sum(whole):
            assert (np.isnan(share), effective) == (True, 0.0)
            return
        assert share == pytest.approx(sum(part) / sum(whole))
        assert 0 < effective <= max(sum(whole), 1) * (1 + 1e-9)

    def test_single_things_are_a_plain_sample(self):
        """With one thing per cluster it is the usual variance, p (1 - p) / (k - 1)."""
        assert ratio_of_totals([1] * 30 + [0] * 70, [1] * 100) == pytest.approx((0.3, 99.0))

    def test_coverage_of_its_interval(self):
        """Texts speak of one person each, several times: intervals hold the truth as often."""
        from audits.formulas.shares import wilson

        rng, held = np.random.default_rng(5), 0
        for _ in range(400):
            she = rng.random(60) < 0.3
            said = 1 + rng.poisson(2.0, 60)
            share, effective = ratio_of_totals(said * she, said)
            low, high = wilson(share * effective, effective, confidence=0.95)
            held += low <= 0.3 <= high
        assert held / 400 > 0.92

    def test_refuses(self):
        with pytest.raises(ValueError, match="must not exceed"):
            ratio_of_totals([2], [1])


class TestNullCalibration:
    RATES = np.array([0.5, 0.45, 0.3, 0.2, 0.1, 0.05, 0.03, 0.02, 0.01, 0.005] * 6)

    def drawn(self, rng, n):
        """Texts of one source, of which a third mention nobody at all."""
        there = rng.random((n, len(self.RATES))) < self.RATES
        there[rng.random(n) < 1 / 3] = False
        return [[f"t{j}" for j in np.flatnonzero(line)] for line in there]

    def test_two_samples_of_one_source(self):
        many = lexicon(*((f"axis {j % 6}", f"g{j}", f"t{j}", "plain") for j in range(60)))
        rng, bad = np.random.default_rng(11), {Verdict.PROBLEM: 0, Verdict.WATCH: 0}
        rounds = 100
        for _ in range(rounds):
            _, findings = asked(self.drawn(rng, 200), self.drawn(rng, 300), lexicon=many)
            verdicts = {found.verdict for found in findings}
            for verdict in bad:
                bad[verdict] += verdict in verdicts
        assert bad[Verdict.PROBLEM] <= 0.05 * rounds
        assert bad[Verdict.WATCH] <= 0.1 * rounds

    def test_against_a_true_population(self):
        many = lexicon(*(("axis", f"g{j}", f"t{j}", "plain") for j in range(8)))
        due = np.array([0.4, 0.2, 0.15, 0.1, 0.06, 0.05, 0.03, 0.01])
        known = Reference("truth", {(("axis", f"g{j}"),): p for j, p in enumerate(due)})
        rng, problems, watched = np.random.default_rng(12), 0, 0
        for _ in range(200):
            made = [[f"t{j}"] for j in rng.choice(8, size=300, p=due)]
            _, findings = asked(None, made, lexicon=many, reference=known)
            problems += any(found.verdict is Verdict.PROBLEM for found in findings)
            watched += any(found.verdict is Verdict.WATCH for found in findings)
        assert problems <= 0.05 * 200
        assert watched <= 0.1 * 200


@pytest.mark.parametrize("name", ["dev", "test"])
def test_labelled_sentences_are_well_formed(name):
    from pathlib import Path

    path = Path(__file__).parent / "labelled" / f"sentences_{name}.csv"
    with path.open(encoding="utf-8", newline="") as file:
        lines = list(csv.DictReader(file))
    assert len({line["id"] for line in lines}) == len({line["text"] for line in lines})
    assert len(lines) > 140
    mentions = [pair for line in lines for pair in line["mentions"].split(";") if pair]
    assert all(pair.count(":") == 1 for pair in mentions)


def test_estimates_of_nothing_are_unknown():
    tables, _ = asked(None, texts(20, she=1))
    assert row_of(tables, WOMEN).real_share == Estimate.unknown()
