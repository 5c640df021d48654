"""Accounts of staff: signing in and out, sessions, passwords, and the choice of language."""
