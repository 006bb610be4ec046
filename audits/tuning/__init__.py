"""Tunable numbers, declared once each: a module for what every audit asks, one per question."""
