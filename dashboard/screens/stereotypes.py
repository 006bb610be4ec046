"""The page Stereotypes."""

from state import page

page("stereotypes")
