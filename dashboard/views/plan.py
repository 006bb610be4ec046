"""Whom to ask, and how many?"""

from __future__ import annotations

from state import Here
from views.answer_page import show_answers

_ASKS = "Whom to ask, and how many?"


def show(here: Here) -> None:
    """Show the page."""
    show_answers(here, _ASKS, ("collection",))
