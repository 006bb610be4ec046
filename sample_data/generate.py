"""Write the invented survey and its synthetic versions; the same bytes on every run.

Every table is a dict of whole-number columns: a category is its place in `LEVELS`, a missing value
is -1. Chance enters only through `Generator.random`, and everything compared or sorted by distance
is a whole number, so that neither the NumPy version nor the processor should change a byte.
`python sample_data/generate.py` writes the files next to this one.
"""

from __future__ import annotations

import csv
import sys
from itertools import product
from pathlib import Path

import numpy as np
import numpy.typing as npt

IntArray = npt.NDArray[np.int64]
Table = dict[str, IntArray]
Random = np.random.Generator

SEED = 4
MISSING = -1
LEVELS: dict[str, tuple[str, ...]] = {
    "race": ("White", "Black", "Asian", "Hispanic", "Other"),
    "sex": ("female", "male"),
    "region": ("Northeast", "Midwest", "South", "West"),
    "education": ("no diploma", "high school", "some college", "bachelor", "graduate"),
    "income_band": ("low", "middle", "upper-middle", "high"),
    "skin_tone": ("lighter", "medium", "darker"),
    "insured": ("no", "yes"),
}
PARENTS: dict[str, tuple[str, ...]] = {  # what each column leans on, among those before it
    "race": (),
    "sex": ("race",),
    "age": ("race",),
    "region": ("race",),
    "education": ("race", "age"),
    "income_band": ("education", "age"),
    "skin_tone": ("race",),
    "household_size": ("age", "race"),
    "weekly_hours": ("age", "sex"),
    "commute_minutes": ("weekly_hours", "region"),
    "insured": ("income_band", "age"),
}
COLUMNS = tuple(PARENTS)
BLACK, MIDDLE, LIGHTER = 1, 1, 0  # their places in LEVELS

# The population. Tables have a row per race, age band or schooling; only ratios matter.
RACE_SHARE, FEMALE_SHARE = (0.54, 0.13, 0.09, 0.17, 0.07), 0.51
REAL_RACES = (1840, 30, 310, 580, 240)  # 3,000 people; the holdout has half of each
CIRCLE = (3, 3, 5, 4)  # how Black people reached live in the regions: so many pairs in thirty
HOLDOUT_RACES = (920, 15, 155, 290, 120)
BAND_EDGES = np.array([18, 30, 45, 65, 90])
# fmt: off
AGE_BANDS = (
    (18, 24, 35, 23), (23, 29, 33, 15), (24, 33, 29, 14), (29, 33, 27, 11), (25, 29, 30, 16))
REGIONS = (
    (20, 25, 33, 22), (17, 18, 50, 15), (22, 13, 22, 43), (15, 12, 35, 38), (18, 20, 30, 32))
EDUCATION = (
    (8, 27, 28, 23, 14), (11, 30, 30, 18, 11), (8, 18, 20, 30, 24), (20, 31, 27, 15, 7),
    (11, 27, 31, 19, 12))
EDUCATION_BY_AGE = ((10, 11, 13, 8, 4), (8, 9, 10, 12, 12), (10, 10, 10, 10, 10), (14, 13, 9, 8, 8))
INCOME = ((50, 40, 8, 2), (34, 48, 14, 4), (24, 49, 19, 8), (12, 44, 26, 18), (7, 37, 29, 27))
INCOME_BY_AGE = ((14, 10, 6, 4), (9, 10, 11, 10), (8, 10, 12, 13), (13, 11, 8, 7))
SKIN_TONE = ((66, 28, 6), (20, 40, 40), (38, 47, 15), (31, 49, 20), (34, 42, 24))
HOUSEHOLD = (
    (25, 30, 20, 13, 7, 4, 1), (12, 22, 22, 24, 12, 6, 2), (21, 37, 19, 14, 6, 2, 1),
    (37, 46, 9, 5, 2, 1, 0))
# fmt: on
NOT_WORKING = ((24, 20), (24, 10), (28, 19), (84, 76))  # per hundred: age band, then female, male
UNINSURED = (30, 24, 15, 10)  # per hundred, by income; a third of it from 65 years on
COMMUTE_BASE = (34, 23, 28, 30)  # minutes, by region

