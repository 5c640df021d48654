"""What papers are made from: who gets one, the values of each kind, drawings, and tags for those who listen."""
