"""Models behind OpenAI-compatible APIs, asked within budgets, limits and deadlines."""
