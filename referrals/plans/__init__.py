"""The action plan beside its stage: its versions, what each recipient gets of it, and its numbers."""
