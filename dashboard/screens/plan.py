"""The page Plan."""

from state import page

page("plan")
