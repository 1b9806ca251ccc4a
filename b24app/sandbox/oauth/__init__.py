"""The authorization server: on the same port as the portal, under a host of its own."""
