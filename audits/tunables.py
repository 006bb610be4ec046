"""What a tunable number is: its range, meaning and source, and how a value is checked."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from audits.errors import UsageError


@dataclass(frozen=True, slots=True)
class Setting:
    """What a reader must know of a tunable number."""

    name: str
    default: float | int | str
    low: float | None
    high: float | None
    choices: tuple[str, ...]
    meaning: str
    source: str

    @property
    def range(self) -> str:
        """The values it may take, in words."""
        if self.choices:
            return " or ".join(self.choices)
        return f"{self.low:,} to {self.high:,}"


def a_number(default: float, *, low: float, high: float, meaning: str, source: str) -> Any:
    """Declare a numeric setting, as a field of a dataclass."""
    facts = {"low": low, "high": high, "choices": (), "meaning": meaning, "source": source}
    return field(default=default, metadata=facts)


def a_choice(default: str, *, choices: tuple[str, ...], meaning: str, source: str) -> Any:
    """Declare a setting that is one of a few words."""
    facts = {"low": None, "high": None, "choices": choices, "meaning": meaning, "source": source}
    return field(default=default, metadata=facts)


def converted(setting: Setting, value: Any) -> float | int | str:
    """Read a value a person gave as the kind of number the setting is."""
    if setting.choices:
        return str(value)
    try:
        number = float(value)
    except (TypeError, ValueError):
        raise UsageError(
            f"{setting.name} must be a number from {setting.range}, got {value!r}."
        ) from None
    if isinstance(setting.default, int):
        if not number.is_integer():
            raise UsageError(f"{setting.name} must be a whole number, got {value!r}.")
        return int(number)
    return number


def check(setting: Setting, value: Any) -> None:
    """Refuse a value out of the setting's range."""
    if setting.choices:
        if value not in setting.choices:
            raise UsageError(f"{setting.name} must be {setting.range}, got {value!r}.")
        return
    assert setting.low is not None
    assert setting.high is not None
    if not isinstance(value, int | float) or not setting.low <= value <= setting.high:
        raise UsageError(f"{setting.name} must lie in {setting.range}, got {value!r}.")
    if isinstance(setting.default, int) and not isinstance(value, int):
        raise UsageError(f"{setting.name} must be a whole number, got {value!r}.")
