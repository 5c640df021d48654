"""A year of invented work for a demonstration municipality, made through the core's own verbs at moments of the past year."""
