"""Where documents and projects come from: a watched directory, or a git repository."""
