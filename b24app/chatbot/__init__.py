"""Modest: buttons into commands, effects into messages. Pure."""
