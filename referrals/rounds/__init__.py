"""Consultation rounds: each term teams enrol, send in learning questions, talk about them with a consultant and go on with what they learnt."""
