"""Essays that people wrote alone and with a model: more alike where it was published that they are.

Padmakumar & He (2024) had essays on ten topics written without help, with GPT-3 and with
InstructGPT, and found those with InstructGPT more alike, by ROUGE-L within topics, and those with
GPT-3 not.
"""

import gzip
import json
import re
from itertools import combinations

import numpy as np
import pandas as pd
import pytest
from sklearn.feature_extraction.text import TfidfVectorizer

import audits
from audits.results import Verdict

pytestmark = pytest.mark.real_data


@pytest.fixture(scope="module")
def essays(real_data):
    def read(name):
        path = real_data / "essays_hai" / f"essays_{name}.jsonl.gz"
        with gzip.open(path, "rt", encoding="utf-8") as lines:
            rows = [json.loads(line) for line in lines]
        return pd.DataFrame({"text": [row["essay"] for row in rows],
                             "topic": [row["title"] for row in rows]})  # fmt: skip

    return {name: read(name) for name in ("solo", "gpt3", "instructgpt")}


def longest_common(first, second):
    """Length of the longest common subsequence, by rows of bits (Hyyrö 2004)."""
    places: dict[str, int] = {}
    for place, word in enumerate(first):
        places[word] = places.get(word, 0) | (1 << place)
    full = row = (1 << len(first)) - 1
    for word in second:
        met = row & places.get(word, 0)
        row = ((row + met) | (row - met)) & full
    return len(first) - row.bit_count()


def rouge_l(first, second):
    return 2 * longest_common(first, second) / (len(first) + len(second))


def within_topics(essays):
    means = []
    for _, texts in essays[essays["text"].str.strip() != ""].groupby("topic")["text"]:
        words = [re.findall(r"[a-z0-9]+", text.lower()) for text in texts]
        means.append(np.mean([rouge_l(a, b) for a, b in combinations(words, 2)]))
    return float(np.mean(means))


@pytest.fixture(scope="module")
def audit_of(essays):
    def audit(name):
        return audits.compare_text(
            essays["solo"], essays[name], prompt="topic", ask=["text_diversity"]
        )

    return {name: audit(name) for name in ("gpt3", "instructgpt")}


def whole(audit):
    return audit["text_diversity"].rows[0]


def words_and_pairs(essays, *, empty=True):
    """Mean cosine within topics of tf-idf of words and pairs, over all essays."""
    every = pd.concat(essays, names=["side", "row"]).reset_index("side")
    if not empty:
        every = every[every["text"].str.strip() != ""]
    maker = TfidfVectorizer(ngram_range=(1, 2), min_df=2, sublinear_tf=True)
    rows = maker.fit_transform(every["text"])
    cosines = (rows @ rows.T).toarray()
    means = {}
    for side in essays:
        within = []
        for topic in every["topic"].unique():
            there = np.flatnonzero((every["side"] == side) & (every["topic"] == topic))
            block = cosines[np.ix_(there, there)]
            within.append(block[~np.eye(len(there), dtype=bool)].mean())
        means[side] = float(np.mean(within))
    return means


def test_the_figures_referred_to_are_met(essays):
    """.128 alone, .159 with InstructGPT: found by search, as the measure was not named with them.

    Other weights meet both, too. The empty essay is like no other.
    """
    found = words_and_pairs(essays)
    assert found["solo"] == pytest.approx(0.128, abs=0.0005)
    assert found["instructgpt"] == pytest.approx(0.159, abs=0.0005)
    assert found["gpt3"] == pytest.approx(0.134, abs=0.0005)


def test_without_the_empty_essay_their_ratio_is_that_of_the_audit(essays, audit_of):
    found = words_and_pairs(essays, empty=False)
    ratio = found["instructgpt"] / found["solo"]
    assert found["solo"] == pytest.approx(0.130, abs=0.0005)
    assert ratio == pytest.approx(whole(audit_of["instructgpt"]).ratio.value, abs=0.01)


def test_the_published_measure_orders_them_so(essays):
    found = {name: within_topics(one) for name, one in essays.items()}
    assert found["instructgpt"] / found["solo"] == pytest.approx(1.076, abs=0.01)
    assert found["gpt3"] / found["solo"] == pytest.approx(1.0, abs=0.01)


def test_with_instructgpt_essays_are_more_alike(audit_of):
    row = whole(audit_of["instructgpt"])
    assert row.prompts == 10
    assert row.ratio.value > row.floor
    assert row.ratio.low > 1.05
    assert row.index.low > 0
    assert audit_of["instructgpt"].about("text_diversity", ())[0].verdict is Verdict.WATCH


def test_with_gpt3_they_are_not(audit_of):
    row = whole(audit_of["gpt3"])
    assert row.ratio.low < 1 < row.ratio.high
    assert row.ratio.value < whole(audit_of["instructgpt"]).ratio.low + 0.05
    verdict = audit_of["gpt3"].about("text_diversity", ())[0].verdict
    assert verdict in (Verdict.OK, Verdict.NOT_ENOUGH_EVIDENCE)


def test_runs_of_words_are_shared_with_instructgpt(audit_of):
    ratio = {
        name: next(row.ratio for row in audit["text_diversity"].tables["variety"]
                   if not row.group and row.measure == "shared runs of five words")
        for name, audit in audit_of.items()
    }  # fmt: skip
    assert ratio["instructgpt"].low > 1
    assert ratio["gpt3"].low < 1
