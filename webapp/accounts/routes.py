"""Every page of the accounts, hung on the blueprint."""

import importlib

for _module in ("pages", "code", "factor", "account", "forgotten", "municipal"):
    importlib.import_module(f"webapp.accounts.{_module}")
