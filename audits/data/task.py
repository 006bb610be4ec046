"""What models are to predict."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Annotated:
    """A table of annotations of the target: what it is, what tells items apart, who annotated."""

    table: Any
    item: str
    features: tuple[str, ...] = ()


@dataclass(frozen=True)
class Task:
    """A target column, and how models of it are made.

    `positive` is the label that rates are of, where the person named one; `learner` is
    "logistic", "boosting" or a factory as "module:name"; `exclude` are columns the models do not
    see; `mitigate` says whether mitigations are tried. `annotated` are annotations of the target.
    """

    target: str
    positive: str | None = None
    learner: str = "logistic"
    exclude: tuple[str, ...] = ()
    mitigate: bool = False
    annotated: Annotated | None = None
