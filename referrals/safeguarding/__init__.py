"""Safeguarding: protection reports beside every stage, and identities that are protected."""
