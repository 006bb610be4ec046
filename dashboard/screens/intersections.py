"""The page Intersections."""

from state import page

page("intersections")
