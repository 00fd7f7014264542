"""Work at the desk that takes seconds: nobody waits for it in front of a page."""

from django_tasks import task

from cases.services import imports


@task()
def record_list(pk: int) -> str:
    """The rows of an office's old list."""
    return imports.record_list(pk)
