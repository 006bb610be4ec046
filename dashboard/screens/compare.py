"""The page Compare."""

from state import page

page("compare")
