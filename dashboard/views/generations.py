"""Does it get worse? Not asked yet: the page is left out of the navigation until it is."""

from __future__ import annotations

import parts
from state import Here


def show(here: Here) -> None:  # noqa: ARG001, every page is shown in the same way
    """Show the page."""
    parts.begin(
        "Does it get worse?",
        "Whether a model trained on its own output gets worse for some groups is not asked yet. "
        "Two audits of different generations can be laid side by side on the page Compare.",
    )
