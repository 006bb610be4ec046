"""Neighbours at the size of a published example: ten thousand rows of a thousand numbers."""

import numpy as np
import pytest
from numpy.typing import NDArray

from audits.formulas.neighbours import prdc

ROWS, WIDTH = 10_000, 1_000


def _distances(a: NDArray[np.float32], b: NDArray[np.float32]) -> NDArray[np.float32]:
    """Euclidean distances in place, by one matrix product."""
    found = a @ b.T
    found *= -2
    found += (a * a).sum(1)[:, np.newaxis]
    found += (b * b).sum(1)
    np.maximum(found, 0, out=found)
    return np.sqrt(found, out=found)


@pytest.mark.slow
def test_the_published_example_of_two_equal_normal_samples():
    # clovaai/generative-evaluation-prdc, README: precision .4772, recall .4705, density 1.0555,
    # coverage .9735 for one draw of 10,000 + 10,000 standard normal rows, k = 5
    rng = np.random.default_rng(1)
    real, made = (rng.standard_normal((ROWS, WIDTH), dtype=np.float32) for _ in range(2))
    among_real, among_made = _distances(real, real), _distances(made, made)
    for own in (among_real, among_made):
        np.fill_diagonal(own, 0)
    found = prdc(among_real, among_made, _distances(made, real), neighbours=5)
    assert found.precision == pytest.approx(0.4772, abs=0.02)
    assert found.recall == pytest.approx(0.4705, abs=0.02)
    # the expected density is 1; a few hubs of so many dimensions move one draw by some hundredths
    assert found.density == pytest.approx(1.0555, abs=0.1)
    assert found.coverage == pytest.approx(0.9735, abs=0.02)
