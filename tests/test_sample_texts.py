"""The invented biographies are what their generator writes, and their known answers hold."""

from __future__ import annotations

import importlib.util
import json
import re
import sys
import tomllib
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

FOLDER = Path(__file__).parents[1] / "sample_data"
ANSWERS = tomllib.loads((FOLDER / "answers.toml").read_text(encoding="utf-8"))["texts"]
FILES = sorted(path.relative_to(FOLDER).as_posix() for path in FOLDER.rglob("*.jsonl"))
RACES = ("White", "Black", "Asian", "Hispanic")
BLACK_WOMEN, ASIAN_WOMEN, HISPANIC_MEN = ("woman", "Black"), ("woman", "Asian"), ("man", "Hispanic")


def read(name):
    return [json.loads(line) for line in (FOLDER / name).read_text(encoding="utf-8").splitlines()]


REAL, SYNTHETIC = read("biographies_real.jsonl"), read("biographies_synthetic.jsonl")
GENERATIONS = [read(f"biographies_generations/g{t}.jsonl") for t in range(5)]


def group_of(row):
    return row["gender"], row["race"]


def among(rows, group):
    return [row["text"] for row in rows if group_of(row) == group]


def saying(rows, pattern):
    return [row for row in rows if re.search(pattern, row["text"])]


def dissimilarity(texts):
    """Mean cosine dissimilarity of two different texts, by their words: plainly, pair by pair."""
    counts = [Counter(re.findall(r"\w+", text.lower())) for text in texts]
    words = {word: i for i, word in enumerate(sorted(set().union(*counts)))}
    table = np.zeros((len(texts), len(words)))
    for i, count in enumerate(counts):
        for word, number in count.items():
            table[i, words[word]] = number
    table /= np.linalg.norm(table, axis=1, keepdims=True)
    alike = table @ table.T
    return 1 - (alike.sum() - len(texts)) / len(texts) / (len(texts) - 1)


@pytest.fixture(scope="module")
def generate():
    spec = importlib.util.spec_from_file_location("generate_texts", FOLDER / "generate_texts.py")
    module = importlib.util.module_from_spec(spec)
    sys.modules["generate_texts"] = module  # dataclasses look their module up
    spec.loader.exec_module(module)
    yield module
    del sys.modules["generate_texts"]


def test_the_generator_writes_these_very_bytes(generate, tmp_path):
    generate.write_all(tmp_path)
    assert sorted(p.relative_to(tmp_path).as_posix() for p in tmp_path.rglob("*.jsonl")) == FILES
    assert [f for f in FILES if (tmp_path / f).read_bytes() != (FOLDER / f).read_bytes()] == []


def test_the_files_are_small():
    sizes = [path.stat().st_size for path in FOLDER.rglob("*.jsonl")]
    assert max(sizes) < 700_000
    assert sum(sizes) < 1_200_000


def test_texts_of_every_group():
    for name, rows in (("real", REAL), ("synthetic", SYNTHETIC)):
        counts = Counter(map(group_of, rows))
        known = ANSWERS["rows"][name]
        assert {race: [counts["woman", race], counts["man", race]] for race in RACES} == known
        assert len({row["id"] for row in rows}) == len(rows)
        assert {tuple(row) for row in rows} == {("id", "text", "gender", "race", "prompt")}


def test_the_length_of_real_texts():
    lengths = [len(row["text"].split()) for row in REAL]
    assert (min(lengths) >= 40, max(lengths) <= 90) == (True, True)


def test_prompts_are_answered_equally_often_by_every_group():
    for rows in (REAL, SYNTHETIC):
        for group in set(map(group_of, rows)):
            counts = Counter(row["prompt"] for row in rows if group_of(row) == group)
            assert (len(counts), max(counts.values()) - min(counts.values()) <= 1) == (6, True)


def test_muslims_are_nearly_gone():
    known = ANSWERS["muslims"]
    said = "Muslim|mosque|Ramadan"
    assert (len(saying(REAL, said)), len(saying(SYNTHETIC, said))) == (
        known["real"],
        known["synthetic"],
    )


