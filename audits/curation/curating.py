"""Keep, remove, edit; then audit again: decisions in, a curated table and its manifest out."""

from __future__ import annotations

import contextlib
import dataclasses
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from audits.curation import decided, marked
from audits.curation.fates import Fates
from audits.curation.manifest import file_record, manifest_of, manifest_text
from audits.curation.result import Curation, changes
from audits.curation.row_files import check_alike, family_of, one_file, row_file
from audits.curation.staging import MANIFEST, Staged, check_outputs, staged
from audits.curation.tables_read import TablesRead, differing, read_tables
from audits.data import engines, in_use
from audits.data.sources import sha256_of
from audits.diffs import diff
from audits.errors import SourceError, UsageError
from audits.flags.flagging import flag
from audits.results import Audit, group_name
from audits.review.as_read import agreed, as_read
from audits.review.digests import audit_text
from audits.review.records import Queue
from audits.review.removal import removal_lines
from audits.run import compare
from audits.settings import Settings

STAGES = ("rows", "audit before", "writing", "audit after")
OPTIONS = {
    "kept": "--output", "removed": "--removed", MANIFEST: "--manifest", "before": "--save-before",
    "after": "--save-after",
}  # fmt: skip
"""What is written, and the option that says where."""
_INPUTS = ("reference", "holdout", "rules", "metadata")
_RECORDED = (
    "sensitive_features", "features", "kinds", "bands", "missing", "weights", "target", "positive",
    "model", "exclude", "ask",
)  # fmt: skip
_FOR_FLAGS = (
    "sensitive_features", "holdout", "rules", "features", "kinds", "metadata", "bands", "missing",
    "memory", "threads", "work_folder",
)  # fmt: skip
Told = Callable[[str, float], None]


def curate(  # noqa: PLR0913, one parameter per thing a person may want to say
    synthetic: str | Path,
    real: Any,
    *,
    sensitive_features: str | Sequence[str] = (),
    store: Any = None,
    queue: str | None = None,
    flags: str | Path | None = None,
    drop: str | None = None,
    output: str | Path | None = None,
    removed: str | Path | None = None,
    manifest: str | Path | None = None,
    save_before: str | Path | None = None,
    save_after: str | Path | None = None,
    strict: bool = False,
    reference: Any = None,
    holdout: Any = None,
    rules: str | Path | None = None,
    weights: str | None = None,
    features: Sequence[str] | None = None,
    kinds: Mapping[str, Any] | None = None,
    metadata: str | Path | None = None,
    bands: Mapping[str, Sequence[float]] | None = None,
    missing: Sequence[str] = (),
    target: str | None = None,
    positive: str | None = None,
    model: str = "logistic",
    exclude: str | Sequence[str] = (),
    ask: Sequence[str] | None = None,
    settings: Settings | None = None,
    memory: str | int | None = None,
    threads: int | None = None,
    work_folder: str | Path | None = None,
    progress: Told | None = None,
) -> Curation:
    """Part a synthetic table into rows kept and rows removed, and audit what is kept again.

    Who decides is one of three: people, in a queue of a store; the flags of a file, or any file
    with a column `row`; or a filter that is computed now. A group that is surely removed faster
    than everyone is a problem, whoever decided.

    Parameters
    ----------
    synthetic : path
        One file: CSV, TSV (zipped or not), JSON Lines, Parquet or Feather.
    real : as for :func:`audits.compare`
        The real table.
    sensitive_features : str or sequence of str
        Columns that form the groups; those of the queue by default.
    store, queue : str, optional
        The store (a file of SQLite, or an address) and the id of a queue in it, opened on the very
        same bytes. Kinds, bands and missing values are those of the queue; to say others is an
        error. Items not settled leave their rows as they are.
    flags : path, optional
        What :func:`audits.flag` saved, or a file whose column `row` lists the rows to remove.
    drop : str, optional
        flagged, listed, any, copies, or a kind of rule broken (given, forbidden, rule, range,
        outlier): which column of `flags` counts, or, without a file, what is flagged now.
    output, removed, manifest : path, optional
        Where the rows kept, the rows removed with reasons, and the manifest go: in the format of
        the table. Without them nothing is written, and the audits tell what would be.
    save_before, save_after : path, optional
        Where the two audits go, as JSON.
    strict : bool
        Refuse while any item of the queue is unreviewed, disputed or escalated.
    reference, holdout, rules, weights, features, kinds, metadata, bands, missing, target, positive,
    model, exclude, ask, settings, memory, threads, work_folder, progress
        As for :func:`audits.compare`; settings are those of the queue by default.

    Returns
    -------
    Curation
        Frozen: counts, what the removal costs each group, both audits and what differs.

    Raises
    ------
    UsageError
        If an argument makes no sense, an edit does not fit its column, or no row would be left.
    InputError
        If the file is not the one that was reviewed, or cannot be judged.

    Examples
    --------
    >>> import audits, pandas as pd, tempfile, pathlib
    >>> folder = pathlib.Path(tempfile.mkdtemp())
    >>> people = pd.DataFrame({"sex": ["female"] + ["male"] * 9, "paid": ["yes", "no"] * 5})
    >>> people = pd.concat([people] * 40)
    >>> people.to_csv(folder / "made.csv", index=False)
    >>> women = [i for i, sex in enumerate(people["sex"], start=1) if sex == "female"]
    >>> pd.DataFrame({"row": women[:20]}).to_csv(folder / "rows.csv", index=False)
    >>> made = audits.curate(folder / "made.csv", people, sensitive_features="sex",
    ...                      flags=folder / "rows.csv", ask=["coverage"])
    >>> print(made)
    380 of 400 rows kept, 20 removed; 1 group removed faster than everyone
    """
    places = {"kept": output, "removed": removed, MANIFEST: manifest,
              "before": save_before, "after": save_after}  # fmt: skip
    options = {
        "sensitive_features": sensitive_features, "reference": reference, "holdout": holdout,
        "rules": rules, "weights": weights, "features": features, "kinds": kinds,
        "metadata": metadata, "bands": bands, "missing": missing, "target": target,
        "positive": positive, "model": model, "exclude": exclude, "ask": ask, "memory": memory,
        "threads": threads, "work_folder": work_folder,
    }  # fmt: skip
    outputs = {name: Path(path).expanduser() for name, path in places.items() if path is not None}
    source = _checked(synthetic, real, outputs, options, (store, queue, flags, drop))
    with contextlib.ExitStack() as stack:
        reviews = None if store is None else stack.enter_context(opened(store))
        asked = None if reviews is None else reviews.queue(queue)
        if asked is not None:
            decided.check_data(asked, source.name, sha256_of([source]))
            options["sensitive_features"] = sensitive_features or asked.sensitive_features
            options |= _as_reviewed(asked, options)
        settings = settings or settings_of(asked)
        told = progress or (lambda _stage, _share: None)
        known = "" if asked is None else asked.data
        made = _Curating(source, real, options, settings, told, known)
        fates = made.fates(reviews, asked, flags, drop, strict=strict)
        return made.written(fates, outputs)


