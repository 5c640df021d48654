"""Accounts of staff: signing in and out, sessions, passwords, second factors, and the choice of language."""

from flask import Blueprint

#: the pages hang themselves on it; `webapp.accounts.routes` names them all
blueprint = Blueprint("accounts", __name__)
