"""Rows in, counts out: the only place that knows where rows live."""
