"""Texts in, arrays of words out: reading, tokens, mentions, groups. Only here is spaCy known."""
