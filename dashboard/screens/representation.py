"""The page Representation."""

from state import page

page("representation")
