"""Guardians: their own page, what they read there, and what is kept from them and why."""
