"""What is asked of two tables: which questions, and what a model would predict."""

from __future__ import annotations

from audits.data.names import clean_name
from audits.data.task import Task
from audits.errors import UsageError
from audits.learners.learner import learner_of
from audits.registry import OF_QUOTAS, OF_TARGETS, Question, questions


def task_of(
    target: str | Task | None,
    positive: str | None = None,
    model: str = "logistic",
    exclude: tuple[str, ...] = (),
    *,
    mitigate: bool = False,
) -> Task | None:
    """Check what is to be predicted; None where no target is named.

    Raises
    ------
    UsageError
        If something is said of a target that is not named, or there is no such model.

    Examples
    --------
    >>> task_of("income", model="boosting").learner
    'boosting'
    """
    if isinstance(target, Task):
        return target
    if target is None:
        for what, given in (("positive", positive), ("exclude", exclude)):
            if given:
                raise UsageError(f"{what} is said of a target, and none is named. Name a target.")
        if model != "logistic":
            raise UsageError("a model is named, and no target for it to predict. Name a target.")
        return None
    learner_of(model, kind="binary")
    label = None if positive is None else str(positive)
    return Task(clean_name(target), label, model, exclude, mitigate)


def asked_of(
    ask: tuple[str, ...] | None, task: Task | None, *, quotas: bool = False
) -> tuple[Question, ...]:
    """Return the questions to ask: without a target, not what is asked of one.

    Where quotas are given they are asked about, whatever else is: no list of questions may let
    them pass unseen.

    Raises
    ------
    UsageError
        If a question that needs a target, or quotas, is named, and none is given.
    """
    named = tuple(name for name in ask or () if name not in OF_QUOTAS)
    if len(named) < len(ask or ()) and not quotas:
        raise UsageError(
            "quotas were asked about, and none are given. Write them as [[quotas]] in a file, and "
            "give it: quotas=, or --quotas."
        )
    about = questions(None, of="quotas") if quotas else ()
    return (*(_of_pairs(named, task) if named or not ask else ()), *about)


def _of_pairs(ask: tuple[str, ...], task: Task | None) -> tuple[Question, ...]:
    chosen = questions(ask)
    if task is not None:
        return chosen
    for question in chosen:
        if question.id in OF_TARGETS and question.id in ask:
            raise UsageError(
                f"{question.id} was asked, and no target is named. Name the column that a model "
                "would predict: target=, or --target."
            )
    return tuple(question for question in chosen if question.id not in OF_TARGETS)


def stages_of(ask: tuple[str, ...] | None, task: Task | None, *, quotas: bool = False) -> list[str]:
    """Return what an audit goes through, for whoever watches."""
    return ["reading", *(question.id for question in asked_of(ask, task, quotas=quotas))]
