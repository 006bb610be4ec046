"""A table made anew from itself over generations: what would become of its groups."""

from audits.simulation.conductor import Simulation, simulate

__all__ = ["Simulation", "simulate"]
