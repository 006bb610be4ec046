"""The page Data."""

from state import page

page("data", needs_audit=False)
