"""Exports for research: asked for with a purpose and an end, approved by the management, and of rows that lead to nobody."""
