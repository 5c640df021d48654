"""Every page of the accounts, hung on the blueprint."""

import webapp.accounts.pages  # noqa: F401 - each does its work by being imported
