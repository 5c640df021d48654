"""The process on Prefect: the order, the retries and the schedule of all automatic work."""
