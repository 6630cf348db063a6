"""Is this host fit for Trueup? Every module here asks about one thing; none changes anything."""
