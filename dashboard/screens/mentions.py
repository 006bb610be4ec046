"""The page Mentions."""

from state import page

page("mentions")