@contextlib.contextmanager
def opened(store: Any) -> Iterator[Any]:
    """Yield a store: opened to be read if its address was given, else as it is."""
    if not isinstance(store, str | Path):
        yield store
        return
    from audits.review.store import Store

    with Store(str(store), read_only=True) as found:
        yield found


def _as_reviewed(queue: Queue, options: Mapping[str, Any]) -> dict[str, Any]:
    """Return how the tables of a queue were read; that cannot be said otherwise now."""
    if queue.reading is None:
        return {}
    said = as_read(*(options[name] for name in ("kinds", "metadata", "bands", "missing")))
    return {**agreed(queue.reading, said, queue.id), "metadata": None}


def settings_of(queue: Queue | None) -> Settings:
    """Return the settings that were in force when a queue was opened."""
    return Settings() if queue is None else Settings().having(**dict(queue.settings))


def _checked(
    synthetic: Any,
    real: Any,
    outputs: Mapping[str, Path],
    options: Mapping[str, Any],
    deciders: tuple[Any, str | None, Any, str | None],
) -> Path:
    """Refuse what cannot be done before anything is read; return the file to curate."""
    store, queue, flags, drop = deciders
    if (store is None) != (queue is None):
        raise UsageError("a queue is in a store. Give both --store and --queue.")
    if (store is None) == (flags is None and drop is None):
        raise UsageError(
            "who decides which rows go? Give --store and --queue, or --flags, or --drop, and only "
            "one of these; --drop beside --flags says which of its columns counts."
        )
    if drop is not None:
        marked.check_drop(drop)
    if engines.is_spark(synthetic) or engines.is_spark(real):
        raise UsageError(
            "rows on Spark have no order. Write each table as a file, and give its path; an audit "
            "that was made on Spark may serve for a queue all the same."
        )
    source = one_file(synthetic)
    family_of(source)
    for name in ("kept", "removed"):
        if name in outputs:
            check_alike(source, outputs[name], OPTIONS[name])
    read = {name: options[name] for name in _INPUTS}
    read |= {"synthetic": source, "real": real, "flags": flags}
    if isinstance(store, str | Path) and "://" not in str(store):
        read["store"] = store
    check_outputs(outputs, read, OPTIONS)
    return source


