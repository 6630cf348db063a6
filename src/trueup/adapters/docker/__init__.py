"""The Docker engine and compose: looked at, changed, probed. Knows nothing of git."""
