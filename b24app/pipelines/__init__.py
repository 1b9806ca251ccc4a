"""Stages, classification, routing, choice of an agent. Pure."""
