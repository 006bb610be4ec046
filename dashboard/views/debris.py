"""What is broken in the texts?"""

from __future__ import annotations

from state import Here
from views.answer_page import show_answers

_ASKS = "What is broken or repeated in the texts, and on whom does it fall?"


def show(here: Here) -> None:
    """Show the page."""
    show_answers(here, _ASKS, ("text_debris",))
