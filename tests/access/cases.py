"""Rows of the access table for the desk."""

from tests.access_table import Builder, Row

GET: dict[str, Row] = {}
POST: dict[str, Row] = {}
ARGUMENTS: dict[str, Builder] = {}
DATA: dict[str, Builder] = {}
