from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from audits.formulas import detectable

USUAL = {"power": 0.8, "confidence": 0.95}
TABLE = {  # m = 3000: mean shift, share shift at .5 and .1, area under the curve, log SD ratio
    10: (0.887, 0.444, 0.266, 0.227, 0.661),
    30: (0.514, 0.257, 0.154, 0.132, 0.370),
    100: (0.285, 0.142, 0.085, 0.073, 0.202),
    300: (0.170, 0.085, 0.051, 0.043, 0.120),
    1000: (0.102, 0.051, 0.031, 0.026, 0.072),
}


def test_table():
    n = np.array(list(TABLE))
    found = np.stack(
        [
            detectable.detectable_mean_shift(n, 3000, **USUAL),
            detectable.detectable_share_shift(n, 3000, share=0.5, **USUAL),
            detectable.detectable_share_shift(n, 3000, share=0.1, **USUAL),
            detectable.detectable_auc(n, 3000, **USUAL),
            detectable.detectable_log_sd(n, 3000, **USUAL),
        ],
        axis=1,
    )
    assert found == pytest.approx(np.array(list(TABLE.values())), abs=6e-4)


@pytest.mark.parametrize(("n", "m"), [(30, 3000), (100, 100)])
def test_power_is_what_it_says(n, m):
    shift = float(detectable.detectable_mean_shift(n, m, **USUAL))
    error = np.sqrt(1 / n + 1 / m)
    noticed = stats.norm.sf(1.959964 - shift / error) + stats.norm.cdf(-1.959964 - shift / error)
    assert noticed == pytest.approx(0.8, abs=1e-4)


def test_power_of_the_log_ratio_by_simulation():
    rng = np.random.default_rng(9)
    n, m = 150, 150
    ratio = np.exp(float(detectable.detectable_log_sd(n, m, **USUAL)))
    f = rng.normal(size=(4000, m)).var(1, ddof=1) / rng.normal(size=(4000, n)).var(1, ddof=1)
    noticed = (f * ratio**2 > stats.f(m - 1, n - 1).ppf(0.975)).mean()
    assert noticed == pytest.approx(0.8, abs=0.05)


def test_people_to_detect_is_the_smallest_such_number():
    for shift in (0.1, 0.2, 0.5, 0.9):
        n = detectable.people_to_detect(shift, 3000, **USUAL)
        assert detectable.detectable_mean_shift(n, 3000, **USUAL) <= shift + 1e-9
        assert detectable.detectable_mean_shift(n - 1, 3000, **USUAL) > shift


def test_edges():
    assert detectable.people_to_detect(0.05, 3000, **USUAL) == np.inf
    assert detectable.people_to_detect(0.0, 3000, **USUAL) == np.inf
    assert detectable.detectable_mean_shift(0, 3000, **USUAL) == np.inf
    assert detectable.detectable_auc(0, 3000, **USUAL) == np.inf
    assert detectable.detectable_log_sd(1, 3000, **USUAL) == np.inf
    assert detectable.people_to_detect(50.0, 3000, **USUAL) == 1


def test_bad_input():
    with pytest.raises(ValueError, match="power"):
        detectable.detectable_mean_shift(10, 10, power=1.0, confidence=0.95)
    with pytest.raises(ValueError, match="confidence"):
        detectable.detectable_auc(10, 10, power=0.8, confidence=0.0)
    with pytest.raises(ValueError, match="-1"):
        detectable.detectable_log_sd(-1, 10, **USUAL)
    with pytest.raises(ValueError, match="share"):
        detectable.detectable_share_shift(10, 10, share=1.5, **USUAL)
