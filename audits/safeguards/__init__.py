"""Safeguards: findings that somebody answers for until a day, and what they excuse."""

from audits.safeguards.enforcing import enforce
from audits.safeguards.records import ANY, Accepted, Enforced, Excused, Safeguards, Stale

__all__ = ["ANY", "Accepted", "Enforced", "Excused", "Safeguards", "Stale", "enforce"]
