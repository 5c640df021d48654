"""The pieces of a step."""