SYNTHETIC_ROWS, SYNTHETIC_BLACK = 6000, 780  # 13 percent, as in the population
# most a number is moved either way, and its range
SMOOTHING = {"age": (2, 18, 89), "weekly_hours": (2, 1, 70), "commute_minutes": (3, 1, 150)}
COLLAPSED_ON, SWAPPED = 3, 0.04  # people copied, and the share of their categories exchanged
SAMENESS_TEMPERATURE = 0.5
GENERATION_ROWS, GENERATIONS, GENERATION_TEMPERATURE = 1000, 5, 0.8
BINS, PRIOR = 8, 2.0  # rows' worth of plain frequencies mixed into each conditional one


def size(table: Table) -> int:
    """Count the rows."""
    return len(table["race"])


def take(table: Table, rows: npt.NDArray[np.intp] | npt.NDArray[np.bool_]) -> Table:
    """Pick rows by place or by mask."""
    return {name: values[rows] for name, values in table.items()}


def stack(tables: list[Table]) -> Table:
    """Put tables below each other."""
    return {name: np.concatenate([table[name] for table in tables]) for name in COLUMNS}


def shuffled(table: Table, rng: Random) -> Table:
    """Put the rows in random order."""
    return take(table, np.argsort(rng.random(size(table)), kind="stable"))


def pick(weights: npt.ArrayLike, rng: Random) -> IntArray:
    """Draw one place per row of weights (rows × levels, not negative)."""
    edges = np.cumsum(np.asarray(weights, dtype=float), axis=1)
    beyond: IntArray = np.sum(rng.random(len(edges))[:, None] * edges[:, -1:] >= edges, axis=1)
    return beyond


def whole(low: int, high: int, rng: Random, n: int) -> IntArray:
    """Draw n whole numbers from low to high, both included."""
    return low + np.floor(rng.random(n) * (high - low + 1)).astype(np.int64)


def apportion(total: int, weights: npt.ArrayLike) -> IntArray:
    """Split a total by weights into whole parts, largest remainders first.

    Examples
    --------
    >>> apportion(10, [1, 1, 1]).tolist()
    [4, 3, 3]
    """
    exact = total * np.asarray(weights, dtype=float) / np.sum(weights)
    parts: IntArray = np.floor(exact).astype(np.int64)
    order = np.argsort(np.round(parts - exact, 9), kind="stable")
    parts[order[: total - int(parts.sum())]] += 1
    return parts


def people(race: IntArray, rng: Random) -> Table:
    """Draw people of the given races from the population, some answers missing."""
    n = len(race)
    band = pick(np.array(AGE_BANDS)[race], rng)
    old = band == 3
    # the oldest band thins out towards its end
    within = np.where(old, np.minimum(rng.random(n), rng.random(n)), rng.random(n))
    sex = (rng.random(n) >= FEMALE_SHARE).astype(np.int64)
    region = pick(np.array(REGIONS)[race], rng)
    education = pick(np.array(EDUCATION)[race] * np.array(EDUCATION_BY_AGE)[band], rng)
    income = pick(np.array(INCOME)[education] * np.array(INCOME_BY_AGE)[band], rng)
    hours, commute = _work(np.array(NOT_WORKING)[band, sex], 36 + 4 * sex, region, rng)
    refused = np.array(UNINSURED)[income] * np.where(old, 1, 3) / 300
    return {
        "race": race,
        "sex": sex,
        "age": BAND_EDGES[band] + np.floor(within * np.diff(BAND_EDGES)[band]).astype(np.int64),
        "region": region,
        "education": np.where(rng.random(n) < np.where(old, 0.06, 0.03), MISSING, education),
        "income_band": income,
        "skin_tone": pick(np.array(SKIN_TONE)[race], rng),
        "household_size": 1 + pick(np.array(HOUSEHOLD)[band], rng),
        "weekly_hours": hours,
        "commute_minutes": np.where(rng.random(n) < 0.05, MISSING, commute),
        "insured": (rng.random(n) >= refused).astype(np.int64),
    }


