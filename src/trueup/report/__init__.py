"""Telling others: pure text. Knows nothing of where the text goes."""
