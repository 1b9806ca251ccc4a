"""Door of the portal's calls: events, bot events, robots. They store and answer."""
