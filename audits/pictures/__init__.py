"""Pictures for paper: shapes and texts that a report can draw in its own way."""