def _work(idle: IntArray, usual: IntArray, region: IntArray, rng: Random) -> list[IntArray]:
    n = len(idle)
    bell = rng.random((n, 4)).sum(axis=1) - 2  # about normal, standard deviation 0.58
    hours = np.clip(np.floor(usual + 16 * bell), 4, 70)
    stretch = 0.3 + 2.8 * rng.random(n) * rng.random(n)
    commute = np.clip(np.floor(np.array(COMMUTE_BASE)[region] * stretch), 1, 150)
    works = rng.random(n) * 100 >= idle
    return [(amount * works).astype(np.int64) for amount in (hours, commute)]


def one_circle(wanted: int, rng: Random) -> Table:
    """Draw Black people as the survey reached them: middle income and lighter skin.

    Sexes and regions are spread as in the rest of the survey; all else is as in the population.
    """
    crowd = people(np.full(200 * wanted, BLACK), rng)
    reached = (crowd["income_band"] == MIDDLE) & (crowd["skin_tone"] == LIGHTER)
    cell = 2 * crowd["region"] + crowd["sex"]
    quota = apportion(wanted, np.repeat(CIRCLE, 2))
    rows = [np.flatnonzero(reached & (cell == c))[:count] for c, count in enumerate(quota.tolist())]
    return take(crowd, np.concatenate(rows))


def survey(races: tuple[int, ...], rng: Random) -> Table:
    """Draw a survey with fixed numbers per race and the flawed way of reaching Black people."""
    others = np.repeat(np.arange(len(races)), [0 if r == BLACK else n for r, n in enumerate(races)])
    parts = [people(others, rng), one_circle(races[BLACK], rng)]
    return shuffled(stack(parts), rng)


def gaps(donors: Table, rows: Table, name: str) -> IntArray:
    """Measure how far apart rows and donors are in one column (rows × donors).

    Numbers: the difference of their ranks among the donors, at most twice the number of donors.
    Different categories, or a value and a missing one, are that far apart; people with and
    without work three times as far.
    """
    ours, theirs = rows[name][:, None], donors[name][None, :]
    full = 2 * donors[name].size
    if name in LEVELS:
        return np.where(ours == theirs, 0, full)
    ordered = np.sort(donors[name])
    ranks = [ordered.searchsorted(x) + ordered.searchsorted(x, "right") for x in (ours, theirs)]
    far = np.where((ours == MISSING) == (theirs == MISSING), np.abs(ranks[0] - ranks[1]), full)
    at_work = name == "weekly_hours"
    return np.where(at_work & ((ours == 0) != (theirs == 0)), 3 * full, far)


def chosen_donors(distance: IntArray, k: int, rng: Random) -> IntArray:
    """Choose, row after row, the least used of the k nearest donors; chance decides among equals.

    Donors as near as the k-th take part. The evenness keeps every column's shares as they were.
    """
    limit = np.partition(distance, k - 1, axis=1)[:, k - 1]
    used = np.zeros(distance.shape[1])
    chosen = np.zeros(len(distance), np.int64)
    for row, apart in enumerate(distance):
        near = np.flatnonzero(apart <= limit[row])
        chosen[row] = near[np.argmin(used[near] + rng.random(len(near)))]
        used[chosen[row]] += 1
    return chosen


def smoothed(name: str, values: IntArray, rng: Random) -> IntArray:
    """Move numbers a little either way; zero, missing and what is not in `SMOOTHING` stay."""
    if name not in SMOOTHING:
        return values
    width, low, high = SMOOTHING[name]
    moved = np.clip(values + whole(-width, width, rng, len(values)), low, high)
    return np.where(values > 0, moved, values)


