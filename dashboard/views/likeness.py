"""Do texts sound more alike?"""

from __future__ import annotations

from state import Here
from views.answer_page import show_answers

_ASKS = "Do the texts of a group sound more alike than real ones, and on how many do they rest?"


def show(here: Here) -> None:
    """Show the page."""
    show_answers(here, _ASKS, ("text_diversity", "text_seeds"))
