"""The page Group."""

from state import page

page("group")
