"""The page Findings."""

from state import page

page("findings")
