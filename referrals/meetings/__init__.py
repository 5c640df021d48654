"""The team meeting itself: who answers, who is too close, what the room sees, what the minutes hold."""
