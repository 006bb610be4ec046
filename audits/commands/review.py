"""What an audit asks people to look at: opened as a queue, listed, decided on, handed over."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import typer

from audits import cli_options as options
from audits.cli_streams import as_json, guarded, out, page_look, remark
from audits.commands import review_options as of
from audits.commands.signing import sign, verify
from audits.commands.text import GroupBy, Language, LexiconFile, PromptColumn, TextColumn
from audits.commands.watching import watched
from audits.review.records import Action, Reviewer, Status, Wanted

if TYPE_CHECKING:
    from audits.review.records import Shown
    from audits.review.store import Store

review = typer.Typer(
    name="review",
    help="Review what an audit found and flagged: a queue, decisions that last, agreement.",
    no_args_is_help=True,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def open_(  # noqa: PLR0913, one parameter per option is how Typer declares them
    real: options.RealTable = None,
    synthetic: options.SyntheticTable = None,
    *,
    store: of.InStore,
    sensitive_features: options.SensitiveFeatures = None,
    audit: of.AuditFile = None,
    name: of.Name = None,
    min_cell: of.MinCell = None,
    take: of.Take = None,
    holdout: options.Holdout = None,
    rules: options.RulesFile = None,
    features: options.Features = None,
    kind: options.Kind = None,
    bands: options.Bands = None,
    missing: options.Missing = None,
    metadata: options.Metadata = None,
    set_: options.SetName = None,
    seed: options.Seed = None,
    memory: options.Memory = None,
    threads: options.Threads = None,
    work_folder: options.WorkFolder = None,
    config: options.Config = None,
    format_: options.Shown = None,
    progress_to: options.ProgressTo = None,
) -> None:
    """Put findings and flagged rows into a queue of a store; one that is there already stays."""
    from audits import config as configuration
    from audits.review.queueing import STAGES, checked_audit, open_queue
    from audits.review.store import Store

    given = {
        "real": real, "synthetic": synthetic, "holdout": holdout, "rules": rules,
        "metadata": metadata, "sensitive_features": configuration.names(sensitive_features),
        "features": configuration.names(features), "missing": configuration.names(missing),
        "kind": configuration.pairs("--kind", kind, "age=numeric"),
        "bands": configuration.bands(bands),
        "set": configuration.pairs("--set", set_, "review_alike=50"),
        "seed": seed, "memory": memory, "threads": threads, "work_folder": work_folder,
    }  # fmt: skip
    asked = configuration.request(given, config)
    saved = None if audit is None else checked_audit(audit)
    settings = asked.settings if saved is None else asked.over(saved.settings)
    with Store(store) as opened:
        with watched(STAGES, progress_to) as heard:
            queue, items = open_queue(
                asked.real, asked.synthetic, sensitive_features=asked.sensitive_features,
                audit=saved, name=name, min_cell=min_cell, take=configuration.names(take),
                holdout=asked.holdout, rules=asked.rules, features=asked.features, kinds=asked.kind,
                metadata=asked.metadata, bands=asked.bands, missing=asked.missing,
                settings=settings, memory=asked.memory,
                threads=asked.threads, work_folder=asked.work_folder,
                progress=heard if audit is not None else None,
            )  # fmt: skip
        kept = opened.add_queue(queue, items)
        _list(opened, [kept.id], format_)


def open_text(  # noqa: PLR0913, one parameter per option is how Typer declares them
    real: options.RealTable = None,
    synthetic: options.SyntheticTable = None,
    *,
    store: of.InStore,
    audit: of.AuditFile = None,
    name: of.Name = None,
    min_cell: of.MinCell = None,
    take: of.Take = None,
    text: TextColumn = None,
    group: GroupBy = None,
    lexicon: LexiconFile = None,
    prompt: PromptColumn = None,
    language: Language = None,
    missing: options.Missing = None,
    memory: options.Memory = None,
    work_folder: options.WorkFolder = None,
    config: options.Config = None,
    format_: options.Shown = None,
    progress_to: options.ProgressTo = None,
) -> None:
    """Put findings about texts, texts that are debris, and copies of real ones into a queue."""
    from audits import config as configuration
    from audits.errors import UsageError
    from audits.review.store import Store
    from audits.review.text_queue import STAGES, open_text_queue

    given = {
        "real": real, "synthetic": synthetic, "text": text, "group": configuration.names(group),
        "lexicon": lexicon, "prompt": prompt, "language": language,
        "missing": configuration.names(missing), "memory": memory, "work_folder": work_folder,
    }  # fmt: skip
    asked = configuration.text_request(given, config)
    if asked.real is None or asked.synthetic is None:
        raise UsageError("Give REAL and SYNTHETIC, two collections of texts.")
    with Store(store) as opened:
        with watched(STAGES, progress_to) as heard:
            queue, items = open_text_queue(
                asked.real, asked.synthetic, audit=audit, name=name, min_cell=min_cell,
                take=configuration.names(take), text=asked.text, group=asked.group,
                lexicon=asked.lexicon, prompt=asked.prompt, language=asked.language,
                missing=asked.missing, memory=asked.memory, work_folder=asked.work_folder,
                progress=heard if audit is not None else None,
            )  # fmt: skip
        kept = opened.add_queue(queue, items)
        _list(opened, [kept.id], format_)


def list_(*, store: of.InStore, format_: options.Shown = None) -> None:
    """List the queues of a store, the newest first."""
    from audits.review.store import Store

    with Store(store, read_only=True) as opened:
        _list(opened, [queue.id for queue in opened.queues()], format_)


def _list(store: Store, ids: Iterable[str], form: options.Format | None) -> None:
    from audits.reports.review_report import queues_text
    from audits.review.exporting import queue_to_dict

    found = [(store.queue(one), store.counts(one)) for one in ids]
    if form is options.Format.JSON:
        out(as_json([queue_to_dict(*one) for one in found]))
    else:
        _no_csv(form)
        out(queues_text(found, **page_look()))


def show(  # noqa: PLR0913, one parameter per option is how Typer declares them
    queue: of.OneQueue,
    item: of.OneItem = None,
    *,
    store: of.InStore,
    rule: of.Rule = None,
    status: of.InStatus = None,
    kind: of.Kind = None,
    group: of.InGroup = None,
    text: of.Text = None,
    severity: of.From = None,
    not_by: of.NotBy = None,
    sort: of.Sort = of.Sorts.SEVERITY,
    start: of.Start = 0,
    size: of.Size = 20,
    format_: options.Shown = None,
) -> None:
    """List the items of a queue, the severest first; or show all of one."""
    from audits.reports.review_report import item_text, items_text, shown_to_dict
    from audits.review.store import Store

    _no_csv(format_)
    with Store(store, read_only=True) as opened:
        if item is not None:
            one = opened.item(queue, item)
            plain: Any = shown_to_dict(one)
            told = item_text(one, **page_look())
        else:
            wanted = _wanted(rule, status, kind, group, text, severity, not_by)
            _known(opened, queue, wanted)
            page = opened.page(queue, wanted, sort=sort.value, start=start, size=size)
            plain = {"total": page.total, "items": [shown_to_dict(one) for one in page.items]}
            told = items_text(page.items, start, page.total, **page_look())
    out(as_json(plain) if format_ is options.Format.JSON else told)


def _wanted(
    rule: str | None,
    status: Status | None,
    kind: of.Kinds | None,
    group: list[str] | None,
    text: str | None,
    severity: float | None,
    not_by: str | None,
) -> Wanted:
    from audits import config
    from audits.results import as_group

    return Wanted(
        kind=kind and kind.value, rule=rule, status=status,
        group=as_group(config.pairs("--group", group, "race=Black") or {}), text=text or "",
        severity_from=severity, not_by=not_by,
    )  # fmt: skip


def _known(store: Store, queue: str, wanted: Wanted) -> None:
    """Refuse the name of a rule, a feature or a group that the queue has not."""
    from audits.errors import UnknownNameError

    rules = store.rules(queue) if wanted.rule is not None else {}
    if wanted.rule is not None and wanted.rule not in rules:
        raise UnknownNameError("rule in this queue", wanted.rule, list(rules))
    pairs = {pair for group in store.queue(queue).groups for pair in group} if wanted.group else ()
    for feature, value in wanted.group:
        values = sorted(v for f, v in pairs if f == feature)
        if not values:
            raise UnknownNameError("sensitive feature", feature, sorted({f for f, _ in pairs}))
        if value not in values:
            raise UnknownNameError(f"group of {feature}", value, values)


def decide(  # noqa: PLR0913, one parameter per option is how Typer declares them
    queue: of.OneQueue,
    items: of.Items = None,
    *,
    store: of.InStore,
    action: of.Act,
    reason: of.Reason,
    reviewer: of.ByName,
    edit: of.Edit = None,
    adjudicate: of.Settle = False,
    seen: of.Seen = None,
    rule: of.Rule = None,
    status: of.InStatus = None,
    kind: of.Kind = None,
    group: of.InGroup = None,
    text: of.Text = None,
    severity: of.From = None,
    not_by: of.NotBy = None,
    yes: of.Yes = False,
    format_: options.Shown = None,
) -> None:
    """Decide on items that are named, or, with --yes, on all that a filter finds.

    A filter finds what is unreviewed, unless --status says otherwise. Whom a decision to remove
    would hit is told first; without --yes nothing is decided.
    """
    from audits import config
    from audits.review.edits import check_edit
    from audits.review.store import Store

    _no_csv(format_)
    filters = (rule, status, kind, group, text, severity, not_by)
    _one_way(items, filters, edit, seen)
    who = Reviewer(reviewer)
    with Store(store) as opened:
        if items and len(items) == 1:
            now, values = opened.item(queue, items[0]), config.pairs("--edit", edit, "age=40")
            check_edit(now.item, action, values or {})
            opened.decide(
                queue, items[0], action, reason=reason, reviewer=who, edit=values,
                seen=now.version if seen is None else seen, adjudicates=adjudicate,
            )  # fmt: skip
            remark("decided on 1 item")
            return
        wanted = Wanted(ids=tuple(items)) if items else _filtered(filters)
        _known(opened, queue, wanted)
        found = list(opened.items(queue, wanted))
        _all_there(items, found)
        if action is Action.REMOVE and not items:
            _preview(opened, queue, found, format_)
        if not items and not yes:
            remark(f"{len(found):,} items found; nothing was decided. Decide on them with --yes.")
            return
        versions = {one.item.id: one.version for one in found}
        made = opened.decide_many(
            queue, versions, action, reason=reason, reviewer=who, adjudicates=adjudicate
        )
        remark(f"decided on {len(made):,} items at once (request {made[0].bulk})")


def _filtered(filters: tuple[Any, ...]) -> Wanted:
    rule, status, *rest = filters
    return _wanted(rule, Status.UNREVIEWED if status is None else status, *rest)


def _one_way(
    items: list[str] | None,
    filters: tuple[Any, ...],
    edit: list[str] | None,
    seen: int | None,
) -> None:
    """Refuse what would be ambiguous: items are named, or found by a filter."""
    from audits.errors import UsageError

    filtered = any(one not in (None, []) for one in filters)
    if items and filtered:
        raise UsageError("name items, or find them by a filter, not both.")
    if not items and not filtered:
        raise UsageError("say which items: their ids, or a filter such as --rule copy.")
    if len(items or ()) != 1 and (edit or seen is not None):
        raise UsageError("--edit and --seen are about one item. Name it.")


def _all_there(items: list[str] | None, found: list[Shown]) -> None:
    from audits.errors import UsageError

    missing = set(items or ()) - {one.item.id for one in found}
    if missing:
        raise UsageError(f"the queue has no item {min(missing)!r}. Nothing was changed.")
    if not found:
        raise UsageError("no item fits the filter: there is nothing to decide.")


def _preview(store: Store, queue: str, found: list[Shown], form: options.Format | None) -> None:
    from audits.reports.review_report import lines_to_dicts, preview_text
    from audits.review.previews import preview, rows_meant

    lines = preview(store.queue(queue), rows_meant(found))
    if form is options.Format.JSON:
        out(as_json(lines_to_dicts(lines)))
    else:
        out(preview_text(lines, **page_look()))


def agreement(queue: of.OneQueue, *, store: of.InStore, format_: options.Shown = None) -> None:
    """Tell how far every two reviewers agree: Cohen's kappa, overall and by group."""
    from audits.reports.review_report import agreement_text, lines_to_dicts
    from audits.review.agreement import agreements
    from audits.review.store import Store
    from audits.settings import Settings

    _no_csv(format_)
    with Store(store, read_only=True) as opened:
        settings = Settings().having(**dict(opened.queue(queue).settings))
        items = [one.item for one in opened.items(queue)]
        lines = agreements(items, opened.decisions(queue), settings)
    if format_ is options.Format.JSON:
        out(as_json(lines_to_dicts(lines)))
    else:
        out(agreement_text(lines, **page_look()))


def export(queue: of.OneQueue, *, store: of.InStore, output: of.ExportTo) -> None:
    """Write every decision of a queue, in the order in which they were confirmed."""
    from audits.review import exporting
    from audits.review.store import Store

    with Store(store, read_only=True) as opened:
        exporting.export(opened, queue, output)
    remark(f"saved {output}")


def _no_csv(form: options.Format | None) -> None:
    from audits.errors import UsageError

    if form is options.Format.CSV:
        raise UsageError(
            "--format csv is not for this. Use --format json, or audits review export."
        )


for _name, _command in (
    ("open", open_), ("open-text", open_text), ("list", list_), ("show", show), ("decide", decide),
    ("agreement", agreement), ("export", export), ("sign", sign), ("verify", verify),
):  # fmt: skip
    review.command(_name)(guarded(_command))
