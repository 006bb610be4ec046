"""The audit that is being prepared: tables and choices, kept in the session's folder."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import IO, Any

import opening
from sessions import Session

SINGLE = ("real", "reference", "holdout", "rules")
_OF_A_TARGET = ("target", "positive", "model", "exclude")
_OF_THE_TABLES = (
    "sensitive", "features", "bands", "weights", "kinds", "sample", "chosen", "text",
    "text_groups", "prompt", *_OF_A_TARGET,
)  # fmt: skip
_PAIRS_ONLY = ("weights", "ask", *_OF_A_TARGET, *(role for role in SINGLE if role != "real"))

_OPTIONS = {  # of a request, and what the draft calls them
    "weights": "weights",
    "missing": "missing",
    "features": "features",
    "ask": "ask",
    "kind": "kinds",
    "bands": "bands",
    "intersections": "intersections",
    "target": "target",
}


def read(session: Session) -> dict[str, Any]:
    """Return the draft, without tables that are no longer there."""
    draft = session.read("draft")
    for role in SINGLE:
        if role in draft and not _there(draft[role]):
            del draft[role]
    draft["synthetic"] = [one for one in draft.get("synthetic", ()) if _there(one)]
    return draft


def _there(table: Mapping[str, str]) -> bool:
    path = table["path"]
    return Path(path).exists() or any(mark in path for mark in "*?[")


def change(session: Session, **values: Any) -> None:
    """Change parts of the draft; written only if something differs."""
    draft = session.read("draft")
    after = {**draft, **values}
    if after != draft:
        session.write("draft", after)


def add(session: Session, role: str, stream: IO[bytes], label: str) -> None:
    """Take an uploaded table into the draft; a new real table makes earlier choices moot."""
    drafted = session.read("draft")
    if drafted.get("sample"):
        drafted = {}
    made = opening.table(session.add_table(stream, label), label)
    if role == "synthetic":
        drafted["synthetic"] = [*drafted.get("synthetic", ()), made]
        drafted["chosen"] = [one["label"] for one in labelled(drafted["synthetic"])]
    else:
        if role in drafted:
            session.drop_table(drafted[role]["path"])
        drafted[role] = made
        if role == "real":
            drafted = {k: v for k, v in drafted.items() if k not in _OF_THE_TABLES}
    session.write("draft", drafted)


def remove(session: Session, role: str, path: str) -> None:
    """Take a table out of the draft, and delete it if it was uploaded."""
    drafted = session.read("draft")
    if role == "synthetic":
        drafted["synthetic"] = [one for one in drafted["synthetic"] if one["path"] != path]
    else:
        drafted.pop(role, None)
    if drafted.pop("sample", None):
        drafted = {}
    session.drop_table(path)
    session.write("draft", drafted)


def labelled(tables: list[dict[str, str]]) -> list[dict[str, str]]:
    """Return tables with labels that tell them apart."""
    seen: dict[str, int] = {}
    told = []
    for one in tables:
        number = seen[one["label"]] = seen.get(one["label"], 0) + 1
        label = one["label"] if number == 1 else f"{one['label']} ({number})"
        told.append({**one, "label": label})
    return told


def chosen(draft: Mapping[str, Any]) -> list[dict[str, str]]:
    """Return the synthetic tables to be audited, in the order chosen: all, if none was."""
    tables = labelled(draft["synthetic"])
    if "chosen" not in draft:
        return tables
    by_label = {one["label"]: one for one in tables}
    return [by_label[label] for label in draft["chosen"] if label in by_label]


def chain(draft: Mapping[str, Any]) -> bool:
    """Return whether the synthetic tables are generations, each made from those before."""
    return bool(draft.get("generations")) and len(draft["synthetic"]) > 1


def requests(
    draft: Mapping[str, Any], counting: Mapping[str, Any]
) -> tuple[list[dict[str, Any]], list[str]]:
    """Return one request for each synthetic table, or one for a chain; and what to call each."""
    if draft.get("text"):
        return _of_texts(draft, counting)
    base = _base(draft, counting)
    features = ", ".join(draft["sensitive"])
    if chain(draft):
        tables = [draft["real"], *chosen(draft)]
        asked = {name: value for name, value in base.items() if name not in _PAIRS_ONLY}
        del asked["real"]
        if draft.get("loop"):
            asked["loop"] = draft["loop"]
        asked["generations"] = [one["path"] for one in tables]
        return [asked], [f"{len(tables)} generations of {draft['real']['label']} by {features}"]
    made, labels = [], []
    for one in chosen(draft):
        made.append({**base, "synthetic": one["path"]})
        labels.append(f"{one['label']} by {features}")
    return made, labels


def _of_texts(
    draft: Mapping[str, Any], counting: Mapping[str, Any]
) -> tuple[list[dict[str, Any]], list[str]]:
    """Return requests to audit the texts in a column, and what to call each."""
    base: dict[str, Any] = {"text": draft["text"], "group": list(draft.get("text_groups") or ())}
    for option in ("missing", "intersections"):
        if draft.get(option):
            base[option] = draft[option]
    settings = {n: v for n, v in counting.items() if n != "intersections" or n not in base}
    if settings:
        base["set"] = settings
    by = f"by {', '.join(base['group'])}" if base["group"] else "by mentions"
    if chain(draft):
        tables = [draft["real"], *chosen(draft)]
        base["generations"] = [one["path"] for one in tables]
        return [base], [f"Texts of {len(tables)} generations {by}"]
    base["real"] = draft["real"]["path"]
    if "reference" in draft:
        base["reference"] = draft["reference"]["path"]
    if draft.get("prompt"):
        base["prompt"] = draft["prompt"]
    made = [{**base, "synthetic": one["path"]} for one in chosen(draft)]
    return made, [f"Texts of {one['label']} {by}" for one in chosen(draft)]


def _base(draft: Mapping[str, Any], counting: Mapping[str, Any]) -> dict[str, Any]:
    """Return what all requests of a draft have in common."""
    base: dict[str, Any] = {"sensitive_features": list(draft["sensitive"])}
    base |= {role: draft[role]["path"] for role in SINGLE if role in draft}
    for option, name in _OPTIONS.items():
        if draft.get(name):
            base[option] = draft[name]
    if "target" in base:
        base |= {name: draft[name] for name in _OF_A_TARGET if draft.get(name)}
    if "bands" in base:
        base["bands"] = {n: e for n, e in base["bands"].items() if n in draft["sensitive"]}
    settings = {n: v for n, v in counting.items() if n != "intersections" or n not in base}
    if settings:
        base["set"] = settings
    return base
