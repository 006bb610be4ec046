"""Flags on single records: which rules each synthetic row breaks, and how often people do."""
