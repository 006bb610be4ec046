"""The collection plan: needs of every group and their reasons, whom to recruit, what effort."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

import audits
from audits.formulas.completeness import people_to_reach_coverage
from audits.formulas.sample_sizes import people_to_approach, people_to_see, within_population
from audits.questions import collection_words as words
from audits.questions.collection_grid import Grid, recruiting, too_rare
from audits.questions.collection_needs import NOBODY
from audits.settings import Settings

GIRDLED = [46, 22, 17, 15, 15, 9, 8, 6, 6, 4, 2, 2, 2, 2] + [1] * 12


def table(counts, seed=0, **columns):
    """Rows of race and sex as counted, in mixed order, and any further columns."""
    rows = [(*key, i) for key, n in counts.items() for i in range(n)]
    made = pd.DataFrame(rows, columns=["race", "sex", "number"]).drop(columns="number")
    made = made.assign(**columns)
    return made.sample(frac=1, random_state=seed, ignore_index=True)


def asked(real, **options):
    options.setdefault("sensitive_features", ["race", "sex"])
    return audits.plan(real, **options)


def row(plan, **group):
    (found,) = plan.answer[group]
    return found


FEW = {("ash", "female"): 15, ("ash", "male"): 15, ("birch", "female"): 500, ("birch", "male"): 470}


class TestEffort:
    def test_worked_example(self):
        assert round(people_to_approach(63, 0.13)) == 485
        assert people_to_see(0.13, confidence=0.95, times=63) == 582

    def test_the_quantile_is_that_of_the_negative_binomial(self):
        wanted, share = np.array([1, 5, 63, 300]), np.array([0.02, 0.5, 0.13, 0.9])
        oracle = stats.nbinom.ppf(0.95, wanted, share) + wanted
        assert people_to_see(share, confidence=0.95, times=wanted).tolist() == oracle.tolist()

    def test_edges(self):
        assert people_to_approach([0, 3, 3], [0.0, 0.0, 1.0]).tolist() == [0.0, np.inf, 3.0]

    def test_from_the_reference_where_it_has_the_group(self):
        plan = asked(table(FEW), reference={"race": {"ash": 0.13, "birch": 0.87}})
        met = plan.effort[(("race", "ash"),)]
        assert (round(met.approached), met.approached_likely) == (485, 582)
        assert "13 % of the reference" in words.effort(met, 0.95)
        inner = plan.effort[(("race", "ash"), ("sex", "male"))]
        assert (inner.prevalence, inner.prevalence_from) == (0.015, "real table")
        assert "may itself have too few" in words.effort(inner, 0.95)


class TestPopulation:
    def test_of_few_fewer_are_needed(self):
        assert within_population([381, 381, 381, 93], [np.inf, 1000, 10, 0]).tolist() == [
            381, 277, 10, 0,
        ]  # fmt: skip

    def test_no_more_than_there_are(self):
        small = Settings().having(population_size=2000)
        found = row(asked(table(FEW), settings=small), race="ash")
        assert found.population == 60
        assert found.need_interval == within_population(93, 60) == 37
        assert (found.need_subtypes, found.needed, found.reason) == (59, 59, "sub-types")
        fewer = row(asked(table(FEW), settings=small.having(population_size=1500)), race="ash")
        assert (fewer.population, fewer.needed, fewer.more) == (45, 45, 15)
        assert "everyone there is" in words.need(fewer, small)


class TestNeeds:
    def test_each_reason_and_the_largest(self):
        found = row(asked(table(FEW)), race="ash")
        assert found.need_interval == 93
        assert found.need_subtypes == 59
        assert found.need_drift == 50
        assert found.need_patterns is None  # exactly thirty
        assert (found.needed, found.reason, found.more) == (93, "interval", 63)
        inner = row(asked(table(FEW)), race="ash", sex="male")
        assert inner.need_patterns == 30

    @pytest.mark.parametrize(
        ("change", "need"),
        [
            ({"plan_half_width": 0.05}, {"need_interval": 381}),
            ({"plan_half_width": 0.03}, {"need_interval": 1064}),
            ({"plan_half_width": 0.15}, {"need_interval": 39}),
            ({"plan_subtype": 0.10}, {"need_subtypes": 29}),
            ({"plan_subtype": 0.02}, {"need_subtypes": 149}),
            ({"plan_subtype": 0.02, "plan_subtype_times": 5}, {"need_subtypes": 456}),
            ({"plan_subtype": 0.10, "plan_subtype_times": 5}, {"need_subtypes": 89}),
            ({"plan_drift": 0.25}, {"need_drift": 32}),  # half a standard deviation
            ({"plan_people": 50}, {"need_patterns": 50}),
            ({"plan_people": 50, "plan_depth": 1}, {"need_patterns": 50}),
        ],
    )
    def test_settings_reach_the_need_they_name(self, change, need):
        found = row(asked(table(FEW), settings=Settings().having(**change)), race="ash")
        assert {name: getattr(found, name) for name in need} == need

    def test_design_effect_of_weights(self):
        """Thirty people at a design effect of 1.8 need 138 more for ten points either way."""
        real = table({("ash", "female"): 30, ("birch", "male"): 100})
        real["w"] = 1.0
        uneven = 1 + np.sqrt(0.8) * np.where(np.arange(30) % 2, 1, -1)  # one plus cv² is 1.8
        real.loc[real["race"] == "ash", "w"] = uneven
        found = row(asked(real, weights="w"), race="ash")
        assert found.effective == pytest.approx(30 / 1.8)
        assert found.design_effect == pytest.approx(1.8)
        assert (found.need_interval, found.more) == (168, 138)
        assert "design effect of 1.80" in words.need(found, Settings())

    def test_of_few_people_the_design_effect_is_everyones(self):
        real = table({("ash", "female"): 3, ("birch", "male"): 200})
        real["w"] = 1.0
        real.loc[real["race"] == "ash", "w"] = [1.0, 500.0, 1.0]
        plan = asked(real, weights="w")
        assert row(plan, race="ash").design_effect == plan.answer[()][0].design_effect > 2

    def test_completeness(self):
        """The spider Girdled: 168 of 26 kinds; 88.5 more would show kinds of 95 %."""
        kinds = np.repeat(np.arange(26), GIRDLED).astype(str)
        real = pd.DataFrame({"site": ["girdled"] * 168 + ["other"] * 168, "kind": [*kinds, *kinds]})
        real["kind"] = "kind " + real["kind"]
        plan = asked(
            real, sensitive_features="site", settings=Settings().having(plan_half_width=0.2)
        )
        found = row(plan, site="girdled")
        assert people_to_reach_coverage(GIRDLED, coverage=0.95) == pytest.approx(88.5, abs=0.05)
        assert found.need_completeness == 168 + 89
        assert found.completeness == pytest.approx(1 - 12 / 168)
        assert (found.completeness_attribute, found.beyond_doubling) == ("kind", False)
        assert (found.reason, found.more) == ("completeness", 89)
        assert "types of kind seen make up 95 %" in words.need(found, Settings())

    def test_beyond_doubling_it_says_so(self):
        """Nine seen once, five twice, thirty people: 46.7 more, which is beyond doubling."""
        kinds = (
            [f"kind {i}" for i in range(9)] + [f"pair {i % 5}" for i in range(10)] + ["all"] * 11
        )
        real = pd.DataFrame({"site": ["a"] * 30 + ["b"] * 30, "kind": kinds * 2})
        small = Settings().having(plan_half_width=0.3, plan_subtype=0.2, plan_drift=0.5)
        found = row(asked(real, sensitive_features="site", settings=small), site="a")
        assert found.beyond_doubling
        assert (found.need_completeness, found.more) == (60, 30)
        text = words.need(found, small)
        assert "at least 30 more people" in text
        assert "then plan again" in text
        assert "a rough guess from so few" in text

    def test_few_people_say_little_about_types(self):
        kinds = ["one", "two", "three", *["pair", "couple"] * 2] + ["all"] * 23
        real = pd.DataFrame({"site": ["a"] * 30 + ["b"] * 30, "kind": kinds * 2})
        small = Settings().having(plan_half_width=0.3, plan_subtype=0.2, plan_drift=0.5)
        found = row(asked(real, sensitive_features="site", settings=small), site="a")
        assert (found.reason, found.beyond_doubling) == ("completeness", False)
        assert "a rough guess from so few" in words.need(found, small)
        nine = real.drop(index=range(9, 30))
        assert row(asked(nine, sensitive_features="site"), site="a").need_completeness is None

    def test_a_missing_value_is_no_type(self):
        kinds = [None, "one", "two", *["pair", "couple"] * 2] + ["all"] * 23
        real = pd.DataFrame({"site": ["a"] * 30 + ["b"] * 30, "kind": kinds * 2})
        found = row(asked(real, sensitive_features="site"), site="a")
        further = people_to_reach_coverage([23, 2, 2, 1, 1], coverage=0.95)
        assert found.need_completeness == 30 + np.ceil(further)
        assert found.completeness == pytest.approx(1 - 2 / 29)

    def test_numbers_have_no_types(self):
        real = table(FEW, income=np.random.default_rng(1).normal(0, 1, 1000))
        assert row(asked(real), race="ash").need_completeness is None

    def test_more_people_need_fewer_more(self):
        for n in (0, 10, 40, 92, 93, 200):
            real = table({("ash", "female"): n, ("birch", "male"): 300, ("cedar", "female"): 300})
            shares = {"ash": 0.2, "birch": 0.4, "cedar": 0.4}
            plan = asked(real, reference={"race": shares})
            assert row(plan, race="ash").more == max(93 - n, 0)


class TestNobody:
    def test_a_group_only_the_reference_has(self):
        plan = asked(table(FEW), reference={"race": {"ash": 0.1, "birch": 0.8, "cedar": 0.1}})
        found = row(plan, race="cedar")
        assert (found.real, found.need_interval, found.need_subtypes) == (0, 93, 59)
        assert found.need_patterns == 30
        assert found.need_drift is found.need_completeness is None
        assert found.more == 93
        assert "where nobody is" in words.need(found, Settings())
        recruited = {dict(one.group)["race"] for one in plan.recruits if one.purpose == "groups"}
        assert "cedar" in recruited
        unseen = next(one for one in plan.recruits if dict(one.group)["race"] == "cedar")
        assert unseen.real == 0
        assert "perhaps there are none" in words.recruit(unseen)

    def test_whom_the_reference_does_not_have_is_not_asked_for(self):
        audit = audits.compare(
            table(FEW),
            table({**FEW, ("elm", "male"): 40}),
            sensitive_features=["race", "sex"],
            reference={"race": {"ash": 0.1, "birch": 0.9}},
            ask=["collection"],
        )
        (found,) = audit["collection"][{"race": "elm"}]
        assert (found.real, found.needed, found.more, found.reason) == (0, 0, 0, NOBODY)
        assert not [r for r in audit["collection"].tables["recruits"] if ("race", "elm") in r.group]
        short = {total.purpose: total.short for total in audit["collection"].tables["totals"]}
        assert short["patterns"] == 2  # ash women and ash men, not the elm

    def test_an_invented_group_without_a_reference_has_no_known_effort(self):
        audit = audits.compare(
            table(FEW),
            table({**FEW, ("elm", "male"): 40}),
            sensitive_features=["race", "sex"],
            ask=["collection"],
        )
        (found,) = audit["collection"][{"race": "elm"}]
        assert (found.more, found.prevalence_from) == (93, "unknown")
        effort = {r.group: r for r in audit["collection"].tables["effort"]}[found.group]
        assert np.isnan(effort.approached)
        assert "not known" in words.effort(effort, 0.95)

    def test_missing_values_form_no_group(self):
        real = table(FEW)
        real.loc[:19, "race"] = None
        plan = asked(real)
        assert not [r for r in plan.groups if "missing" in dict(r.group).values()]
        assert not [r for r in plan.recruits if "missing" in dict(r.group).values()]


class TestRecruits:
    def test_an_example_by_hand(self):
        """Ash lack 10 of 30 and females 20: an ash woman helps both; then women of the commoner."""
        counts = {("ash", "female"): 5, ("ash", "male"): 15, ("birch", "female"): 5}
        plan = asked(table({**counts, ("birch", "male"): 99}))
        rare = [one for one in plan.recruits if one.purpose == "patterns"]
        assert [(dict(r.group), r.recruits, r.serves, r.left, r.total) for r in rare] == [
            ({"race": "ash", "sex": "female"}, 10, 2, 1, 10),
            ({"race": "ash", "sex": "female"}, 10, 1, 0, 20),
        ]
        total = next(one for one in plan.totals if one.purpose == "patterns")
        assert (total.short, total.naive, total.recruits, total.listed) == (2, 30, 20, 2)
        assert words.total(total, Settings()) == (
            "20 recruits are enough for 2 combinations that have fewer than 30 people; 30 would be "
            "needed if nobody counted for two."
        )

    @pytest.mark.parametrize("purpose", ["patterns", "groups"])
    def test_once_recruited_nothing_is_short(self, purpose):
        real = table({**FEW, ("cedar", "male"): 4})
        plan = asked(real)
        hired = [
            dict(one.group)
            for one in plan.recruits
            if one.purpose == purpose
            for _ in range(one.recruits)
        ]
        people = pd.concat([real, pd.DataFrame(hired)], ignore_index=True)
        there = {found.group: found.real for found in asked(people).groups}
        if purpose == "groups":
            assert all(there[found.group] >= found.needed for found in plan.groups)
        else:
            assert all(there[group] >= 30 for group in there if len(group) == 1)

    def test_totals_are_running_and_bounded(self):
        plan = asked(table({**FEW, ("cedar", "male"): 4, ("elm", "female"): 7}))
        for total in plan.totals:
            lines = [one for one in plan.recruits if one.purpose == total.purpose]
            assert [one.total for one in lines] == np.cumsum(
                [one.recruits for one in lines]
            ).tolist()
            assert lines[-1].total == total.recruits <= total.naive
            assert lines[-1].left == 0
        groups = next(one for one in plan.totals if one.purpose == "groups")
        assert groups.naive == sum(found.more for found in plan.short)
        assert groups.short == len(plan.short)

    def test_wide_schemas_fall_back_to_fewer_candidates(self):
        rng = np.random.default_rng(3)
        cells = rng.integers(0, 40, (500, 4))
        labels = tuple(tuple(f"{i}" for i in range(40)) for _ in range(4))
        grid = Grid(("a", "b", "c", "d"), labels, cells, np.ones(500, int), (frozenset(),) * 4)
        patterns, lacking = too_rare(grid, people=10, depth=1)
        assert len(patterns)
        plan = recruiting(grid, patterns, lacking, "patterns")
        chosen, people = plan.chosen
        for pattern, left in zip(patterns, lacking, strict=True):
            fixed = pattern >= 0
            assert people[(chosen[:, fixed] == pattern[fixed]).all(axis=1)].sum() >= left

    def test_dense_and_levelwise_agree(self, monkeypatch):
        rng = np.random.default_rng(4)
        cells = np.unique(rng.integers(0, 5, (60, 3)), axis=0)
        labels = tuple(tuple("abcd") for _ in range(3))  # the last code is missing
        grid = Grid(
            ("x", "y", "z"), labels, cells, rng.integers(1, 9, len(cells)), (frozenset(),) * 3
        )
        dense = too_rare(grid, people=12, depth=2)
        monkeypatch.setattr("audits.questions.collection_grid._DENSE_CUBE", 1)
        levelwise = too_rare(grid, people=12, depth=2)
        for one, other in zip(dense, levelwise, strict=True):
            assert one.tolist() == other.tolist()
        assert len(dense[0])
        assert (dense[0] < 4).all()


class TestAudit:
    def test_the_synthetic_table_changes_nothing(self):
        real = table(FEW, work=["paid", "unpaid"] * 500)
        answers = [
            audits.compare(
                real, real.sample(n, random_state=1), sensitive_features=["race", "sex"],
                ask=["collection"],
            )["collection"].to_dict()
            for n in (1000, 950)
        ]  # fmt: skip
        assert answers[0] == answers[1]
        alone = audits.plan(real, sensitive_features=["race", "sex"]).answer
        assert alone.to_dict() == answers[0]

    def test_it_judges_nothing_and_a_card_says_nothing_of_it(self):
        audit = audits.compare(
            table(FEW), table(FEW, 1), sensitive_features=["race", "sex"],
            ask=["coverage", "collection"],
        )  # fmt: skip
        assert not audit.about("collection")
        assert list(audits.card(audit, {"race": "ash"}).verdicts) == ["coverage"]


@pytest.mark.real_data
def test_compas(real_data):
    """Ten combinations of sex, age and race have fewer than 30 people; the plan mends them."""
    path = real_data / "compas" / "compas-scores-two-years.csv.gz"
    whole = pd.read_csv(path)
    kept = whole[
        whole["days_b_screening_arrest"].between(-30, 30)
        & (whole["is_recid"] != -1)
        & (whole["c_charge_degree"] != "O")
        & (whole["score_text"] != "N/A")
    ]
    columns = ["sex", "age_cat", "race"]
    assert len(kept) == 6172
    for people, short in ((10, 7), (30, 10), (100, 10)):
        deep = Settings().having(plan_people=people, plan_depth=3)
        plan = audits.plan(kept[columns], sensitive_features=columns, settings=deep)
        total = next(one for one in plan.totals if one.purpose == "patterns")
        assert total.short == short
        hired = [
            dict(one.group)
            for one in plan.recruits
            if one.purpose == "patterns"
            for _ in range(one.recruits)
        ]
        assert len(hired) == total.recruits < total.naive
        again = pd.concat([kept[columns], pd.DataFrame(hired)], ignore_index=True)
        sizes = again.groupby("race").size()
        assert sizes.min() >= people
    assert (total.naive, total.recruits) == (339, 297)
