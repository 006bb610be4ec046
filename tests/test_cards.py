"""A group's card, its profiles, and how many people what is open would take."""

import dataclasses
import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sample_audits import sample_audit

import audits
from audits.formulas.ancestors import basis_interval
from audits.formulas.sample_sizes import people_to_settle
from audits.needs import needs

BLACK = {"race": "Black"}


@pytest.fixture(scope="module")
def three():
    return sample_audit("three")


@pytest.fixture(scope="module")
def same():
    return sample_audit("same")


def profile(audit, group, attribute):
    [row] = [
        row
        for row in audit["drift"].tables["profiles"]
        if dict(row.group) == group and row.attribute == attribute
    ]
    return row


class TestProfiles:
    def test_count_what_the_tables_hold(self, three):
        real = pd.read_csv("sample_data/survey_real.csv")
        made = pd.read_csv("sample_data/synthetic_three.csv")
        row = profile(three, BLACK, "region")
        for label, n, m in zip(row.labels, row.real, row.synthetic, strict=True):
            assert n == ((real.race == "Black") & (real.region == label)).sum()
            assert m == ((made.race == "Black") & (made.region == label)).sum()

    def test_bins_have_round_edges_and_hold_everyone(self, three):
        real = pd.read_csv("sample_data/survey_real.csv")
        row = profile(three, {}, "age")
        assert len(row.edges) == len(row.labels) + 1 - ("missing" in row.labels)
        assert all(edge == round(edge) for edge in row.edges)
        assert sum(row.real) == len(real)
        inner = range(1, len(row.edges) - 2)
        for i in inner:
            inside = (real.age >= row.edges[i]) & (real.age < row.edges[i + 1])
            assert row.real[i] == inside.sum()

    def test_parts_of_a_group_never_exceed_the_group(self, three):
        coverage = {row.group: row for row in three["coverage"].rows}
        for row in three["drift"].tables["profiles"]:
            assert sum(row.real) == coverage[row.group].real, row.attribute
            assert sum(row.synthetic) == coverage[row.group].synthetic

    def test_missing_values_are_a_part_of_their_own(self, three):
        assert profile(three, {}, "education").labels[-1] == "missing"

    def test_counted_things_stand_in_order_and_rare_values_are_joined(self):
        rng = np.random.default_rng(1)
        frame = pd.DataFrame(
            {
                "sex": rng.choice(["f", "m"], 400),
                "members": rng.integers(1, 12, 400),
                "city": rng.choice([f"c{i}" for i in range(40)], 400),
                "born": pd.Timestamp("1980-01-01") + pd.to_timedelta(np.arange(400), unit="D"),
            }
        )
        audit = audits.compare(frame, frame, sensitive_features="sex", ask=["drift"])
        assert profile(audit, {}, "members").labels == tuple(str(i) for i in range(1, 12))
        cities = profile(audit, {}, "city")
        assert (len(cities.labels), cities.labels[-1]) == (12, "other values")
        assert sum(cities.real) == 400
        assert profile(audit, {}, "born").labels[0].startswith("19")

    def test_thousands_of_groups_are_cut_to_the_largest(self, monkeypatch):
        from audits.questions import group_profiles

        monkeypatch.setattr(group_profiles, "_MOST_ROWS", 6)
        frame = pd.DataFrame({"a": list("xxyz") * 10, "b": list("pq") * 20, "c": list("uv") * 20})
        audit = audits.compare(frame, frame, sensitive_features="a", ask=["drift"])
        groups = {row.group for row in audit["drift"].tables["profiles"]}
        assert groups == {(), (("a", "x"),)}


