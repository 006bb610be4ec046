"""Models of a target: how coded rows become numbers, and what learns from them."""

from audits.learners.design import Design, design_of
from audits.learners.learner import Learner, Model, Predicted, learner_of

__all__ = ["Design", "Learner", "Model", "Predicted", "design_of", "learner_of"]
