"""Hours, budgets, overruns. Pure."""
