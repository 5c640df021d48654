"""What teams learn and others can use: lessons, the catalogue in which they are found, and seminars at which they are talked about."""
