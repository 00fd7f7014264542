"""Rows of the access table for the national template and the plans, in the workspace and in public."""

from tests.access_table import Builder, Row

GET: dict[str, Row] = {}
POST: dict[str, Row] = {}
ARGUMENTS: dict[str, Builder] = {}
DATA: dict[str, Builder] = {}
