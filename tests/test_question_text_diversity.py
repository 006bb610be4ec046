"""Likeness of texts: what is planted is found, what is not there is not, and why is said."""

import dataclasses
import json
import re

import numpy as np
import pandas as pd
import pytest
from texts_made import corpora_of

import audits
from audits.estimates import Estimate
from audits.formulas.pairwise_cosine import mean_pairwise_cosine
from audits.questions import text_diversity
from audits.questions.text_diversity_alike import beside_others, likenesses, weighted
from audits.questions.text_diversity_said import blame
from audits.questions.text_diversity_samples import samples
from audits.results import Verdict
from audits.settings import Settings

VOCABULARY = 1_500
SHARES = 1 / np.arange(1, VOCABULARY + 1)
SHARES = SHARES / SHARES.sum()
TEMPLATE = "as a proud member of this community i wake up early every morning and drink my coffee"


def spelled(number):
    letters = "aeioubcdfghjklmnp"
    text = ""
    while True:
        text += letters[number % 5] + letters[5 + number % 12]
        number //= 17
        if not number:
            return text


WORDS = np.array([spelled(number) for number in range(2 * VOCABULARY)])


def written(count, seed, *, words=60, topic=None, of_topic=0.3):
    """Texts, each of one of eight topics with favourite words of its own."""
    rng = np.random.default_rng(seed)
    favourite = [np.random.default_rng(t).permutation(VOCABULARY) + VOCABULARY for t in range(8)]
    texts = []
    for _ in range(count):
        chosen = rng.integers(8) if topic is None else topic
        length = words if np.isscalar(words) else int(rng.integers(*words))
        drawn = rng.choice(VOCABULARY, p=SHARES, size=length)
        own = rng.random(length) < of_topic
        drawn[own] = favourite[chosen][drawn[own]]
        texts.append(" ".join(WORDS[drawn]))
    return texts


def asked(real, synthetic, labels=None, settings=None, **more):
    chosen = settings or Settings()
    corpora = corpora_of(real, synthetic, labels=labels, settings=chosen, language="de", **more)
    tables = text_diversity.measure(corpora)
    findings = text_diversity.judge(tables, chosen)
    return tables, {finding.group: finding for finding in findings}


def whole(tables):
    return tables["groups"][0]


def variety(tables, measure, group=()):
    return next(row for row in tables["variety"] if row.measure == measure and row.group == group)


GROUPS = [f"g{place}" for place in range(6)]


def in_groups(count):
    return [GROUPS[place % 6] for place in range(count)]


@pytest.fixture(scope="module")
def planted():
    """Texts of six groups; those of g0 share a template in the synthetic ones."""
    real, synthetic = written(240, 1), written(300, 2)
    groups = [in_groups(240), in_groups(300)]
    synthetic = [
        f"{TEMPLATE} {text}" if group == "g0" else text
        for group, text in zip(groups[1], synthetic, strict=True)
    ]
    return asked(real, synthetic, {"group": groups})


@pytest.fixture(scope="module")
def found():
    """Texts of six groups without real ones; those of g0 share a template."""
    groups = in_groups(300)
    texts = [
        f"{TEMPLATE} {text}" if group == "g0" else text
        for group, text in zip(groups, written(300, 5), strict=True)
    ]
    return asked(None, texts, {"group": [groups]})


