"""Development work: what a team or the management works on over terms with a group, a school or an area, never with one child."""
