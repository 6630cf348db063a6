"""A work tree of its own for each Run, and the publishing of its patch."""
