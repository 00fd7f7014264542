"""The project's own settings in demo mode, with one page more: the floor that all others are measured by."""

import os

os.environ.update(DEMO="1", DEBUG="0", EMAIL_URL="dummymail://", LOG_LEVEL="warning")
# As a star, because it is the whole of them: the linters then know none of the names below.
from gai_portal.settings import *  # noqa: F403

ROOT_URLCONF = "benchmarks.urls"
TEMPLATES[0]["DIRS"].append(BASE_DIR / "benchmarks" / "templates")  # type: ignore[attr-defined]  # noqa: F405
LOGGING["root"]["level"] = "WARNING"  # type: ignore[index]  # noqa: F405
