"""The page Review."""

from state import page

page("review")
