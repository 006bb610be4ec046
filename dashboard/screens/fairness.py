"""The page Fairness."""

from state import page

page("fairness")
