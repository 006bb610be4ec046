"""Which rows are copies, and which could be nobody?"""

from __future__ import annotations

from state import Here
from views.answer_page import show_answers

_ASKS = "Which rows are copies of real people, and which could be nobody?"


def show(here: Here) -> None:
    """Show the page."""
    show_answers(here, _ASKS, ("copying", "plausibility"))
