"""The page Records."""

from state import page

page("records")
