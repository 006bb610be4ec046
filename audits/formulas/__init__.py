"""Numbers in, numbers out: nothing else in the project knows statistics."""