class TestPlanted:
    def test_a_template_is_a_problem_of_its_group(self, planted):
        _, findings = planted
        bad = findings[("group", "g0"),]
        assert bad.verdict is Verdict.PROBLEM
        said = r"two synthetic texts are \d\.\d\d \(.* to .*\) times as alike as two real ones"
        assert re.search(said, bad.because)
        assert "chance alone makes it" in bad.because
        assert "not surely more alike than other groups', so that it was added" in bad.because

    def test_other_groups_are_left_in_peace(self, planted):
        _, findings = planted
        assert all(
            findings[("group", name),].verdict in (Verdict.OK, Verdict.NOT_ENOUGH_EVIDENCE)
            for name in GROUPS[1:]
        )

    def test_further_measures_see_it_too(self, planted):
        tables, _ = planted
        group = (("group", "g0"),)
        for measure in ("distinct words", "distinct pairs of words", "Vendi score"):
            assert variety(tables, measure, group).ratio.high < 1
        assert variety(tables, "compression ratio", group).ratio.low > 1
        shared = variety(tables, "shared runs of five words", group)
        assert shared.value.low > 0.1 > shared.beside.high

    def test_the_index_is_the_share_of_dissimilarity_lost(self, planted):
        row = next(row for row in planted[0]["groups"] if row.group == (("group", "g0"),))
        lost = 1 - (1 - row.similarity.value) / (1 - row.beside.value)
        assert row.index.value == pytest.approx(lost)
        assert row.index.low > 0

    def test_counts_say_what_it_rests_on(self, planted):
        row = next(row for row in planted[0]["groups"] if row.group == (("group", "g0"),))
        assert (row.real, row.synthetic, row.used, row.used_beside) == (40, 50, 50, 40)
        assert row.words == 60
        matched = variety(planted[0], "MTLD", row.group)
        assert (matched.texts, matched.words) == (20, 60)

    def test_estimates_are_ordered(self, planted):
        tables, _ = planted
        for row in (*tables["groups"], *tables["variety"]):
            for field in dataclasses.fields(row):
                value = getattr(row, field.name)
                if isinstance(value, Estimate) and value.known:
                    assert value.low <= value.value <= value.high


class TestNothingPlanted:
    @pytest.mark.parametrize(("real", "synthetic"), [(12, 12), (40, 40), (15, 90)])
    def test_hardly_any_group_is_accused(self, real, synthetic):
        groups = 20
        labels = [[f"g{i % groups:02d}" for i in range(n * groups)] for n in (real, synthetic)]
        settings = Settings().having(matched_draws=20)
        tables, findings = asked(
            written(real * groups, real), written(synthetic * groups, 100 + synthetic),
            {"group": labels}, settings,
        )  # fmt: skip
        bad = [one for one in findings.values() if one.verdict in (Verdict.PROBLEM, Verdict.WATCH)]
        assert len(bad) <= 0.05 * groups
        ratios = [row.ratio for row in tables["groups"][1:]]
        assert np.mean([ratio.low <= 1 <= ratio.high for ratio in ratios]) >= 0.85
        assert abs(np.mean([np.log(ratio.value) for ratio in ratios])) < 0.05
        within = [abs(row.log_ratio) <= np.log(row.floor) for row in tables["groups"][1:]]
        assert np.mean(within) >= 0.85

    def test_larger_collections_are_no_more_alike(self):
        tables, findings = asked(written(60, 1), written(900, 2))
        assert findings[()].verdict is Verdict.OK
        for row in tables["variety"]:
            if row.ratio.known:
                assert row.ratio.low <= 1 <= row.ratio.high, row.measure

    def test_shorter_texts_are_no_more_alike(self):
        tables, findings = asked(written(80, 1, words=(100, 400)), written(80, 2, words=(40, 60)))
        row = whole(tables)
        assert row.words <= 60
        assert row.ratio.low <= 1 <= row.ratio.high
        assert findings[()].verdict in (Verdict.OK, Verdict.NOT_ENOUGH_EVIDENCE)

    def test_few_texts_are_never_fine(self):
        _, findings = asked(written(30, 1), written(30, 2))
        assert findings[()].verdict is Verdict.NOT_ENOUGH_EVIDENCE
        assert "are too few to rule likeness out" in findings[()].because


