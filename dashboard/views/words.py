"""Which words are tied to whom?"""

from __future__ import annotations

from state import Here
from views.answer_page import show_answers

_ASKS = "Which words are tied to whom, and do texts still read like real ones?"


def show(here: Here) -> None:
    """Show the page."""
    show_answers(here, _ASKS, ("text_words", "text_drift"))
