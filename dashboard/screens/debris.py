"""The page Debris."""

from state import page

page("debris")