class TestPrompts:
    def of_topics(self, counts, seed):
        texts, prompts = [], []
        for topic, count in enumerate(counts):
            texts += written(count, seed + topic, topic=topic, of_topic=0.6)
            prompts += [f"write of {topic}"] * count
        return texts, prompts

    def both(self, prompt):
        real, wrote = self.of_topics([25] * 4, 10)
        synthetic, asked_for = self.of_topics([70, 10, 10, 10], 50)
        frames = [
            pd.DataFrame({"text": texts, "prompt": prompts})
            for texts, prompts in ((real, wrote), (synthetic, asked_for))
        ]
        audit = audits.compare_text(*frames, prompt=prompt, language="de", ask=["text_diversity"])
        return audit["text_diversity"].rows[0], audit.findings[0]

    def test_without_prompts_a_favourite_topic_looks_like_sameness(self):
        row, finding = self.both(None)
        assert row.prompts == 0
        assert finding.verdict in (Verdict.WATCH, Verdict.PROBLEM)

    def test_within_prompts_it_does_not(self):
        row, finding = self.both("prompt")
        assert row.prompts == 4
        assert row.ratio.low <= 1 <= row.ratio.high
        assert "within 4 prompts" in finding.because

    def test_are_passed_over_where_sides_share_too_few(self):
        texts = written(40, 1)
        frames = [
            pd.DataFrame({"text": texts, "prompt": [f"{side} {i}" for i in range(40)]})
            for side in ("a", "b")
        ]
        audit = audits.compare_text(*frames, prompt="prompt", language="de",
                                    ask=["text_diversity"])  # fmt: skip
        assert audit["text_diversity"].rows[0].prompts == 0


class TestAlone:
    def test_a_template_is_watched_as_people_may_write_so(self, found):
        finding = found[1][("group", "g0"),]
        assert finding.verdict is Verdict.WATCH
        assert "times as alike as two of another (mean of 5)" in finding.because
        assert "only real texts could tell" in finding.because

    def test_others_are_less_alike_beside_it(self, found):
        row = next(row for row in found[0]["groups"] if row.group == (("group", "g1"),))
        assert row.ratio.value < 1
        assert row.groups_beside == 5
        assert row.used_beside == 250

    def test_everyone_has_nothing_beside_it(self, found):
        finding = found[1][()]
        assert finding.verdict is Verdict.NOT_ENOUGH_EVIDENCE
        assert "no real ones to be held against" in finding.because

    def test_measures_are_beside_the_mean_of_others(self, found):
        row = variety(found[0], "distinct pairs of words", (("group", "g0"),))
        assert row.alone
        assert row.ratio.high < 1

    def test_one_group_has_no_other(self):
        _, findings = asked(None, written(40, 1), {"group": [["a"] * 35 + ["b"] * 5]})
        assert "no other group of enough texts" in findings[("group", "a"),].because

    def test_hardly_any_group_is_accused_by_chance(self):
        groups = 20
        labels = [[f"g{i % groups:02d}" for i in range(40 * groups)]]
        _, findings = asked(None, written(40 * groups, 3), {"group": labels},
                            Settings().having(matched_draws=20))  # fmt: skip
        bad = [one for one in findings.values() if one.verdict in (Verdict.PROBLEM, Verdict.WATCH)]
        assert len(bad) <= 0.05 * groups


class TestOverlap:
    def test_error_counts_a_text_of_two_groups_once(self):
        corpora = corpora_of(None, written(60, 9), settings=Settings(), language="de")
        documents = [np.arange(0, 40), np.arange(20, 60), np.arange(10, 50)]
        wanted = [(0, (("k", str(n)),), one) for n, one in enumerate(documents)]
        every = samples(corpora, (corpora.masked(0),), "others", wanted)
        rows = weighted(every, masked=True)
        found = beside_others(every, likenesses(every, rows), 0, 0.95)[0]

        def log_ratio(left_out):
            means = []
            for place, one in enumerate(documents):
                kept = every.edges[place] + np.flatnonzero(one != left_out)
                strata = np.zeros(len(kept), dtype=int)
                means.append(np.mean([mean_pairwise_cosine(r[kept], strata).value for r in rows]))
            return np.log(means[0] / np.mean(means[1:]))

        without = np.array([log_ratio(document) for document in range(60)])
        by_hand = np.sqrt(59 / 60 * ((without - without.mean()) ** 2).sum())
        assert found.error == pytest.approx(by_hand, rel=0.05)
        assert found.log_ratio == pytest.approx(log_ratio(-1))


