"""Would a model trained on the synthetic rows serve every group as well?"""

from __future__ import annotations

from state import Here
from views.answer_page import show_answers

_ASKS = "Would a model trained on the synthetic rows serve every group as well?"


def show(here: Here) -> None:
    """Show the page."""
    show_answers(here, _ASKS, ("fairness",))
