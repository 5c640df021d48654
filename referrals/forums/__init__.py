"""The team's week: who sits in a team, the dates on which it meets, what it talks about, and who is invited."""
