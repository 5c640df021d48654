"""The pieces of a step that Prefect tries again by themselves when the outside world fails."""
