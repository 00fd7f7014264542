"""Published editions for tests. Most tests do not look at the PDF: a stand-in saves them the time."""

from datetime import UTC, datetime
from unittest import mock

from action_plans.models import Edition
from action_plans.services.publication import make_file, publish_edition
from action_plans.workflow import PlanState
from municipalities.models import Municipality
from tests.action_plans.factories import make_plan
from tests.factories import UserFactory

STAND_IN = b"%PDF-1.7 stand-in"


def publish(plan, *, by=None, at=datetime(2026, 6, 20, 12, tzinfo=UTC), real_pdf=False) -> Edition:
    edition = publish_edition(plan, by=by or UserFactory(), at=at)
    if real_pdf:
        make_file(edition)
    else:
        with stand_in():
            make_file(edition)
    return edition


def stand_in():
    return mock.patch("action_plans.services.publication.edition_pdf", return_value=STAND_IN)


def published_plan(municipality: Municipality, *, by=None, **fields) -> Edition:
    return publish(make_plan(municipality, ready=True, state=PlanState.PUBLISHED, **fields), by=by)
