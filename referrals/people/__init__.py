"""The municipality and its people: units and accounts, signing in, whom one can ask, and who leaves."""
