"""Files that come with a text: what they really hold, where they lie, and who may open them."""
