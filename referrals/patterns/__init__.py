"""Patterns without persons: how the work goes, counted so that nobody can be told from a number."""
