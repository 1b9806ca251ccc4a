"""People and departments of the company, and its working time."""