class TestCard:
    def test_says_whom_the_group_rests_on(self, three):
        card = audits.card(three, BLACK)
        assert card.headline.startswith("Black: 780 synthetic rows rest on 30 real people, in eff")
        assert card.basis.low < card.basis.value < card.basis.high < 10
        assert len(card.people) == 30
        assert abs(sum(card.people) - 780) <= 15  # rounded, person by person
        assert "the 3 of 30 real people most used carry 99" in card.people_says
        assert card.verdict is audits.Verdict.PROBLEM
        assert card.findings == three.about(group=BLACK)

    def test_numbers_are_those_of_the_answers(self, three):
        card = audits.card(three, BLACK)
        [coverage] = three["coverage"][BLACK]
        [provenance] = three["provenance"][BLACK]
        assert (card.real, card.synthetic, card.ratio) == (
            coverage.real, coverage.synthetic, coverage.ratio,
        )  # fmt: skip
        assert card.basis == provenance.effective_people
        assert card.people == provenance.people

    def test_names_what_all_share_and_nobody_can_have_seen(self, same):
        card = audits.card(same, BLACK)
        assert [one.attribute for one in card.common] == ["income_band", "skin_tone"]
        assert all(one.count == one.of == 30 for one in card.common)
        assert card.common[0].share_elsewhere < 0.6
        never = " ".join(card.unseen)
        assert "up to 9.5 %" in never
        assert "income_band: none is low, upper-middle or high" in never
        assert "skin_tone: none is medium or darker" in never

    def test_a_value_nearly_everyone_has_is_not_listed(self):
        frame = pd.DataFrame({"sex": ["f"] * 40 + ["m"] * 60, "alive": ["yes"] * 100,
                              "paid": ["no"] * 40 + ["yes"] * 60})  # fmt: skip
        audit = audits.compare(frame, frame, sensitive_features="sex")
        assert [one.attribute for one in audits.card(audit, {"sex": "f"}).common] == ["paid"]

    def test_of_fewer_than_ten_people_nothing_is_listed(self):
        frame = pd.DataFrame({"sex": ["f"] * 9 + ["m"] * 60, "paid": ["no"] * 9 + ["yes"] * 60})
        audit = audits.compare(frame, frame, sensitive_features="sex")
        assert audits.card(audit, {"sex": "f"}).common == ()

    def test_asks_for_people_only_where_more_are_needed(self, three):
        wanted = audits.card(three, BLACK).collect
        assert wanted[0].says.startswith("make the rows again before asking anyone")
        assert [need.people for need in wanted[1:3]] == [59, 100]
        assert all(need.more == need.people - 30 for need in wanted)
        assert audits.card(three, {}).collect[:1] == () or audits.card(three, {}).real == 3000

    def test_an_honest_generator_is_not_sent_back(self):
        wanted = audits.card(sample_audit("good"), BLACK).collect
        assert not any("again" in need.says for need in wanted)

    def test_needs_no_question_but_the_one_asked(self):
        audit = audits.compare(
            "sample_data/survey_real.csv", "sample_data/synthetic_good.csv",
            sensitive_features="race", ask=["diversity"],
        )  # fmt: skip
        card = audits.card(audit, BLACK)
        assert (card.real, card.people, card.basis.known) == (30, (), False)

    def test_an_unknown_group_is_an_error_with_the_names_there_are(self, three):
        with pytest.raises(audits.AuditError, match="Did you mean"):
            audits.card(three, {"race": "Blac"})
        with pytest.raises(audits.AuditError, match="sensitive feature"):
            audits.card(three, {"region": "South"})

    def test_is_frozen_and_the_same_after_saving(self, three, tmp_path):
        again = audits.load(three.save(tmp_path / "a.json"))
        assert audits.card(again, BLACK) == audits.card(three, BLACK)
        with pytest.raises(dataclasses.FrozenInstanceError):
            audits.card(three, BLACK).real = 1


class TestNeeds:
    def test_every_open_finding_says_what_it_would_take(self, same):
        found = needs(same)
        unjudged = [f for f in same.findings if f.verdict is audits.Verdict.NOT_ENOUGH_EVIDENCE]
        assert sorted(map(id, (one.finding for one in found))) == sorted(map(id, unjudged))
        assert all(one.says for one in found)

    def test_fewest_people_come_first_and_more_is_what_is_missing(self, same):
        asked = [one for one in needs(same) if one.people is not None]
        assert asked
        assert [one.more for one in asked] == sorted(one.more for one in asked)
        for one in asked:
            assert one.people > same.settings.support_problem
            assert f"{one.people:,} real people" in one.says


