"""An instance at work: copies, keys, figures, logs, and what it refuses to start without."""