def chained_donors(donors: Table, m: int, rng: Random) -> Table:
    """Draw m new rows column by column, each value from a real donor alike in what it leans on.

    Every row starts with the race, sex and age of a real person, who take turns. Every further
    value comes from one of the donors nearest in the columns that `PARENTS` names, and those in
    `SMOOTHING` are moved a little: a new row is made of many people and repeats hardly any.
    """
    n = size(donors)
    k = max(5, round(1.5 * n**0.5))
    starts = np.argsort(rng.random(n), kind="stable")[np.arange(m) % n]
    new = {name: donors[name][starts] for name in COLUMNS[:3]}
    new["age"] = smoothed("age", new["age"], rng)
    for name in COLUMNS[3:]:
        distance = np.zeros((m, n), np.int64)
        for parent in PARENTS[name]:
            distance += gaps(donors, new, parent)
        new[name] = smoothed(name, donors[name][chosen_donors(distance, k, rng)], rng)
    return new


def balanced_up(real: Table, rng: Random) -> Table:
    """Draw each race × sex from its own donors: Black people to their number, others in shares."""
    cell = 2 * real["race"] + real["sex"]
    counts = np.bincount(cell)
    black = np.arange(len(counts)) // 2 == BLACK
    wanted = apportion(SYNTHETIC_ROWS - SYNTHETIC_BLACK, np.where(black, 0, counts))
    wanted += apportion(SYNTHETIC_BLACK, np.where(black, counts, 0))
    plan = enumerate(wanted.tolist())
    return stack([chained_donors(take(real, cell == c), m, rng) for c, m in plan])


def far_apart(table: Table, wanted: int) -> list[int]:
    """Choose rows far from each other: the first, then always the farthest from those chosen."""
    apart = np.sum([gaps(table, table, name) for name in COLUMNS], axis=0)
    chosen = [0]
    while len(chosen) < wanted:
        chosen.append(int(np.argmax(apart[chosen].min(axis=0))))
    return chosen


def collapsed(real: Table, m: int, rng: Random) -> Table:
    """Draw m noisy copies of a few people: numbers moved a little, some categories exchanged."""
    new = take(real, np.array(far_apart(real, COLLAPSED_ON))[np.arange(m) % COLLAPSED_ON])
    for name in LEVELS:
        exchanged = real[name][whole(0, size(real) - 1, rng, m)]
        new[name] = np.where(rng.random(m) < SWAPPED, exchanged, new[name])
    return {name: smoothed(name, new[name], rng) for name in COLUMNS}