class TestFormulas:
    def test_settle_by_hand(self):
        assert people_to_settle(0.0, -0.1, 0.1, limit=0.05, people=30) == 120
        assert people_to_settle(0.3, 0.2, 0.5, limit=0.25, people=100) == 400  # the lower side

    def test_settle_at_the_limit_and_without_an_end(self):
        assert people_to_settle(0.1, 0.0, 0.2, limit=0.1, people=30) == math.inf
        assert math.isnan(people_to_settle(0.5, 0.1, math.inf, limit=0.8, people=30))

    @given(st.floats(0.01, 1), st.floats(0.01, 1), st.integers(1, 10_000), st.floats(0.001, 2))
    def test_law_a_narrowed_interval_stops_at_the_limit(self, distance, half, people, value):
        needed = people_to_settle(
            value, value - half, value + half, limit=value + distance, people=people
        )
        assert needed >= people
        assert half * math.sqrt(people / needed) <= distance * (1 + 1e-6)

    def test_basis_interval_by_hand(self):
        assert basis_interval(3.0, 0.25, 0.125, 0.5, people=30) == (1.5, 6.0)
        assert basis_interval(20.0, 1.0, 0.5, 2.0, people=30) == (10.0, 30.0)
        assert basis_interval(0.0, math.nan, math.nan, math.nan, people=0) == (0.0, 0.0)
        assert all(math.isnan(x) for x in basis_interval(math.nan, 1, 1, 1, people=3))

    @given(
        st.floats(1, 500), st.floats(0.01, 3), st.floats(0, 1), st.floats(1, 5), st.floats(0, 500)
    )
    def test_law_basis_interval_holds_its_middle(self, basis, spread, down, up, more):
        low, high = basis_interval(basis, spread, spread * down, spread * up, people=basis + more)
        assert 1 <= low <= basis <= high <= basis + more


# -- further questions -----------------------------------------------------------------------------


def test_a_card_tells_what_further_questions_found_in_one_sentence_each(three):
    found = audits.card(three, {"race": "Black"})
    titles = [said.split(": ")[0] for said in found.also]
    assert titles.count("Stereotypes") == 1
    assert titles[-1] == "Collection plan"
    stereotype = next(said for said in found.also if said.startswith("Stereotypes: "))
    assert f"Black: {stereotype.removeprefix('Stereotypes: ')}" in {
        f.because for f in found.findings
    }
    assert "63 more people, 93 in all where 30 are" in found.also[-1]


def test_where_further_questions_found_nothing_a_card_adds_nothing(three):
    found = audits.card(three, {"race": "Hispanic"})
    assert found.also == ()


def test_a_card_of_a_chain_counts_the_first_and_the_last_generation():
    paths = [f"sample_data/generations/g{i}.csv" for i in range(5)]
    chain = audits.generations(paths, sensitive_features=["race", "sex"])
    found = audits.card(chain, {"sex": "male"})
    [row] = chain["generations"][{"sex": "male"}]
    assert (found.real, found.synthetic) == (row.real, row.synthetic)
    assert "per generation" in found.headline
    assert found.collect == ()


def test_a_hidden_group_s_card_tells_nothing_further():
    from audits.disclosure import protected

    paths = [f"sample_data/generations/g{i}.csv" for i in range(3)]
    chain = protected(audits.generations(paths, sensitive_features="race"), 11)
    for group in chain.hidden:
        assert audits.card(chain, group).also == ()


def test_a_card_is_named_in_a_line(three):
    card = audits.card(three, BLACK)
    assert repr(card) == f"<Card: Black; problem, {len(card.findings)} findings>"
