"""Door of the tab inside the deal card."""
