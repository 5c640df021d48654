"""Shapes at the border: plain data in from forms, plain data out to papers."""
