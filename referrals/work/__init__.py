"""What waits for whom, and what each keeps for themselves."""
