"""The page Likeness of texts."""

from state import page

page("likeness")
