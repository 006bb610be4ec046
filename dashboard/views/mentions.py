"""Who is mentioned?"""

from __future__ import annotations

from state import Here
from views.answer_page import show_answers

_ASKS = "Who is mentioned, and how often?"


def show(here: Here) -> None:
    """Show the page."""
    show_answers(here, _ASKS, ("text_mentions",))
