"""Loops around use cases, and the engines that drive them."""
