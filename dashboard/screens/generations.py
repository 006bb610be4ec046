"""The page Generations."""

from state import page

page("generations")
