"""What may be edited of an item: values of columns that its record has."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from audits.errors import UnknownNameError, UsageError
from audits.review.records import RECORD, Action, Item


def check_edit(item: Item, action: Action, edit: Mapping[str, Any]) -> None:
    """Refuse new values that go with no edit, or are of no column of the record; and edits of none.

    Whether a value is one of its column's kind is seen where the table is: when rows are curated.

    Raises
    ------
    UsageError
        With what to do.

    Examples
    --------
    >>> record = Item("1", RECORD, "outlier", "far", 1.0, (), 1, {"values": {"age": 40}})
    >>> check_edit(record, Action.EDIT, {"agee": "41"})
    Traceback (most recent call last):
    audits.errors.UnknownNameError: there is no column of this record 'agee'. Did you mean 'age'?
    """
    if action is not Action.EDIT:
        if edit:
            raise UsageError("new values go with an edit only. Nothing was changed.")
        return
    if item.kind != RECORD:
        raise UsageError("a finding has no values to edit: keep, remove or escalate it.")
    if not edit:
        raise UsageError("no new value was given. Choose a column and write its value.")
    values = item.detail.get("values", {})
    for column in edit:
        if column not in values:
            raise UnknownNameError("column of this record", column, list(values))