class _Curating:
    """The steps, one after the other."""

    def __init__(
        self,
        source: Path,
        real: Any,
        options: dict[str, Any],
        settings: Settings,
        told: Told,
        known: str = "",
    ) -> None:
        self.source, self.real, self.options = source, real, options
        self.settings, self.told, self._known = settings, told, known
        told(STAGES[0], 0.0)
        self.read: TablesRead = read_tables(real, source, settings, options)
        told(STAGES[0], 1.0)

    def fates(
        self, reviews: Any, queue: Queue | None, flags: Any, drop: str | None, *, strict: bool
    ) -> Fates:
        """Return what becomes of the rows."""
        if queue is not None:
            self._check_groups(queue)
            found = self._fitting(decided.decided(reviews, queue, strict=strict))
        elif flags is not None:
            found = marked.by_file(Path(flags), drop, self.read.rows)
        else:
            found = marked.by_flags(self._flags(), str(drop))
        if len(found.removed) == self.read.rows:
            raise UsageError("every row would be removed. There is nothing left to audit.")
        return found

    def _flags(self) -> Any:
        options = {name: self.options[name] for name in _FOR_FLAGS}
        return flag(self.real, self.source, settings=self.settings, **options)

    def _check_groups(self, queue: Queue) -> None:
        """Refuse options under which the groups are others than those that were reviewed."""
        wrong = differing(self.read.counted(), queue.groups)
        if wrong is not None:
            raise UsageError(
                f"the groups are not those of the queue {queue.id}: {group_name(wrong)} has "
                f"{self.read.counted().get(wrong, 0):,} rows, and {queue.groups.get(wrong, 0):,} "
                "there. Give the real table and the options that the queue was opened with."
            )

    def _fitting(self, fates: Fates) -> Fates:
        """Check every edit against its column."""
        for row in (*fates.removed, *fates.edited):
            if not 1 <= row <= self.read.rows:
                raise UsageError(f"the queue names row {row:,}; there are {self.read.rows:,} rows.")
        edited = {
            row: dataclasses.replace(fate, edit=self.read.checked(fate.edit, f"row {row}"))
            for row, fate in sorted(fates.edited.items())
        }
        return dataclasses.replace(fates, edited=edited)

    # -- the files -------------------------------------------------------------------------------

    def written(self, fates: Fates, outputs: Mapping[str, Path]) -> Curation:
        """Write everything aside, audit it, and put it in its place."""
        before = self._audit(self.source, STAGES[1])
        with contextlib.ExitStack() as stack:
            parts = self._places(outputs, stack)
            self.told(STAGES[2], 0.0)
            rows = row_file(self.source).part(fates, parts["kept"], parts["removed"])
            if rows != self.read.rows:
                raise SourceError(
                    self.source.name,
                    f"{rows:,} rows are written where the audit read {self.read.rows:,}.",
                    "Export the table again.",
                )
            self.told(STAGES[2], 1.0)
            after = self._audit(parts["kept"], STAGES[3])
            made = self._result(fates, before, after, parts, set(outputs))
            texts = {
                "before": audit_text(before), "after": audit_text(after),
                MANIFEST: manifest_text(made.manifest),
            }  # fmt: skip
            for name in texts.keys() & outputs.keys():
                parts[name].write_bytes(texts[name].encode("utf-8", "backslashreplace"))
            self._staged.commit()
        return made

    def _places(self, outputs: Mapping[str, Path], stack: contextlib.ExitStack) -> dict[str, Path]:
        """Return where files are written: aside of their targets, or where nobody looks."""
        parts: dict[str, Path] = {}
        if lacking := [name for name in ("kept", "removed") if name not in outputs]:
            folder = Path(self.options["work_folder"] or tempfile.gettempdir()).expanduser()
            aside = stack.enter_context(in_use.made(folder, in_use.WORK))
            for name in lacking:
                (aside / name).mkdir()
                parts[name] = aside / name / self.source.name
        self._staged: Staged = stack.enter_context(staged(outputs))
        return {**parts, **{name: self._staged[name] for name in outputs}}

    def _audit(self, synthetic: Path, stage: str) -> Audit:
        seen: dict[str, None] = {}

        def heard(part: str, _share: float) -> None:
            seen[part] = None
            self.told(stage, 1 - 1 / (1 + len(seen)))

        audit = compare(
            self.real, synthetic, settings=self.settings, progress=heard, **self.options
        )
        self.told(stage, 1.0)
        return audit

    def _unchanged(self, before: Audit) -> dict[str, Any]:
        """Return what tells the table; refuse one that is another than was reviewed or audited."""
        record = file_record(self.source, self.read.rows)
        audited = next(one.sha256 for one in before.inputs if one.role == "synthetic")
        if {audited, self._known or audited} != {record["sha256"]}:
            raise SourceError(
                self.source.name, "changed while it was read.", "Wait until it is written."
            )
        return record

    def _result(
        self, fates: Fates, before: Audit, after: Audit, parts: Mapping[str, Path], said: set[str]
    ) -> Curation:
        kept = fates.kept(self.read.rows)
        removal = removal_lines(self.read.counted(), self.read.counted(~kept), self.settings)
        gone = len(fates.removed)
        files = {"synthetic": self._unchanged(before)}
        for name, count in (("kept", self.read.rows - gone), ("removed", gone)):
            if name in said or name == "kept":
                files[name] = file_record(parts[name], count)
        return Curation(
            rows=self.read.rows,
            kept=self.read.rows - gone,
            removed=gone,
            edited=len(fates.edited),
            statuses=fates.statuses,
            rules=fates.rules,
            removal=removal,
            groups=changes(removal, before, after),
            before=before,
            after=after,
            diff=diff(before, after),
            manifest=manifest_of(
                files, (before, after), fates, removal,
                options={name: self.options[name] for name in _RECORDED},
                notes=fates.notes,
            ),
            notes=(*fates.notes, *self._staged.notes),
        )  # fmt: skip
