"""Signing in, and the pages about people."""

from tests.access_table import FOUND, OK, Row, everybody

# The sign-in page has no use for somebody who has signed in.
GET: dict[str, Row] = {"account_login": everybody(FOUND) | {"anonymous": OK}}
POST: dict[str, Row] = {"account_login": everybody(FOUND) | {"anonymous": OK}}
