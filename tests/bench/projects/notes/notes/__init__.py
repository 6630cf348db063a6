"""Notes in Markdown, as a page."""
