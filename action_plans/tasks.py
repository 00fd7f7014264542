"""Work that takes seconds: nobody waits for it in front of a page."""

from django_tasks import task

from action_plans.services import publication


@task()
def make_missing_files() -> str:
    """The PDF of each edition that was published a moment ago."""
    return f"{publication.make_missing_files()} made"
