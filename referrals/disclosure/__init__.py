"""What goes to others, and on what: consent's reach, sharing, services outside, handing over."""
