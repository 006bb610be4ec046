"""The page History."""

from state import page

page("history")
