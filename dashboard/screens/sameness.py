"""The page Sameness."""

from state import page

page("sameness")
