"""Git repositories: clone, fetch, check out, publish. Knows nothing of Docker."""
