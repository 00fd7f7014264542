"""What is kept about those who sign in, and what of it goes."""

from datetime import timedelta

from django.apps import apps
from django.urls import reverse
from django.utils import timezone

from accounts.models import Draft, OneTimeKey
from accounts.retention import FIELDS, SESSION, Fate
from accounts.services import delete_old_drafts
from tests.accounts.test_carried_twice import LOGIN, sealed
from tests.factories import UserFactory


def test_every_field_has_a_fate():
    models = apps.get_app_config("accounts").get_models()
    columns = {model.__name__: {field.name for field in model._meta.concrete_fields} for model in models}
    assert {name: set(fates) for name, fates in FIELDS.items()} == columns


def test_what_goes_after_a_week_is_what_the_daily_work_deletes(db):
    user = UserFactory(email="desk@example.org")
    long_ago = timezone.now() - timedelta(days=8)
    Draft.objects.create(user=user, form="/workspace/", fields={"note": ["Texto"]})
    Draft.objects.update(saved_at=long_ago)
    OneTimeKey.objects.create(key="6a7e6a5c-8a3b-4d6e-9b8e-2f1f6f0f7a11", user=user, result_url="/")
    OneTimeKey.objects.update(used_at=long_ago)
    assert delete_old_drafts() == (1, 1)
    in_a_week = {name for name, fates in FIELDS.items() if Fate.WEEK in fates.values()}
    assert in_a_week == {"Draft", "OneTimeKey"}


def test_a_session_holds_nothing_else(client, desk_praia):
    carried = sealed(client, desk_praia)
    client.force_login(desk_praia)
    before = set(client.session.keys())
    client.post(LOGIN, {"carried": carried})
    client.post(reverse("cases:person_search"), {"q": "Semedo"})
    of_django = {"_auth_user_id", "_auth_user_backend", "_auth_user_hash"}
    assert set(client.session.keys()) - of_django == set(SESSION)
    assert before < set(client.session.keys())