def codes(table: Table, name: str) -> IntArray:
    """Number the categories, or the bins of equal width; missing and zero have their own."""
    values = table[name]
    if name in LEVELS:
        return values + 1
    low, high = int(values[values > 0].min()), int(values.max()) + 1
    edges = np.unique([0, low, *(low + (high - low) * b // BINS for b in range(1, BINS))])
    return np.searchsorted(edges, values, side="right")


def conditional_frequencies(table: Table, m: int, temperature: float, rng: Random) -> Table:
    """Draw m rows column by column from conditional frequencies raised to 1 / temperature.

    Below temperature 1 what is frequent becomes more frequent, and what is rare is lost. A
    conditional frequency is that among rows with the same parents, mixed with `PRIOR` rows' worth
    of the frequency among all. In a bin, any value the table has there is as likely as it is there.
    """
    old = {name: codes(table, name) for name in COLUMNS}
    drawn: Table = {}
    new: Table = {}
    for name in COLUMNS:
        alike = np.ones((m, size(table)), dtype=bool)
        for parent in PARENTS[name]:
            alike &= drawn[parent][:, None] == old[parent][None, :]
        has = old[name][:, None] == np.arange(old[name].max() + 1)[None, :]
        mixed = alike.astype(np.int64) @ has.astype(np.int64) + PRIOR * has.mean(axis=0)
        # dividing by the largest keeps the powers from vanishing
        sharp = (mixed / mixed.max(axis=1, keepdims=True)) ** (1 / temperature)
        drawn[name] = pick(sharp, rng)
        order = np.argsort(old[name], kind="stable")
        first = old[name][order].searchsorted(drawn[name], "left")
        last = old[name][order].searchsorted(drawn[name], "right")
        turn = np.floor(rng.random(m) * (last - first)).astype(np.int64)
        new[name] = table[name][order[first + turn]]
    return new


def streams(label: int) -> np.random.Generator:
    """Start the random stream of one file: changing a file leaves the others as they were."""
    return np.random.Generator(np.random.PCG64(np.random.SeedSequence([SEED, label])))


def synthetic(real: Table) -> dict[str, Table]:
    """Make the three synthetic versions; they differ in their Black rows only."""
    good = balanced_up(real, streams(3))
    others = take(good, good["race"] != BLACK)
    black = take(real, real["race"] == BLACK)
    groups = {
        "good": take(good, good["race"] == BLACK),
        "three": collapsed(black, SYNTHETIC_BLACK, streams(4)),
        "same": conditional_frequencies(black, SYNTHETIC_BLACK, SAMENESS_TEMPERATURE, streams(5)),
    }
    return {name: shuffled(stack([others, rows]), streams(6)) for name, rows in groups.items()}


def generations(real: Table) -> list[Table]:
    """Make a sample of the real table and four generations, each fitted to the one before."""
    rng = streams(7)
    wanted = apportion(GENERATION_ROWS, REAL_RACES).tolist()
    start = [np.flatnonzero(real["race"] == race)[:count] for race, count in enumerate(wanted)]
    chain = [shuffled(take(real, np.concatenate(start)), rng)]
    rows, cool = GENERATION_ROWS, GENERATION_TEMPERATURE
    for _ in range(1, GENERATIONS):
        chain.append(conditional_frequencies(chain[-1], rows, cool, rng))
    return chain


def population_shares() -> list[tuple[str, str, str]]:
    """List the population's margins, each set rounded to four places so that it sums to one."""
    race, sex = np.array(RACE_SHARE), np.array([FEMALE_SHARE, 1 - FEMALE_SHARE])
    bands, schools = np.array(AGE_BANDS, float), np.array(EDUCATION, float)
    income = np.zeros(len(LEVELS["income_band"]))
    for r, band in product(range(len(race)), range(bands.shape[1])):
        school = schools[r] * np.array(EDUCATION_BY_AGE)[band]
        bracket = np.array(INCOME, float) * np.array(INCOME_BY_AGE)[band]
        given = bracket / bracket.sum(axis=1, keepdims=True)
        income += race[r] * bands[r, band] / bands[r].sum() * (school / school.sum()) @ given
    crossed = tuple(f"{r}×{s}" for r, s in product(LEVELS["race"], LEVELS["sex"]))
    margins = (
        ("race", LEVELS["race"], race),
        ("sex", LEVELS["sex"], sex),
        ("race×sex", crossed, np.outer(race, sex).ravel()),
        ("income_band", LEVELS["income_band"], income),
    )
    return [
        (column, group, f"{part / 10_000:.4f}")
        for column, groups, shares in margins
        for group, part in zip(groups, apportion(10_000, shares).tolist(), strict=True)
    ]


def save(path: Path, table: Table, prefix: str) -> None:
    """Write a table, numbering its rows; a missing value is an empty cell."""
    columns = [[f"{prefix}{number:04d}" for number in range(1, size(table) + 1)]]
    for name in COLUMNS:
        texts = [*LEVELS.get(name, map(str, range(200))), ""]  # MISSING, -1, is the last
        columns.append([texts[value] for value in table[name].tolist()])
    _write(path, [("person_id", *COLUMNS), *zip(*columns, strict=True)])


def _write(path: Path, rows: list[tuple[str, ...]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows(rows)


def write_all(folder: Path) -> None:
    """Write every sample file into a folder."""
    (folder / "generations").mkdir(parents=True, exist_ok=True)
    real = survey(REAL_RACES, streams(1))
    save(folder / "survey_real.csv", real, "R")
    save(folder / "survey_holdout.csv", survey(HOLDOUT_RACES, streams(2)), "H")
    for name, table in synthetic(real).items():
        save(folder / f"synthetic_{name}.csv", table, "S")
    for number, table in enumerate(generations(real)):
        save(folder / "generations" / f"g{number}.csv", table, f"G{number}-")
    _write(folder / "population.csv", [("column", "group", "share"), *population_shares()])


if __name__ == "__main__":
    write_all(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent)
