"""Statutory side decisions: what the law lays upon the head teacher, linked with the team's work and never merged into it."""
