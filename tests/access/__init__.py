"""The rows of the access table, one module per app."""
