"""Does it get worse? Not asked yet: the page is left out of the navigation until it is."""

from __future__ import annotations

import streamlit as st

from state import Here


def show(here: Here) -> None:  # noqa: ARG001, every page is shown in the same way
    """Show the page."""
    st.title("Generations")
    st.write(
        "Whether a model trained on its own output gets worse for some groups is not asked yet. "
        "Two audits of different generations can be laid side by side on the page Compare."
    )
