"""What a model trained on the synthetic rows would do to every group, from the command line."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from audits import cli_options as options
from audits.cli_streams import gate, holding, remark, standing, under, write_audit
from audits.commands.watching import watched

if TYPE_CHECKING:
    from audits.config import FairnessRequest
    from audits.results import Audit

PredictedColumn = Annotated[
    str | None, typer.Option("--target", metavar="COLUMN", help="The column that models predict.")
]
NoMitigation = Annotated[
    bool, typer.Option("--no-mitigation", help="Do not try what would mend the gaps.")
]
Annotations = Annotated[
    str | None,
    typer.Option(
        metavar="FILE",
        help="A line for each label that somebody gave to an item, with the sensitive features of "
        "the person it is about: how often do annotators disagree, and about whom?",
    ),
]
ItemColumn = Annotated[
    str | None,
    typer.Option(
        "--item", metavar="COLUMN", help="The column of --annotations that tells items apart."
    ),
]
AnnotatorFeatures = Annotated[
    list[str] | None,
    typer.Option(metavar="A,B", help="Columns of --annotations that form groups of annotators."),
]
Predictions = Annotated[
    str | None,
    typer.Option(
        metavar="FILE",
        help="Audit predictions of a model trained elsewhere, by themselves: a line per person, "
        "with y_true, y_pred or score (or both), and who they are. No REAL and SYNTHETIC.",
    ),
]
TrueColumn = Annotated[
    str | None, typer.Option("--y-true", metavar="COLUMN", help="The truth in --predictions.")
]
PredColumn = Annotated[
    str | None,
    typer.Option("--y-pred", metavar="COLUMN", help="What is predicted, in --predictions."),
]
ScoreColumn = Annotated[
    str | None,
    typer.Option(
        "--score",
        metavar="COLUMN",
        help="The probability of the positive label, in --predictions. Without predicted labels, "
        "the positive one is predicted from 0.5.",
    ),
]


def fairness(  # noqa: PLR0913, one parameter per option is how Typer declares them
    real: options.RealTable = None,
    synthetic: options.SyntheticTable = None,
    *,
    target: PredictedColumn = None,
    sensitive_features: options.SensitiveFeatures = None,
    holdout: options.Holdout = None,
    model: options.ModelOf = None,
    positive: options.Positive = None,
    exclude: options.Exclude = None,
    no_mitigation: NoMitigation = False,
    annotations: Annotations = None,
    item: ItemColumn = None,
    annotator_features: AnnotatorFeatures = None,
    predictions: Predictions = None,
    y_true: TrueColumn = None,
    y_pred: PredColumn = None,
    score: ScoreColumn = None,
    features: options.Features = None,
    kind: options.Kind = None,
    bands: options.Bands = None,
    missing: options.Missing = None,
    metadata: options.Metadata = None,
    intersections: options.Intersections = None,
    set_: options.SetName = None,
    seed: options.Seed = None,
    memory: options.Memory = None,
    threads: options.Threads = None,
    work_folder: options.WorkFolder = None,
    config: options.Config = None,
    fail_on: options.FailOn = None,
    output: options.Output = None,
    format_: options.Shown = None,
    everything: options.Everything = False,
    progress_to: options.ProgressTo = None,
) -> None:
    """Ask whether a model trained on the synthetic rows would serve every group as well."""
    from audits import config as configuration

    given = {
        "real": real, "synthetic": synthetic, "holdout": holdout, "metadata": metadata,
        "target": target, "model": model, "positive": positive, "output": output,
        "annotations": annotations, "item": item,
        "annotator_features": configuration.names(annotator_features),
        "predictions": predictions, "y_true": y_true, "y_pred": y_pred, "score": score,
        "exclude": configuration.names(exclude),
        "sensitive_features": configuration.names(sensitive_features),
        "features": configuration.names(features),
        "missing": configuration.names(missing),
        "kind": configuration.pairs("--kind", kind, "age=numeric"),
        "bands": configuration.bands(bands),
        "set": configuration.pairs("--set", set_, "fairness_rounds=10"),
        "intersections": intersections, "seed": seed,
        "memory": memory, "threads": threads, "work_folder": work_folder,
        "fail_on": fail_on and fail_on.value, "format": format_ and format_.value,
        "ask": ("fairness",),
    }  # fmt: skip
    asked = configuration.fairness_request(given, config)
    made = _run(asked, progress_to, mitigate=not no_mitigation)
    audit = under(made, asked.exceptions, config)
    if asked.output is not None:
        audit.save(asked.output)
        remark(f"saved {asked.output}{holding(asked.output)}")
    write_audit(audit, asked.format, everything=everything)
    gate(standing(audit), asked.fail_on, "found")


def _run(asked: FairnessRequest, progress_to: str | None, *, mitigate: bool) -> Audit:
    from audits.downstream import fairness as run
    from audits.errors import UsageError

    if asked.target is None and asked.predictions is None:
        raise UsageError("no target was named. Give --target, the column that models predict.")
    stages = asked.stages
    with watched(stages, progress_to) as heard:
        return run(
            asked.real,
            asked.synthetic,
            target=asked.target,
            sensitive_features=asked.sensitive_features,
            positive=asked.positive,
            model=asked.model,
            exclude=asked.exclude,
            mitigate=mitigate,
            annotations=asked.annotations,
            item=asked.item,
            annotator_features=asked.annotator_features,
            predictions=asked.predictions,
            y_true=asked.y_true,
            y_pred=asked.y_pred,
            score=asked.score,
            progress=heard,
            **_options(asked),
        )


def _options(asked: FairnessRequest) -> dict[str, Any]:
    """What is said of the tables and of the machine."""
    return {
        "holdout": asked.holdout,
        "features": asked.features,
        "kinds": asked.kind,
        "metadata": asked.metadata,
        "bands": asked.bands,
        "missing": asked.missing,
        "settings": asked.settings,
        "memory": asked.memory,
        "threads": asked.threads,
        "work_folder": asked.work_folder,
    }
