from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import false_discovery_control

from audits.formulas.multiplicity import benjamini_hochberg, holm, selected_confidence

# Benjamini and Hochberg (1995), as in the docstring of SciPy's false_discovery_control
PUBLISHED = [
    *[0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344],
    *[0.0459, 0.3240, 0.4262, 0.5719, 0.6528, 0.7590, 1.000],
]

quick = settings(deadline=None, max_examples=60)
families = st.lists(st.floats(0, 1), min_size=1, max_size=30)
adjust = pytest.mark.parametrize("adjust", [benjamini_hochberg, holm])


def test_published_numbers_of_rejections():
    assert (benjamini_hochberg(PUBLISHED) <= 0.05).sum() == 4
    assert (holm(PUBLISHED) <= 0.05).sum() == 3


def test_by_hand():
    assert benjamini_hochberg([0.01, 0.04, 0.03, 0.5]) == pytest.approx(
        [0.04, 0.16 / 3, 0.16 / 3, 0.5]
    )
    assert holm([0.01, 0.04, 0.03, 0.5]) == pytest.approx([0.04, 0.09, 0.09, 0.5])


@quick
@given(families)
def test_oracle(p):
    assert benjamini_hochberg(p) == pytest.approx(false_discovery_control(p, method="bh"))


@quick
@given(families, st.floats(0.001, 0.2))
def test_holm_is_its_step_down_rule(p, level):
    order = np.argsort(p, kind="stable")
    rejected = np.zeros(len(p), dtype=bool)
    for step, place in enumerate(order):
        if p[place] * (len(p) - step) > level:
            break
        rejected[place] = True
    assert ((holm(p) <= level) == rejected).all()


@adjust
@quick
@given(p=families)
def test_law_bounds_and_order(adjust, p):
    adjusted = adjust(p)
    raw = np.array(p)
    assert (adjusted >= raw).all()
    assert (adjusted <= np.minimum(raw * len(p), 1) * (1 + 1e-12)).all()
    assert (np.diff(adjusted[np.argsort(raw)]) >= 0).all()


@adjust
def test_untested_are_left_out_of_the_family(adjust):
    with_gaps = adjust([0.01, np.nan, 0.04, np.nan, 0.5])
    assert np.isnan(with_gaps[[1, 3]]).all()
    assert with_gaps[[0, 2, 4]] == pytest.approx(adjust([0.01, 0.04, 0.5]))


@adjust
def test_leaves_its_input_alone_and_keeps_its_shape(adjust):
    p = np.array([[0.5, 0.01], [np.nan, 0.02]])
    before = p.copy()
    assert adjust(p).shape == (2, 2)
    np.testing.assert_array_equal(p, before)
    assert adjust([]).shape == (0,)
    assert adjust(0.03) == pytest.approx(0.03)
    assert np.isnan(adjust([np.nan])).all()


@adjust
@pytest.mark.parametrize("p", [-0.1, 1.1])
def test_refuses(adjust, p):
    with pytest.raises(ValueError, match=str(p)):
        adjust([0.5, p])


def test_rates_of_false_rejections():
    rng = np.random.default_rng(3)
    false_share, any_false = [], []
    for _ in range(2000):
        p = rng.random(50)
        p[:10] **= 8  # ten hypotheses are wrong
        found = benjamini_hochberg(p) <= 0.05
        false_share.append(found[10:].sum() / max(found.sum(), 1))
        any_false.append((holm(p)[10:] <= 0.05).any())
    assert 0.02 < np.mean(false_share) <= 0.05
    assert 0.02 < np.mean(any_false) <= 0.055


def test_selected_confidence():
    assert selected_confidence(10, 200, 0.05) == pytest.approx(0.9975)
    assert selected_confidence(200, 200, 0.05) == pytest.approx(0.95)
    assert np.isnan(selected_confidence(0, 200, 0.05))
    assert np.isnan(selected_confidence(0, 0, 0.05))


@pytest.mark.parametrize(
    ("selected", "family", "q", "message"),
    [(3, 2, 0.05, "3 of 2"), (-1, 2, 0.05, "-1 of 2"), (1, 2, 0, "q must"), (1, 2, 1, "q must")],
)
def test_selected_confidence_refuses(selected, family, q, message):
    with pytest.raises(ValueError, match=message):
        selected_confidence(selected, family, q)
