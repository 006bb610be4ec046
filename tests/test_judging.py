"""One rule turns intervals and limits into verdicts; each limit is tried beside and upon it."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from audits.estimates import Estimate
from audits.judging import Claims, adjusted, doubt, judged, limits, sensitivities, verdicts
from audits.questions import diversity_verdicts, drift_verdicts, provenance_verdicts
from audits.questions.coverage import judge as judge_coverage
from audits.questions.coverage_rows import CoverageRow
from audits.questions.diversity_rows import GroupDiversityRow
from audits.questions.drift_rows import ColumnDriftRow, GroupDriftRow
from audits.questions.provenance_rows import ProvenanceRow
from audits.results import Verdict
from audits.settings import Settings

PROBLEM, WATCH, UNSURE, OK = Verdict
LIMITS = Settings()
NAN = float("nan")


def claims(*triples, watch=0.1, problem=0.2, capped=False, p=0.0) -> Claims:
    """Claims from (low, value, high); `p` is the p value at every limit, or one per claim."""
    low, value, high = np.array(triples, dtype=float).reshape(-1, 3).T
    size = len(value)
    return Claims(
        value=value,
        low=low,
        high=high,
        watch=limits(watch, size),
        problem=limits(problem, size),
        capped=np.full(size, capped),
        exceeds=lambda _: np.broadcast_to(np.asarray(p, dtype=float), (size,)),
    )


def verdict(low, value, high, **options) -> Verdict:
    return verdicts(claims((low, value, high), **options), LIMITS)[0]


class TestVerdict:
    @pytest.mark.parametrize(
        ("low", "value", "high", "expected"),
        [
            (0.21, 0.30, 0.40, PROBLEM),
            (0.20, 0.30, 0.40, PROBLEM),  # on the limit
            (0.19, 0.30, 0.40, WATCH),
            (0.10, 0.30, 0.40, WATCH),  # on the limit
            (0.09, 0.30, 0.40, UNSURE),
            (0.00, 0.05, 0.19, OK),
            (0.00, 0.05, 0.20, UNSURE),  # on the limit: a problem is not excluded
            (0.00, 0.05, 0.21, UNSURE),
            (0.00, 0.09, 0.15, OK),
            (0.00, 0.10, 0.15, UNSURE),  # on the limit: it may have to be watched
            (0.00, 0.11, 0.15, UNSURE),
        ],
    )
    def test_limits_on_both_sides_and_on_them(self, low, value, high, expected):
        assert verdict(low, value, high) is expected

    @pytest.mark.parametrize(
        ("p", "expected"), [(0.049, PROBLEM), (0.05, PROBLEM), (0.051, UNSURE), (NAN, UNSURE)]
    )
    def test_accuses_only_when_the_adjusted_p_allows(self, p, expected):
        assert verdict(0.3, 0.4, 0.5, p=p) is expected

    def test_p_matters_to_accusations_alone(self):
        assert verdict(0.0, 0.05, 0.1, p=NAN) is OK

    def test_what_is_capped_can_be_anything_but_ok(self):
        assert verdict(0.0, 0.05, 0.1, capped=True) is UNSURE
        assert verdict(0.3, 0.4, 0.5, capped=True) is PROBLEM

    @pytest.mark.parametrize("place", range(3))
    def test_unknown_is_not_enough_evidence(self, place):
        numbers = [0.0, 0.05, 0.1]
        numbers[place] = NAN
        assert verdict(*numbers) is (OK if place == 0 else UNSURE)

    def test_all_unknown(self):
        assert verdict(NAN, NAN, NAN, p=NAN) is UNSURE

    def test_no_claims(self):
        assert judged(claims(), LIMITS) == ([], [])

    def test_limits_may_be_negative(self):
        """What must not be small is judged with its sign turned: ratio below one half."""
        options = {"watch": -0.8, "problem": -0.5}
        assert verdict(-0.50, -0.4, -0.3, **options) is PROBLEM
        assert verdict(-0.51, -0.4, -0.3, **options) is WATCH
        assert verdict(-0.81, -0.7, -0.6, **options) is UNSURE
        assert verdict(-1.20, -1.0, -0.9, **options) is OK

    @given(
        st.lists(st.floats(0, 1), min_size=3, max_size=3).map(sorted),
        st.floats(0, 1),
        st.booleans(),
    )
    @settings(max_examples=60, deadline=None)
    def test_law_looser_limits_never_worsen(self, interval, p, capped):
        options = {"p": p, "capped": capped}
        strict = verdict(*interval, watch=0.1, problem=0.2, **options)
        loose = verdict(*interval, watch=0.2, problem=0.4, **options)
        if strict is OK:
            assert loose is OK
        if loose is PROBLEM:
            assert strict is PROBLEM


class TestFamily:
    def test_benjamini_hochberg_by_hand(self):
        p = np.array([0.01, 0.02, 0.03, 0.5])
        assert adjusted(p, LIMITS) == pytest.approx([0.04, 0.04, 0.04, 0.5])

    def test_holm_by_hand(self):
        p = np.array([0.01, 0.02, 0.03, 0.5])
        assert adjusted(p, LIMITS.having(multiplicity="holm")) == pytest.approx(
            [0.04, 0.06, 0.06, 0.5]
        )

    def test_what_is_unknown_does_not_dilute(self):
        p = np.array([0.03, NAN, NAN])
        assert adjusted(p, LIMITS) == pytest.approx([0.03, NAN, NAN], nan_ok=True)

    def test_one_accusation_among_many_needs_more(self):
        alone = claims((0.3, 0.4, 0.5), p=0.01)
        crowd = claims(*[(0.3, 0.4, 0.5)] * 10, p=[0.01, *[0.9] * 9])
        assert verdicts(alone, LIMITS) == [PROBLEM]
        assert verdicts(crowd, LIMITS) == [UNSURE] * 10

    def test_holm_is_stricter(self):
        crowd = claims(*[(0.3, 0.4, 0.5)] * 3, p=[0.01, 0.03, 0.04])
        assert verdicts(crowd, LIMITS) == [PROBLEM] * 3
        strict = LIMITS.having(multiplicity="holm")
        assert verdicts(crowd, strict) == [PROBLEM, UNSURE, UNSURE]

    def test_rate_is_a_setting(self):
        assert verdicts(claims((0.3, 0.4, 0.5), p=0.08), LIMITS) == [UNSURE]
        lenient = LIMITS.having(false_discovery_rate=0.1)
        assert verdicts(claims((0.3, 0.4, 0.5), p=0.08), lenient) == [PROBLEM]

    def test_a_problem_is_sure_to_be_worth_watching_too(self):
        """A claim beyond the problem limit is never reported as less than a watch."""
        crowd = claims((0.3, 0.4, 0.5), (0.12, 0.3, 0.5), p=[0.001, 0.001])
        assert verdicts(crowd, LIMITS) == [PROBLEM, WATCH]


class TestSensitivity:
    @pytest.mark.parametrize(
        ("interval", "text"),
        [
            ((0.40, 0.5, 0.6), "stable"),
            ((0.22, 0.3, 0.4), "flips: 'watch' if the limits were a quarter higher"),
            ((0.17, 0.3, 0.4), "flips: 'problem' if the limits were a fifth lower"),
            (
                (0.11, 0.15, 0.19),
                "flips: 'not enough evidence' if the limits were a quarter higher",
            ),
            ((0.00, 0.09, 0.1), "flips: 'not enough evidence' if the limits were a fifth lower"),
            (
                (0.09, 0.11, 0.15),
                "flips: 'watch' if the limits were a fifth lower; "
                "'ok' if the limits were a quarter higher",
            ),
        ],
    )
    def test_text(self, interval, text):
        assert sensitivities(claims(interval), LIMITS) == [text]

    def test_limit_moved_exactly_onto_the_interval(self):
        assert sensitivities(claims((0.25, 0.3, 0.4)), LIMITS) == ["stable"]

    def test_judged_gives_both(self):
        assert judged(claims((0.22, 0.3, 0.4)), LIMITS) == (
            [PROBLEM],
            ["flips: 'watch' if the limits were a quarter higher"],
        )


class TestDoubt:
    def test_says_what_is_ruled_out(self):
        found = claims((0.05, 0.15, 0.19), (0.0, 0.15, 0.2), (0.0, 0.01, 0.02))
        assert doubt(found, verdicts(found, LIMITS), LIMITS) == [
            ", which rules a problem out but not the need to watch",
            "",
            "",
        ]

    def test_says_where_the_p_value_disagrees_with_the_interval(self):
        found = claims((0.1, 0.15, 0.3), p=0.9)
        assert doubt(found, verdicts(found, LIMITS), LIMITS) == [
            ", as the interval says but not the p value"
        ]

    def test_says_that_the_number_of_statements_decides(self):
        found = claims(*[(0.1, 0.15, 0.3)] * 132, p=0.04)
        p = np.append(np.full(131, 0.9), 0.04)
        found = dataclasses.replace(found, exceeds=lambda _limit: p)
        said = doubt(found, verdicts(found, LIMITS), LIMITS)
        assert said[-1] == ", sure by itself but not among 132 statements tested at once"
        assert said[0] == ", as the interval says but not the p value"


# -- the caps: thirty people, ten people -----------------------------------------------------------

GROUP = (("race", "ash"),)


def diversity_row(**changes) -> GroupDiversityRow:
    row = GroupDiversityRow(
        GROUP, 500, 500, 4, 0.4, 0.4, Estimate(0.0, -0.02, 0.02), 0.0, 0.01, 499, NAN, (500, 500)
    )
    return dataclasses.replace(row, **changes)


def drift_rows(real: int, synthetic: int = 500) -> dict:
    whole = GroupDriftRow(
        GROUP, real, synthetic, 1, "work", Estimate(0.5, 0.45, 0.55), 0.9, 0.02, (real, 500),
        Estimate.unknown(), NAN, NAN, (real, 500), None, NAN, 0.1, 0.05, 0.05,
    )  # fmt: skip
    column = ColumnDriftRow(
        GROUP, "work", "total variation", real, synthetic,
        0.01, Estimate(0.0, 0.0, 0.02), 0.0, 0.01, 0.9, 0,
    )  # fmt: skip
    return {"groups": (whole,), "columns": (column,), "pairs": ()}


def provenance_row(**changes) -> ProvenanceRow:
    row = ProvenanceRow(
        GROUP, 2000, 2000, 2000.0, 2000, 2000, True, 1500, 1500, 1300.0, 1400.0, 1400.0,
        Estimate(1400.0, 1300.0, 1500.0), 1.4, 0.01, Estimate(1.0, 0.9, 1.1), 1.0, 0.02, 0.025,
        0.8, 0.001, (), (),
    )  # fmt: skip
    return dataclasses.replace(row, **changes)


def coverage_row(**changes) -> CoverageRow:
    row = CoverageRow(
        GROUP, 500, 500, 500.0, Estimate(0.5, 0.46, 0.54), Estimate(0.5, 0.46, 0.54),
        Estimate(1.0, 0.9, 1.1), 500.0, 1000.0, 1000, None,
        Estimate.unknown(), Estimate.unknown(), True, 0.0,
    )  # fmt: skip
    return dataclasses.replace(row, **changes)


def only(findings) -> Verdict:
    (finding,) = findings
    return finding.verdict


def diversity(**changes) -> Verdict:
    tables = {"groups": (diversity_row(**changes),), "attributes": ()}
    return only(diversity_verdicts.judge(tables, LIMITS))


def drift(real: int, synthetic: int = 500) -> Verdict:
    return only(drift_verdicts.judge(drift_rows(real, synthetic), LIMITS))


def provenance(**changes) -> Verdict:
    return only(provenance_verdicts.judge({"groups": (provenance_row(**changes),)}, LIMITS))


def coverage(**changes) -> Verdict:
    empty = {"cells": (), "values": (), "pairs": (), "patterns": ()}
    return only(judge_coverage({"groups": (coverage_row(**changes),), **empty}, LIMITS))


class TestCaps:
    @pytest.mark.parametrize(("real", "expected"), [(30, UNSURE), (31, OK)])
    def test_diversity_is_never_ok_with_thirty_people(self, real, expected):
        assert diversity(real=real, freedom=real - 1) is expected

    def test_diversity_counts_weighted_people_by_their_effect(self):
        assert diversity(real=500, freedom=29) is UNSURE
        assert diversity(real=500, freedom=30) is OK

    @pytest.mark.parametrize(("real", "expected"), [(30, UNSURE), (31, OK)])
    def test_drift_is_never_ok_with_thirty_people(self, real, expected):
        assert drift(real) is expected

    @pytest.mark.parametrize(("synthetic", "expected"), [(9, UNSURE), (10, OK)])
    def test_drift_is_never_ok_with_a_handful_of_rows(self, synthetic, expected):
        assert drift(500, synthetic) is expected

    @pytest.mark.parametrize(("effective", "expected"), [(30.0, WATCH), (31.0, OK)])
    def test_provenance_is_never_ok_with_thirty_people(self, effective, expected):
        loose = LIMITS.having(support_watch=30, basis_ample=30)
        row = provenance_row(real=40, effective=effective, basis=31.0)
        assert only(provenance_verdicts.judge({"groups": (row,)}, loose)) is expected


class TestProvenanceRules:
    @pytest.mark.parametrize(
        ("changes", "expected"),
        [
            ({"basis": 9.9, "amplification": 5.0}, PROBLEM),
            ({"basis": 10.0, "amplification": 5.0}, WATCH),
            ({"basis": 30.0, "amplification": 10.1}, PROBLEM),
            ({"basis": 30.0, "amplification": 10.0}, WATCH),
            ({"basis": 30.1, "amplification": 10.1}, WATCH),
            ({"basis": 99.9}, WATCH),
            ({"basis": 100.0}, OK),
            ({"basis": 999.0, "amplification": 10.1}, WATCH),
            ({"basis": 1000.0, "amplification": 10.1}, OK),
            ({"kappa": Estimate(0.4, 0.3, 0.49), "kappa_p": 0.001}, PROBLEM),
            ({"kappa": Estimate(0.4, 0.3, 0.50), "kappa_p": 0.001}, WATCH),
            ({"kappa": Estimate(0.79, 0.7, 0.9), "kappa_p": 0.05}, WATCH),
            ({"kappa": Estimate(0.79, 0.7, 0.9), "kappa_p": 0.051}, OK),
            ({"kappa": Estimate(0.80, 0.7, 0.9), "kappa_p": 0.001}, OK),
            ({"kappa": Estimate.unknown(), "kappa_p": NAN}, OK),
            ({"synthetic": 9, "basis": 3.0}, UNSURE),
            ({"synthetic": 9, "basis": 3.0, "effective": 9.0}, PROBLEM),
            ({"synthetic": 0}, UNSURE),
            ({"real": 0, "basis": 0.0}, PROBLEM),
            ({"basis": NAN}, UNSURE),
        ],
    )
    def test_limits_on_both_sides_and_on_them(self, changes, expected):
        assert provenance(**changes) is expected


class TestSupportRules:
    @pytest.mark.parametrize(
        ("real", "expected"), [(0, PROBLEM), (29, PROBLEM), (30, WATCH), (99, WATCH), (100, OK)]
    )
    def test_people(self, real, expected):
        assert coverage(real=real, effective=float(real), linearised=500.0) is expected

    @pytest.mark.parametrize(("effective", "expected"), [(29.9, PROBLEM), (30.0, WATCH)])
    def test_people_after_weighting(self, effective, expected):
        assert coverage(effective=effective) is expected

    @pytest.mark.parametrize(("missing", "expected"), [(0.2, OK), (0.21, UNSURE)])
    def test_labels_missing(self, missing, expected):
        assert coverage(missing_share=missing) is expected

    def test_labels_missing_excuse_no_problem(self):
        assert coverage(missing_share=0.5, real=3, effective=3.0) is PROBLEM

    def test_group_without_a_label_is_shown_and_not_judged(self):
        row = coverage_row(labelled=False, real=3)
        tables = {"groups": (row,), "cells": (), "values": (), "pairs": (), "patterns": ()}
        assert judge_coverage(tables, LIMITS) == []
