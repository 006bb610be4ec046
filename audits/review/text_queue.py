"""An audit of texts and what is odd about single ones, made into a queue for people."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from audits.corpus.asked import Asked
from audits.corpus.collection import Collection, TextRecord
from audits.corpus.corpora import Corpora
from audits.corpus.debris import COPIED, KINDS
from audits.corpus.opening import opened_corpora
from audits.data.names import clean_name
from audits.data.workspace import Workspace
from audits.errors import UsageError
from audits.questions.text_debris_counts import looked_at
from audits.results import Audit, Group
from audits.review import taking
from audits.review.chance import rarity
from audits.review.digests import audit_digest
from audits.review.finding_items import finding_items
from audits.review.identity import name_of
from audits.review.queueing import checked_audit
from audits.review.record_items import COPY, plain
from audits.review.records import RECORD, Item, Queue
from audits.review.taking import OF_TEXTS
from audits.run import named, one_thread_of_algebra
from audits.settings import Settings
from audits.text_flags import reasons
from audits.texts import compare_text

STAGES = ("reading", "mentions")
"""What a queue of an audit that is given goes through, for whoever watches."""
DEBRIS = "debris"
_UNKNOWN = 3.0  # without real texts nobody knows what people do
_MISSING = "missing"
Told = Callable[[str, float], None]


def open_text_queue(  # noqa: PLR0913, one parameter per thing a person may want to say
    real: Any = None,
    synthetic: Any = None,
    *,
    audit: Audit | str | Path | None = None,
    name: str | None = None,
    min_cell: int | None = None,
    take: Sequence[str] | None = None,
    text: str = "text",
    group: str | Sequence[str] = (),
    lexicon: str | Path | None = None,
    prompt: str | None = None,
    language: str = "en",
    missing: Sequence[str] = (),
    settings: Settings | None = None,
    memory: str | int | None = None,
    work_folder: str | Path | None = None,
    progress: Told | None = None,
) -> tuple[Queue, tuple[Item, ...]]:
    """Make a queue of everything in an audit of texts that needs a person.

    An item is made of every finding with the verdict problem or watch, and of every synthetic text
    that is debris (rule "debris") or equals or nearly equals a real one (rule "copy"). Real texts
    are never shown.

    Parameters
    ----------
    real, synthetic : as for :func:`audits.compare_text`
        Two collections, or the synthetic one alone.
    audit : Audit or path, optional
        The audit of these texts, or where it was saved; made now if it is not given.
    name, min_cell
        As for :func:`audits.review.queueing.open_queue`.
    take : sequence of str, optional
        What to take, of `audits.review.taking.OF_TEXTS`; all by default.
    text, group, lexicon, prompt, language, missing, settings, memory, work_folder, progress
        As for :func:`audits.compare_text`. Without `group` items of texts belong to everyone.

    Returns
    -------
    Queue, tuple of Item
        To be put into a store. `row` counts texts as they were given, from 1.

    Raises
    ------
    UsageError
        If an argument makes no sense, or the audit is one of other texts.
    InputError
        If the texts cannot be judged.

    Examples
    --------
    >>> told = [f"The {who} walked to the {place}." for who in ("fox", "owl", "cat", "hen")
    ...         for place in ("sea", "wood", "hill")]
    >>> odd = [told[0], "As an AI language model, I cannot tell a story."]
    >>> queue, items = open_text_queue(told, odd, min_cell=0)
    >>> [(item.row, item.rule) for item in items if item.kind == "record"]
    [(1, 'copy'), (2, 'debris')]
    """
    if synthetic is None:
        raise UsageError("no synthetic texts were given. Give them as synthetic=.")
    wanted = taking.checked(take, OF_TEXTS)
    said: dict[str, Any] = {
        "text": text, "group": group, "lexicon": lexicon, "prompt": prompt, "language": language,
        "missing": missing, "memory": memory, "work_folder": work_folder,
    }  # fmt: skip
    if audit is None:
        audit = compare_text(real, synthetic, **said, settings=settings, progress=progress)
    audit = checked_audit(audit)
    settings = settings or audit.settings
    if min_cell is not None:
        settings = settings.having(review_min_cell=min_cell)
    asked = Asked(
        text=clean_name(text), groups=named("group", group), language=language, lexicon=lexicon,
        prompt=None if prompt is None else clean_name(prompt),
        missing=frozenset(named("missing", missing)),
    )  # fmt: skip
    given = {"synthetic": synthetic} if real is None else {"real": real, "synthetic": synthetic}
    told = progress or (lambda _stage, _share: None)
    with (
        Workspace(memory, None, work_folder) as work,
        opened_corpora(given, asked, settings, work, told) as corpora,
        one_thread_of_algebra(),
    ):
        return _opened(corpora, audit, name, asked.groups, wanted)


def _opened(
    corpora: Corpora,
    audit: Audit,
    name: str | None,
    features: Sequence[str],
    take: Sequence[str],
) -> tuple[Queue, tuple[Item, ...]]:
    collection, settings = corpora.synthetic, corpora.settings
    record = collection.record
    _check_same(audit, [one.record for one in corpora.collections])
    groups = _groups(collection, features)
    items = [*finding_items(audit, settings.review_min_cell), *_texts(corpora, groups)]
    digest = audit_digest(audit)
    data = record.sha256 or _content(collection)
    queue = Queue(
        id=name_of(
            "text queue", digest, data, settings.to_dict(), list(features),
            [[one.record.role, one.record.sha256] for one in corpora.collections],
            *taking.named(take, OF_TEXTS),
        ),
        name=name or record.name,
        audit=digest,
        data=data,
        data_name=Path(record.name).name,
        rows=record.rows,
        sensitive_features=tuple(features),
        groups=Counter(groups),
        made=datetime.now(UTC).isoformat(timespec="seconds"),
        settings=settings.to_dict(),
    )  # fmt: skip
    return queue, taking.taken(items, take)


def _check_same(audit: Audit, given: Sequence[TextRecord]) -> None:
    """Refuse an audit of other texts: of real ones, too, as copies are told by them."""
    known = {one.role: one for one in audit.inputs}
    if "synthetic" not in known or not audit.of_texts:
        raise UsageError("this is no audit of these texts. Give one made by audits text.")
    for record in given:
        other = known.get(record.role)
        differs = other is not None and other.sha256 and other.sha256 != record.sha256
        if other is None or other.rows != record.rows or (differs and record.sha256):
            has = "none" if other is None else f"{other.rows:,} of them"
            raise UsageError(
                f"the audit is one of other texts: of the {record.role} ones it has {has}, and "
                f"{record.rows:,} were given, or they were changed since. Audit them again."
            )


def _content(collection: Collection) -> str:
    """Return 64 digits for texts that are no file: what they hold, in whatever order."""
    return "".join(
        name_of(part, *map(int, np.sort(collection.content).tolist())) for part in range(4)
    )


def _groups(collection: Collection, features: Sequence[str]) -> list[Group]:
    """Return the combination of all group columns of each document."""
    columns = [collection.columns[feature] for feature in features]
    return [
        tuple(sorted(
            (feature, _MISSING if column.codes[i] < 0 else column.values[column.codes[i]])
            for feature, column in zip(features, columns, strict=True)
        ))
        for i in range(collection.documents)
    ]  # fmt: skip


def _texts(corpora: Corpora, groups: Sequence[Group]) -> Iterator[Item]:
    """Yield an item per text that is flagged, in the order in which texts were given."""
    marks = {one.side: one.marks for one in looked_at(corpora)}
    synthetic, real = corpora.sides
    collection, flags = corpora.collections[synthetic], marks[synthetic]
    rare = None if real is None else _rare(marks[real])
    for at in np.argsort(collection.row, kind="stable").tolist():
        kinds = [KINDS[i] for i in np.flatnonzero(flags[at])]
        if not kinds:
            continue
        rule, row = COPY if COPIED in kinds else DEBRIS, int(collection.row[at]) + 1
        severity, said = _UNKNOWN, ""
        if rare is not None:
            severity, share = rarity(float(rare[flags[at]].min()))
            said = f"; {share} real texts do the rarest of it"
        yield Item(
            id=name_of(RECORD, rule, row),
            kind=RECORD,
            rule=rule,
            reason=f"Text {row:,}: {reasons(flags[at], None)}{said}.",
            severity=severity,
            group=groups[at],
            row=row,
            detail={"values": _values(collection, at), "kinds": kinds},
        )


def _rare(real: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Return the share of real texts of each kind, never quite nothing."""
    return np.asarray((real.sum(axis=0) + 1) / (len(real) + 2), dtype=np.float64)


def _values(collection: Collection, at: int) -> Mapping[str, Any]:
    labels = {
        name: None if label.codes[at] < 0 else label.values[label.codes[at]]
        for name, label in collection.columns.items()
    }
    found = {"text": plain(collection.texts[at]), **labels}
    if collection.prompts is not None:
        found["prompt"] = plain(collection.prompts[at])
    return found
