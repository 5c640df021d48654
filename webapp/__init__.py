"""The doors: the public form, the staff pages, and the programs that start them."""
