"""One file for each step, never edited once it was released."""
