"""Every tunable number in force for one audit, with its range, meaning and source."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from audits.errors import UnknownNameError, UsageError
from audits.tunables import Setting, check, converted
from audits.tuning import (
    collection,
    copying,
    core,
    fairness,
    flags,
    generations,
    plausibility,
    review,
    stereotypes,
    text_debris,
    text_diversity,
    text_drift,
    text_generations,
    text_mentions,
    text_seeds,
    text_words,
    texts,
)
from audits.tuning.collection import CollectionSettings
from audits.tuning.copying import CopyingSettings
from audits.tuning.core import CoreSettings
from audits.tuning.fairness import FairnessSettings
from audits.tuning.flags import FlagsSettings
from audits.tuning.generations import GenerationsSettings
from audits.tuning.plausibility import PlausibilitySettings
from audits.tuning.review import ReviewSettings
from audits.tuning.stereotypes import StereotypesSettings
from audits.tuning.text_debris import TextDebrisSettings
from audits.tuning.text_diversity import TextDiversitySettings
from audits.tuning.text_drift import TextDriftSettings
from audits.tuning.text_generations import TextGenerationsSettings
from audits.tuning.text_mentions import TextMentionsSettings
from audits.tuning.text_seeds import TextSeedsSettings
from audits.tuning.text_words import TextWordsSettings
from audits.tuning.texts import TextsSettings

_PARTS = (
    core,
    copying,
    plausibility,
    stereotypes,
    collection,
    generations,
    flags,
    fairness,
    texts,
    text_mentions,
    text_diversity,
    text_words,
    text_drift,
    text_debris,
    text_seeds,
    text_generations,
    review,
)

JUDGING = frozenset().union(*(part.JUDGING for part in _PARTS))
"""Limits: what is measured does not depend on them."""


@dataclass(frozen=True)
class Settings(
    ReviewSettings,
    TextGenerationsSettings,
    TextSeedsSettings,
    TextDebrisSettings,
    TextDriftSettings,
    TextWordsSettings,
    TextDiversitySettings,
    TextMentionsSettings,
    TextsSettings,
    FairnessSettings,
    FlagsSettings,
    GenerationsSettings,
    CollectionSettings,
    StereotypesSettings,
    PlausibilitySettings,
    CopyingSettings,
    CoreSettings,
):
    """The numbers in force for one audit; each is declared in :mod:`audits.tuning`.

    Examples
    --------
    >>> Settings().having(support_problem=50).support_problem
    50
    """

    def __post_init__(self) -> None:
        for setting in settings_declared():
            check(setting, getattr(self, setting.name))
        for low, high in (pair for part in _PARTS for pair in part.ORDERED):
            if getattr(self, low) > getattr(self, high):
                raise UsageError(
                    f"{low} ({getattr(self, low):g}) must not exceed {high} "
                    f"({getattr(self, high):g}). Change one of the two."
                )

    def having(self, **changes: Any) -> Settings:
        """Return a copy with some values changed; unknown names are named.

        Raises
        ------
        UsageError
            If a name is unknown or a value is out of its range.
        """
        known = {setting.name: setting for setting in settings_declared()}
        clean: dict[str, Any] = {}
        for name, value in changes.items():
            if name not in known:
                raise UnknownNameError("setting", name, sorted(known))
            clean[name] = converted(known[name], value)
        return dataclasses.replace(self, **clean)

    def to_dict(self) -> dict[str, float | int | str]:
        """Every name and its value, in order of declaration."""
        return {field.name: getattr(self, field.name) for field in dataclasses.fields(self)}

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Settings:
        """Rebuild from `to_dict`; settings a newer version no longer has are refused by name."""
        return cls().having(**values)


def settings_declared() -> tuple[Setting, ...]:
    """Every setting with its range, meaning and source."""
    return tuple(
        Setting(name=f.name, default=f.default, **f.metadata)  # type: ignore[arg-type]
        for f in dataclasses.fields(Settings)
    )
