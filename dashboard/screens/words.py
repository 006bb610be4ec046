"""The page Words."""

from state import page

page("words")
