"""Several synthetic tables against one real table: ranks that do not pretend, and a noise floor."""
