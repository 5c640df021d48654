"""`./dev bench`: how fast it is, how much it takes, and how both grow. Figures, never tests: a slow machine breaks nothing."""