class TestWhoMadeThemAlike:
    def test_what_real_texts_have_is_inherited(self):
        groups = [in_groups(240), in_groups(240)]
        sides = [
            [
                f"{TEMPLATE} {text}" if group == "g0" else text
                for group, text in zip(groups[side], written(240, 7 + side), strict=True)
            ]
            for side in (0, 1)
        ]
        tables, findings = asked(*sides, {"group": groups})
        row = next(row for row in tables["groups"] if row.group == (("group", "g0"),))
        assert row.inherited.low > 1
        assert row.ratio.low <= 1 <= row.ratio.high
        assert findings[("group", "g0"),].verdict is not Verdict.PROBLEM

    @pytest.mark.parametrize(
        ("inherited", "said"),
        [
            (Estimate(1.5, 1.2, 1.8), "already 1.50 (1.20 to 1.80) times"),
            (Estimate(1.1, 0.9, 1.3), "so that it was added"),
            (Estimate.unknown(), ""),
        ],
    )
    def test_is_said(self, inherited, said):
        assert said in blame(inherited)


class TestIdentities:
    def test_words_that_name_people_are_left_out(self):
        plain = [
            f"the weather of day {i} was {WORDS[i * 7]} and {WORDS[i * 5 + 1]} for the "
            f"{WORDS[i * 3 + 2]} in {WORDS[i + 9]} as {WORDS[2 * i + 1]} said to {WORDS[i + 400]}"
            for i in range(40)
        ]
        named = [f"{text} old women women women" for text in plain]
        same = [f"{text} {WORDS[900 + i]} {WORDS[950 + i]} {WORDS[1000 + i]} {WORDS[1100 + i]}"
                for i, text in enumerate(plain)]  # fmt: skip
        corpora = corpora_of(same, named, settings=Settings())
        row = text_diversity.measure(corpora)["groups"][0]
        assert row.with_identities.value > row.ratio.value


class TestEmbeddings:
    def test_vectors_of_the_user_are_compared(self):
        rng = np.random.default_rng(1)
        texts = written(40, 1)
        spread, narrow = rng.normal(size=(40, 6)), 3 + rng.normal(size=(40, 6))
        frames = [
            pd.DataFrame({"text": texts, "vector": [json.dumps(v.tolist()) for v in vectors]})
            for vectors in (spread, narrow)
        ]
        audit = audits.compare_text(
            *frames, embeddings="vector", language="de", ask=["text_diversity"]
        )
        row = audit["text_diversity"].rows[0]
        assert row.embedded.value > 0.8 > row.embedded_beside.high
        assert row.embedded_index.low > 0.5

    def test_a_model_that_is_not_installed_says_what_to_type(self):
        frame = pd.DataFrame({"text": written(12, 1)})
        with pytest.raises(audits.AuditError, match="pip install sentence-transformers"):
            audits.compare_text(
                frame, frame, embeddings="all-minilm", language="de", ask=["text_diversity"]
            )


class TestTooLittle:
    def test_too_few_texts(self):
        _, findings = asked(written(9, 1), written(40, 2))
        assert findings[()].verdict is Verdict.NOT_ENOUGH_EVIDENCE
        assert "9 real texts and 40 synthetic texts are too few" in findings[()].because

    def test_too_short_texts(self):
        _, findings = asked(written(40, 1, words=8), written(40, 2, words=8))
        assert "have too few among them of 20 words or more" in findings[()].because

    def test_copies_of_one_text_are_as_alike_as_can_be(self):
        tables, findings = asked(written(40, 1), written(1, 2) * 40)
        assert findings[()].verdict is Verdict.PROBLEM
        assert whole(tables).similarity.value == pytest.approx(1.0)

    def test_a_more_varied_group_is_said_to_be(self):
        texts = [f"{TEMPLATE} {text}" for text in written(60, 1)]
        _, findings = asked(texts, written(60, 2))
        assert findings[()].verdict is Verdict.OK
        assert "more varied: two synthetic texts are" in findings[()].because


def test_order_of_texts_does_not_matter():
    real, synthetic = written(40, 1), written(50, 2)
    labels = [in_groups(40), in_groups(50)]
    settings = Settings().having(matched_draws=20, matched_texts=10)
    first, _ = asked(real, synthetic, {"group": labels}, settings)
    back = asked(real[::-1], synthetic[::-1], {"group": [one[::-1] for one in labels]}, settings)
    assert str(first) == str(back[0])
