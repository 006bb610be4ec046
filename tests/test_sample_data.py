"""The sample files are what their generator writes, and their known answers hold."""

from __future__ import annotations

import csv
import importlib.util
import tomllib
from collections import Counter
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

FOLDER = Path(__file__).parents[1] / "sample_data"
ANSWERS = tomllib.loads((FOLDER / "answers.toml").read_text(encoding="utf-8"))
NUMBERS = ("age", "household_size", "weekly_hours", "commute_minutes")
FILES = sorted(path.relative_to(FOLDER).as_posix() for path in FOLDER.rglob("*.csv"))
VERSIONS = ("good", "three", "same")


def read(name):
    with (FOLDER / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


REAL = read("survey_real.csv")
COLUMNS = tuple(REAL[0])[1:]
SYNTHETIC = {version: read(f"synthetic_{version}.csv") for version in VERSIONS}


def among(rows, **wanted):
    return [row for row in rows if all(row[c] == v for c, v in wanted.items())]


def tally(rows, column):
    return Counter(row[column] for row in rows)


def profiles(rows):
    return [tuple(row[c] for c in COLUMNS) for row in rows]


def groups(*, black):
    """Every race, sex, region and race × sex."""
    races, sexes, regions = (sorted(tally(REAL, c)) for c in ("race", "sex", "region"))
    found = [{"race": r} for r in races] + [{"race": r, "sex": s} for r in races for s in sexes]
    found = [g for g in found if (g["race"] == "Black") is black]
    return (
        found if black else found + [{"sex": s} for s in sexes] + [{"region": r} for r in regions]
    )


HONEST = [pytest.param(g, id="×".join(g.values())) for g in groups(black=False)]

# --- a second, plain implementation of the yardsticks ---


def numbers(rows, column):
    return np.array([float(row[column]) if row[column] else np.nan for row in rows])


KNOWN = {c: np.sort(numbers([r for r in REAL if r[c]], c)) for c in NUMBERS}


def ranks(rows, column):
    """The mid-ECDF of the real table; missing stays nan."""
    x, known = numbers(rows, column), KNOWN[column]
    place = (np.searchsorted(known, x) + np.searchsorted(known, x, "right")) / 2 / len(known)
    return np.where(np.isnan(x), np.nan, place)


def dissimilarity(rows, column):
    """Mean difference of two different rows."""
    n = len(rows)
    if column not in NUMBERS:
        counts = np.array(list(tally(rows, column).values()))
        return (n * n - np.sum(counts**2)) / (n * (n - 1))
    x = ranks(rows, column)
    known = np.sort(x[~np.isnan(x)])
    k = len(known)
    within = 2 * np.sum((2 * np.arange(1, k + 1) - k - 1) * known)
    return (within + 2 * k * (n - k)) / (n * (n - 1))


def homogenisation(real, synthetic, columns):
    r = np.array([dissimilarity(real, c) for c in columns])
    s = np.array([dissimilarity(synthetic, c) for c in columns])
    by_column = {c: 1 - b / a for c, a, b in zip(columns, r, s, strict=True) if a > 0}
    return 1 - s.sum() / r.sum(), by_column


def total_variation(real, synthetic, column):
    r, s = tally(real, column), tally(synthetic, column)
    return sum(abs(r[v] / len(real) - s[v] / len(synthetic)) for v in r | s) / 2


def shift(real, synthetic, column):
    x, y = (np.sort(v[~np.isnan(v)]) for v in (numbers(t, column) for t in (real, synthetic)))
    grid = np.arange(0, 200)
    apart = np.searchsorted(x, grid, "right") / len(x) - np.searchsorted(y, grid, "right") / len(y)
    return np.abs(apart).sum() / KNOWN[column].std()


def ancestors(real, synthetic, columns):
    """Exponential entropy of the nearest real rows; ties are shared."""
    apart = np.zeros((len(synthetic), len(real)))
    for c in columns:
        if c in NUMBERS:
            x, y = ranks(synthetic, c)[:, None], ranks(real, c)[None, :]
            gone = np.isnan(x) != np.isnan(y)
            apart += np.where(gone, 1, np.nan_to_num(np.abs(x - y)))
        else:
            values = [np.array([row[c] for row in t]) for t in (synthetic, real)]
            apart += values[0][:, None] != values[1][None, :]
    nearest = np.isclose(apart, apart.min(axis=1, keepdims=True), rtol=0, atol=1e-9)
    v = (nearest / nearest.sum(axis=1, keepdims=True)).sum(axis=0) / len(synthetic)
    return float(np.exp(-np.sum(v[v > 0] * np.log(v[v > 0]))))


def without(group):
    return [c for c in COLUMNS if c not in group]


# --- the files ---


@pytest.fixture(scope="module")
def generate():
    spec = importlib.util.spec_from_file_location("generate", FOLDER / "generate.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_generator_writes_these_very_bytes(generate, tmp_path):
    generate.write_all(tmp_path)
    assert sorted(p.relative_to(tmp_path).as_posix() for p in tmp_path.rglob("*.csv")) == FILES
    assert [f for f in FILES if (tmp_path / f).read_bytes() != (FOLDER / f).read_bytes()] == []


def test_the_files_are_small():
    sizes = [path.stat().st_size for path in FOLDER.rglob("*.csv")]
    assert max(sizes) < 400_000
    assert sum(sizes) < 2_000_000


def test_all_tables_have_the_same_columns_and_unique_people():
    for name, rows in ANSWERS["rows"].items():
        table = read(name)
        assert (len(table), tuple(table[0])) == (rows, ("person_id", *COLUMNS))
        assert len(tally(table, "person_id")) == rows
    assert set(FILES) == {*ANSWERS["rows"], "population.csv"}


def test_rows_of_each_race():
    assert tally(REAL, "race") == ANSWERS["race"]["real"]
    assert tally(read("survey_holdout.csv"), "race") == ANSWERS["race"]["holdout"]
    for table in SYNTHETIC.values():
        assert tally(table, "race") == ANSWERS["race"]["synthetic"]


def test_groups_are_large_enough_to_judge_except_black_people():
    assert min(len(among(REAL, **g)) for g in groups(black=False)) >= 100


def test_missing_values():
    empty = {c: tally(REAL, c)[""] for c in COLUMNS}
    assert {c: n for c, n in empty.items() if n} == ANSWERS["missing"]


def test_who_is_idle_does_not_commute():
    for row in REAL + read("survey_holdout.csv"):
        if row["commute_minutes"]:
            assert (row["weekly_hours"] == "0") == (row["commute_minutes"] == "0")


def test_income_follows_education():
    def well_off(education):
        rows = among(REAL, education=education)
        return np.mean([row["income_band"] in {"upper-middle", "high"} for row in rows])

    steps = ("no diploma", "high school", "some college", "bachelor", "graduate")
    assert all(a < b for a, b in pairwise(map(well_off, steps)))


def test_the_thirty():
    black, known = among(REAL, race="Black"), ANSWERS["black"]
    assert len(set(profiles(black))) == len(black) == known["distinct"]
    for column in ("income_band", "skin_tone", "sex", "region", "insured"):
        assert tally(black, column) == known[column]
    assert len(tally(black, "education")) == known["education_levels"]
    ages = sorted(int(row["age"]) for row in black)
    assert [ages[0], ages[-1]] == known["ages"]


def test_black_people_vary_in_the_population(generate):
    crowd = generate.people(np.full(40_000, generate.BLACK), generate.streams(99))
    for column, shares in ANSWERS["black_population"].items():
        drawn = np.bincount(crowd[column]) / 40_000
        known = [shares[level] for level in generate.LEVELS[column]]
        assert sum(known) == pytest.approx(1)
        assert drawn == pytest.approx(known, abs=0.01)


def test_other_races_vary_in_income_and_skin_tone():
    for group in groups(black=False):
        rows = among(REAL, **group)
        assert len(tally(rows, "income_band")) == 4
        assert len(tally(rows, "skin_tone")) == 3


def test_the_holdout_has_the_same_flaw_and_other_people():
    holdout = read("survey_holdout.csv")
    black = among(holdout, race="Black")
    assert set(tally(black, "income_band")) == {"middle"}
    assert set(tally(black, "skin_tone")) == {"lighter"}
    shared = set(profiles(holdout)) & set(profiles(REAL))
    assert len(shared) < 0.01 * len(holdout)


def test_population_shares_sum_to_one_as_written():
    rows = read("population.csv")
    assert tally(rows, "column") == ANSWERS["population"]["groups"]
    for column in tally(rows, "column"):
        assert (
            sum(int(row["share"].replace(".", "")) for row in among(rows, column=column)) == 10_000
        )
    share = {(row["column"], row["group"]): row["share"] for row in rows}
    assert share["race", "Black"] == ANSWERS["population"]["black"]
    assert share["income_band", "middle"] == ANSWERS["population"]["middle"]
    for race, sex in (("Black", "female"), ("Other", "male")):
        both = float(share["race", race]) * float(share["sex", sex])
        assert float(share["race×sex", f"{race}×{sex}"]) == pytest.approx(both, abs=5e-5)


# --- the synthetic versions ---


def test_the_versions_differ_in_their_black_rows_only():
    others = [
        Counter(profiles(row for row in table if row["race"] != "Black"))
        for table in SYNTHETIC.values()
    ]
    assert others[0] == others[1] == others[2]


@pytest.mark.parametrize("group", HONEST)
def test_an_honest_group_keeps_its_variety(group):
    real, synthetic = among(REAL, **group), among(SYNTHETIC["good"], **group)
    joint, by_column = homogenisation(real, synthetic, without(group))
    assert abs(joint) <= ANSWERS["honest"]["homogenisation_at_most"]
    assert max(by_column.values()) <= ANSWERS["honest"]["attribute_homogenisation_at_most"]


@pytest.mark.parametrize("group", HONEST)
def test_an_honest_group_hardly_drifts(group):
    honest = ANSWERS["honest"]
    real, synthetic = among(REAL, **group), among(SYNTHETIC["good"], **group)
    drift = {c: total_variation(real, synthetic, c) for c in without(group) if c not in NUMBERS}
    if "race" not in group:  # 780 for 30: the share of Black people is meant to move
        assert honest["race_moves"][0] < drift.pop("race") < honest["race_moves"][1]
        assert max(drift.values()) <= honest["total_variation_of_others_at_most"]
    else:
        assert max(drift.values()) <= honest["total_variation_at_most"]
    assert max(shift(real, synthetic, c) for c in NUMBERS) <= honest["shift_at_most"]


@pytest.mark.parametrize("group", [g for g in HONEST if "race" in g.values[0]])
def test_an_honest_group_rests_on_many(group):
    real, synthetic = among(REAL, **group), among(SYNTHETIC["good"], **group)[:800]
    copies = np.mean([p in set(profiles(real)) for p in profiles(synthetic)])
    assert copies <= ANSWERS["honest"]["copies_at_most"]
    basis = ancestors(real, synthetic, without(group))
    assert basis >= ANSWERS["honest"]["spread_at_least"] * min(len(real), len(synthetic))


@pytest.mark.parametrize("version", VERSIONS)
def test_black_rows_keep_the_sameness_of_the_thirty(version):
    black = among(SYNTHETIC[version], race="Black")
    assert set(tally(black, "income_band")) == {"middle"}
    assert set(tally(black, "skin_tone")) == {"lighter"}


@pytest.mark.parametrize("version", VERSIONS)
def test_how_many_stand_behind_the_black_rows(version):
    real, synthetic = among(REAL, race="Black"), among(SYNTHETIC[version], race="Black")
    low, high = ANSWERS[version]["ancestors"]
    assert low <= ancestors(real, synthetic, without({"race"})) <= high


@pytest.mark.parametrize("version", VERSIONS)
def test_variety_of_the_black_rows(version):
    real, synthetic = among(REAL, race="Black"), among(SYNTHETIC[version], race="Black")
    joint, by_column = homogenisation(real, synthetic, without({"race"}))
    low, high = ANSWERS[version]["homogenisation"]
    assert low <= joint <= high
    assert not {"income_band", "skin_tone"} & set(by_column)  # nothing there to lose


@pytest.mark.parametrize("sex", ["female", "male"])
def test_the_good_version_keeps_both_sexes_varied_and_the_collapsed_one_does_not(sex):
    group = {"race": "Black", "sex": sex}
    lost = {
        version: homogenisation(among(REAL, **group), among(table, **group), without(group))[0]
        for version, table in SYNTHETIC.items()
    }
    assert lost["good"] < 0.10
    assert lost["three"] > 0.25


def test_the_three_are_the_three_named():
    black = among(REAL, race="Black")
    named = [row for row in black if row["person_id"] in ANSWERS["three"]["copied"]]
    kept = ("household_size", "region", "sex")  # not moved, seldom exchanged
    whole = Counter(tuple(row[c] for c in kept) for row in among(SYNTHETIC["three"], race="Black"))
    assert {p for p, _ in whole.most_common(3)} == {tuple(r[c] for c in kept) for r in named}


# --- the generations ---


def test_generations_lose_black_people_and_variety():
    chain = [read(f"generations/g{number}.csv") for number in range(5)]
    known = ANSWERS["generations"]
    assert [len(among(g, race="Black")) for g in chain] == known["black"]
    assert [len(among(g, race="White")) for g in chain] == known["white"]
    variety = [sum(dissimilarity(g, c) for c in COLUMNS) for g in chain]
    assert all(later < earlier for earlier, later in pairwise(variety))
    assert variety[known["loses_a_quarter_of_its_variety_by"]] < 0.75 * variety[0]
    assert set(profiles(chain[0])) <= set(profiles(REAL))
