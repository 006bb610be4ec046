"""Does it get worse from one generation to the next?"""

from __future__ import annotations

from state import Here
from views.answer_page import show_answers

_ASKS = "Does it get worse from one generation to the next, and for whom?"


def show(here: Here) -> None:
    """Show the page."""
    show_answers(here, _ASKS, ("generations",))
