"""What is kept and for how long: register, audit log, retention, the archive's copy."""
