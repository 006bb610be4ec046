"""Weights that give a table the shares of a reference population, and what they cost."""

from audits.reweighting.weighing import Weighting, reweight

__all__ = ["Weighting", "reweight"]
