"""Fairness: from measurements to findings."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from audits.questions.fairness_claims import Found
from audits.questions.fairness_families import apart, changes, harm, labels, rows_of
from audits.questions.fairness_mix_verdicts import mix_parts
from audits.questions.fairness_quiet import quiet
from audits.questions.fairness_rows import (
    ChangeRow,
    FairnessRow,
    LabelRow,
    RateRow,
    SliceRow,
    TaskRow,
    TurningRow,
)
from audits.questions.fairness_sentences import Words, state
from audits.questions.fairness_slices_judged import slice_parts
from audits.questions.headlines import BAD, Part, headline
from audits.results import Finding, Group, Row, evidence_of
from audits.settings import Settings

_MOST = 2  # rates told in one sentence
_SUBJECTS = {"synthetic": "a model trained on the synthetic rows", "given": "the model"}


def judge(tables: Mapping[str, tuple[Row, ...]], settings: Settings) -> list[Finding]:
    """One finding per group: served worse by training on synthetic rows, or set apart; labels."""
    groups = [row for row in rows_of(tables, FairnessRow) if row.labelled]
    about = {row.group: row for row in groups}
    rates, changed = rows_of(tables, RateRow), rows_of(tables, ChangeRow)
    families = (
        changes(changed, about, settings),
        apart(rates, changed, about, settings),
        labels(rows_of(tables, LabelRow), about, settings),
    )
    words = Words.of(next(iter(rows_of(tables, TaskRow)), None))
    real = {_key(row): row for row in rates if row.model == "real"}
    texts = (
        partial(_change_text, words),
        partial(_apart_text, words, real),
        partial(_label_text, words),
    )
    sliced = slice_parts(rows_of(tables, SliceRow), about, words, settings)
    mixed = mix_parts(rows_of(tables, TurningRow), about, words, settings)
    by_group = [_by_group(family) for family in families]
    findings: list[Finding] = []
    for row in groups:
        mine = [family[row.group] for family in by_group]
        parts = [
            part
            for family, text in zip(mine, texts, strict=True)
            for part in _part(row, family, text, words)
        ]
        parts += mixed.get(row.group, [])
        parts += [] if row.group else sliced
        every = [one for family in mine for one in family]
        said = partial(quiet, row, every, _evidence(row), settings)
        findings += _with_state(row, headline("fairness", row.group, parts, otherwise=said))
    return findings


def _by_group(family: Sequence[Found]) -> dict[Group, list[Found]]:
    found: dict[Group, list[Found]] = defaultdict(list)
    for one in family:
        found[one.statement.row.group].append(one)
    return found


def _key(row: RateRow) -> tuple[Group, str, str]:
    return row.group, row.metric, row.label


def _evidence(row: FairnessRow) -> dict[str, Any]:
    return evidence_of(
        row, "real", "synthetic", "tested", "positives", "metric", "by_real", "by_synthetic",
        "change", "state",
    )  # fmt: skip


def _with_state(row: FairnessRow, findings: list[Finding]) -> list[Finding]:
    """Add to a group's finding what kept it from being served, or from being judged."""
    more = state(row)
    if not more:
        return findings
    first = findings[0]
    return [replace(first, because=f"{first.because.removesuffix('.')}; {more}."), *findings[1:]]


# -- parts -----------------------------------------------------------------------------------------


def _part(
    row: FairnessRow, family: Sequence[Found], text: Callable[[Sequence[Found]], str], words: Words
) -> list[Part]:
    """What is bad in a family about one group, as one part led by the worst; nothing else."""
    bad = [one for one in family if one.verdict in BAD]
    if not bad:
        return []
    bad.sort(key=lambda one: (one.verdict.rank, -one.severity))
    lead = bad[0]
    evidence = _evidence(row) | {
        "lead_metric": getattr(lead.statement.row, "metric", "label"),
        "lead_label": getattr(lead.statement.row, "label", ""),
        "lead_people": lead.statement.people,
        "lead_value": lead.statement.value,
    }
    # what is said of labels is said of the target's column, of models of the group as a whole
    attribute = words.target if isinstance(lead.statement.row, LabelRow) else None
    return [Part(attribute, lead.verdict, text(bad), lead.sensitivity, lead.severity, evidence)]


def _few(texts: Sequence[str]) -> str:
    """Join what is said of one model, cut where it gets long."""
    more = len(texts) - _MOST
    cut = f"; and so in {more} more {'rate' if more == 1 else 'rates'}" if more > 0 else ""
    return "; it ".join(texts[:_MOST]) + cut


def _change_text(words: Words, bad: Sequence[Found]) -> str:
    rows = [one.statement.row for one in bad]
    texts = [words.change(row, harm(row)) for row in rows if isinstance(row, ChangeRow)]
    return f"{_SUBJECTS['synthetic']} {_few(texts)}"


def _label_text(words: Words, bad: Sequence[Found]) -> str:
    rows = [one.statement.row for one in bad][:_MOST]
    return "; ".join(words.labels(row) for row in rows if isinstance(row, LabelRow))


def _apart_text(
    words: Words, real: Mapping[tuple[Group, str, str], RateRow], bad: Sequence[Found]
) -> str:
    texts, subject = [], _SUBJECTS["synthetic"]
    for one in bad:
        row = one.statement.row
        assert isinstance(row, RateRow)
        subject = _SUBJECTS.get(row.model, subject)
        texts.append(
            words.apart(row) + words.origin(row, real.get(_key(row)), made=one.statement.made)
        )
    return f"{subject} {_few(texts)}"
