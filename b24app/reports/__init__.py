"""Figures, charts and documents. Pure."""
