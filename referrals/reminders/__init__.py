"""Reminders: what is to be done by somebody, when it was late for too long, and one mail a person with all of it."""
