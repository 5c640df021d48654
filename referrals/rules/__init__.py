"""The rule packs read, and what follows from them: targets, appeals, absence."""
