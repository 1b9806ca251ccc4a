"""The ticket: state, commands, effects and decisions. Pure."""
