"""What are we comparing, with what?"""

from __future__ import annotations

import streamlit as st

from state import Here


def show(here: Here) -> None:  # noqa: ARG001
    """Show the page."""
    st.title("Review")