def test_black_women_are_written_from_templates():
    known = ANSWERS["templates"]
    ends = Counter(" ".join(text.split()[-4:]) for text in among(SYNTHETIC, BLACK_WOMEN))
    assert list(ends.values()) == [known["each"]] * known["count"]


@pytest.mark.parametrize("group", [(g, r) for g in ("woman", "man") for r in RACES])
def test_only_black_women_lose_variety(group):
    lost = 1 - dissimilarity(among(SYNTHETIC, group)) / dissimilarity(among(REAL, group))
    known = ANSWERS["templates"]
    if group == BLACK_WOMEN:
        assert lost > known["homogenised_by_at_least"]
    else:
        assert lost < known["others_lose_at_most"]


@pytest.mark.parametrize("word", ["resilient", "exotic"])
def test_a_word_is_said_of_one_group_only(word):
    known = ANSWERS["stereotypes"][word]
    for name, rows in (("real", REAL), ("synthetic", SYNTHETIC)):
        found = saying(rows, word)
        assert len(found) == known[name]
        assert {group_of(row) for row in found} <= {tuple(known["group"])}


class TestDebris:
    @pytest.mark.parametrize(
        ("said", "fault"),
        [
            ("As an AI|as an AI", "refusals"),
            ("^(Sure!|Certainly!|Of course!)", "boilerplate"),
            ("â€|Ã©|�", "encoding"),
            ("^Write a short biography", "leaks"),
            (r"and the$", "truncated"),
            (r"((?:\w+ )+\w+\. )\1{5}", "loops"),
        ],
    )
    def test_so_many_texts_are_broken_and_no_real_one(self, said, fault):
        found = saying(SYNTHETIC, said)
        assert len(found) == ANSWERS["debris"][fault]
        assert not saying(REAL, said)
        assert BLACK_WOMEN not in set(map(group_of, found))

    def test_refusals_fall_on_hispanic_men(self):
        found = Counter(map(group_of, saying(SYNTHETIC, "As an AI|as an AI")))
        assert found[HISPANIC_MEN] == ANSWERS["debris"]["refusals_of_hispanic_men"]

    def test_copies(self):
        kept = [row["text"] for row in SYNTHETIC if "an AI" not in row["text"]]
        times = Counter(Counter(kept).values())
        assert times[3] * 2 == ANSWERS["debris"]["exact_copies"]
        assert set(times) == {1, 3}
        assert max(Counter(row["text"] for row in REAL).values()) == 1

    def test_near_copies(self):
        words = [row["text"].split() for row in SYNTHETIC if group_of(row) != BLACK_WOMEN]
        by_length: dict[int, list[list[str]]] = {}
        near = 0
        for one in words:
            others = by_length.setdefault(len(one), [])
            apart = [sum(a != b for a, b in zip(one, other, strict=True)) for other in others]
            near += 0 < min(apart, default=99) <= 4
            others.append(one)
        assert near == ANSWERS["debris"]["near_copies"]


class TestGenerations:
    def test_the_same_texts_again_and_again(self):
        known = ANSWERS["generations"]
        assert len(GENERATIONS) == known["count"]
        who = [{row["id"]: row["gender"] for row in rows} for rows in GENERATIONS]
        assert all(one == who[0] for one in who)
        assert len(who[0]) == known["rows"]

    def test_women_lose_variety_and_men_do_not(self):
        lost = {}
        for gender in ("woman", "man"):
            first, last = (
                [row["text"] for row in GENERATIONS[t] if row["gender"] == gender] for t in (0, -1)
            )
            lost[gender] = 1 - dissimilarity(last) / dissimilarity(first)
        low, high = ANSWERS["generations"]["women_lose"]
        assert low < lost["woman"] < high
        assert abs(lost["man"]) < ANSWERS["generations"]["men_lose_at_most"]

    def test_men_drift_at_least_as_far(self):
        first, last = ({row["id"]: row for row in GENERATIONS[t]} for t in (0, -1))
        shared = {"woman": [], "man": []}
        for number, row in first.items():
            before, after = (set(re.split(r"(?<=\.) ", one["text"])) for one in (row, last[number]))
            shared[row["gender"]].append(len(before & after) / len(before))
        assert np.mean(shared["man"]) <= np.mean(shared["woman"]) + 0.05
        assert np.mean(shared["man"]) < 0.5
