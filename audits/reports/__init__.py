"""Audits as documents."""
