"""The authorization server and the registration of local applications."""
