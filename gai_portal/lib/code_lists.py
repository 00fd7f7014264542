"""A few codes in one column, such as `|RES.01|NAC.02|`: for what is there rarely, and never joined.

A table of their own would cost each row that has none a query, and its history another one.
"""

from typing import Any

from django.db import models
from django.db.models.lookups import Contains

MARK = "|"


class CodeListField(models.CharField):
    """Codes as a tuple. `filter(further_topics__holds="RES.01")` finds the rows with that one among them."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs |= {"default": tuple, "blank": True}
        super().__init__(*args, **kwargs)

    def from_db_value(self, value: str | None, *_args: Any) -> tuple[str, ...]:
        return self.to_python(value)

    def to_python(self, value: Any) -> Any:
        return tuple(filter(None, value.split(MARK))) if isinstance(value, str) else tuple(value or ())

    def get_prep_value(self, value: Any) -> str:
        codes = self.to_python(value)
        return MARK.join(["", *codes, ""]) if codes else ""

    def value_to_string(self, obj: models.Model) -> str:
        return self.get_prep_value(self.value_from_object(obj))


@CodeListField.register_lookup
class Holds(Contains):
    """One code stands in the list."""

    lookup_name = "holds"

    def get_prep_lookup(self) -> str:
        return f"{MARK}{self.rhs}{MARK}"

    def get_rhs_op(self, connection: Any, rhs: str) -> str:
        return str(connection.operators["contains"] % rhs)
