"""Are groups and traits tied together more strongly?"""

from __future__ import annotations

from state import Here
from views.answer_page import show_answers

_ASKS = "Are groups and traits tied together more strongly than among real people?"


def show(here: Here) -> None:
    """Show the page."""
    show_answers(here, _ASKS, ("stereotypes",))
