"""Groups that overlap: what is hidden of mentions, and what could be computed otherwise."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rows_made import row

from audits.disclosure_mentions import hidden_of
from audits.errors import InputError
from audits.questions.coverage_rows import CoverageRow
from audits.results import MENTIONED, Answer, Audit, ColumnRecord
from audits.settings import Settings

LEAST = 11


def audit_of(counts, *, labels=()):
    """An audit whose groups, but those of `labels`, are mentions."""
    rows = tuple(row(CoverageRow, group, real=n[0], synthetic=n[1]) for group, n in counts.items())
    features = sorted({feature for group in counts for feature, _ in group})
    columns = tuple(
        ColumnRecord(name, "lexicon", "sensitive" if name in labels else MENTIONED, 2, 0, 0, "")
        for name in features
    )
    answer = Answer("coverage", "", "", rows, {"groups": rows}, Settings())
    return Audit((), tuple(features), columns, Settings(), {"coverage": answer}, (), (), {})


def hidden(counts, **given):
    return hidden_of(audit_of(counts, **given), LEAST).groups


OLD, YOUNG, WOMEN = (("age", "old"),), (("age", "young"),), (("gender", "women"),)
OLD_WOMEN = (*OLD, *WOMEN)


class TestHidden:
    def test_a_small_group_alone_is_hidden_alone(self):
        """Mentions do not add up: the others tell nothing of it."""
        assert hidden({(): (500, 500), OLD: (7, 90), YOUNG: (80, 90)}) == {OLD}

    def test_a_group_that_is_gone_is_shown(self):
        assert hidden({(): (500, 500), OLD: (70, 0)}) == set()

    def test_few_texts_without_a_mention(self):
        assert hidden({(): (500, 500), WOMEN: (300, 495)}) == {WOMEN}

    def test_one_group_nearly_within_another(self):
        """Of 40 texts about old people 35 mention women: 5 do not."""
        counts = {(): (500, 500), OLD: (40, 40), WOMEN: (200, 200), OLD_WOMEN: (35, 20)}
        assert hidden(counts) == {OLD_WOMEN}

    def test_groups_of_labels_are_hidden_as_ever(self):
        """Of a column with two values, hiding one hides the other."""
        red, blue = (("colour", "red"),), (("colour", "blue"),)
        counts = {(): (500, 500), red: (495, 300), blue: (5, 200), OLD: (40, 40)}
        assert hidden(counts, labels=("colour",)) == {red, blue}

    def test_nothing_real(self):
        assert hidden({(): (0, 500), OLD: (0, 90), YOUNG: (0, 3)}) == {YOUNG}

    def test_a_collection_that_is_small_itself(self):
        with pytest.raises(InputError, match="cannot leave this machine"):
            hidden({(): (5, 500), OLD: (4, 90)})


@given(st.integers(0, 2**32 - 1))
def test_no_small_part_can_be_had_by_subtracting(seed):
    """Whatever two groups that are shown hold, what one has and the other lacks is not small."""
    rng = np.random.default_rng(seed)
    texts = rng.random((200, 4)) < rng.choice([0.05, 0.3, 0.9, 0.97], size=4)
    names = [(("a", "x"),), (("a", "y"),), (("b", "x"),), (("b", "y"),)]
    counts = {(): (200, 200)}
    for j, name in enumerate(names):
        counts[name] = (int(texts[:, j].sum()), 100)
    for i, j in combinations(range(4), 2):
        if names[i][0][0] != names[j][0][0]:
            counts[(*names[i], *names[j])] = (int((texts[:, i] & texts[:, j]).sum()), 60)
    gone = hidden(counts)
    shown = {group: n[0] for group, n in counts.items() if group not in gone}
    for group, n in shown.items():
        assert not 0 < n < LEAST
        for part in [(), *((pair,) for pair in group)]:
            if part in shown:
                assert not 0 < shown[part] - n < LEAST
