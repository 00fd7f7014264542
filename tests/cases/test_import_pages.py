"""The pages on which an office's old list is sent, said, looked at, recorded and undone."""

from datetime import timedelta

from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone
from django_tasks import task_backends

from accounts.models import AccessLog
from cases.models import Enquiry, EnquiryImport
from tests.cases.test_imports import LIST, PT, lists, ready, send

__all__ = ["lists", "ready", "send"]  # fixtures


def test_the_way_from_the_file_to_the_enquiries_and_back(
    client, lists, desk_praia, django_capture_on_commit_callbacks
):
    client.force_login(desk_praia)
    file = SimpleUploadedFile("Lista 2024.csv", LIST.encode("cp1252"))
    response = client.post(reverse("cases:import_list"), {"file": file})
    source = EnquiryImport.objects.get()
    assert response.url == reverse("cases:import_columns", args=[source.pk])
    page = client.get(response.url)
    fields = {name: field.initial for name, field in page.context["form"].fields.items()}
    response = client.post(response.url, fields)
    page = client.get(response.url, headers=PT)
    assert "Papéis" in page.content.decode()
    said = {"topic:papeis": "RES.02", "channel:": "in_person"}
    named = {name: field.initial for name, field in page.context["form"].fields.items()} | said
    response = client.post(response.url, named)
    page = client.get(response.url, headers=PT)
    assert page.context["look"].recorded == 3
    assert "Registar 3 atendimentos" in page.content.decode()
    assert "de 12 de março de 2024 a 13 de março de 2024" in page.content.decode()
    with django_capture_on_commit_callbacks(execute=True):
        response = client.post(response.url, {"knows": "on"})
    page = client.get(response.url, headers=PT).content.decode()
    assert Enquiry.objects.count() == 3
    assert "Anular toda a importação" in page
    faults = client.get(reverse("cases:import_faults", args=[source.pk]), headers=PT)
    assert "7;Data;«amanhã» não é um dia." in faults.content.decode()
    client.post(reverse("cases:import_undo", args=[source.pk]))
    assert Enquiry.objects.count() == 0
    page = client.get(source.get_absolute_url(), headers=PT).content.decode()
    assert "<dt>Ainda registados</dt><dd>0</dd>" in page
    verbs = AccessLog.objects.filter(kind="cases.enquiryimport").order_by("pk").values_list("verb", flat=True)
    assert list(verbs) == ["read", "read", "imported", "exported", "imported"]


def test_a_file_that_cannot_be_read_says_why_at_the_field(client, lists, desk_praia, settings):
    client.force_login(desk_praia)
    settings.IMPORT_MB = 1
    for content, said in ((b"\x89PNG\x00", "Não é um livro"), (b"x" * 1_000_001, "maior do que 1 MB")):
        file = SimpleUploadedFile("lista.xlsx", content)
        response = client.post(reverse("cases:import_list"), {"file": file}, headers=PT)
        assert said in str(response.context["form"].errors["file"])
    assert not EnquiryImport.objects.exists()


def test_progress_is_seen_without_a_script(client, send, desk_praia):
    source = send()
    EnquiryImport.objects.update(state="running", looked_at=2)
    client.force_login(desk_praia)
    response = client.get(source.get_absolute_url(), headers=PT)
    assert "2 de 4 linhas vistas" in " ".join(response.content.decode().split())
    assert response["Refresh"] == "10"
    EnquiryImport.objects.update(moved_at=timezone.now() - timedelta(minutes=6))
    response = client.get(source.get_absolute_url(), headers=PT)
    assert "Refresh" not in response
    assert "continuar" in response.content.decode()


def test_with_a_worker_nobody_waits_in_front_of_the_page(
    client, ready, desk_praia, settings, django_capture_on_commit_callbacks
):
    settings.TASKS = {"default": {"BACKEND": "django_tasks.backends.dummy.DummyBackend"}}
    source = ready()
    client.force_login(desk_praia)
    with django_capture_on_commit_callbacks(execute=True):
        client.post(reverse("cases:import_preview", args=[source.pk]), {"knows": "on"})
    source.refresh_from_db()
    assert (source.state, source.looked_at, Enquiry.objects.count()) == ("running", 0, 0)
    [work] = task_backends["default"].results
    assert work.args == [source.pk]


def test_the_pages_cost_the_same_for_any_number_of_imports(client, send, desk_praia, count_queries):
    client.force_login(desk_praia)
    send()
    client.get(reverse("cases:import_list"))
    few = count_queries(lambda: client.get(reverse("cases:import_list")))
    for _number in range(20):
        send()
    assert count_queries(lambda: client.get(reverse("cases:import_list"))) == few


def test_the_page_of_meanings_asks_a_few_at_a_time(client, send, desk_praia):
    rows = "\n".join(f"1/1/2024;Coisa {number}" for number in range(70))
    source = send("Data;Assunto\n" + rows)
    client.force_login(desk_praia)
    address = reverse("cases:import_meanings", args=[source.pk])
    page = client.get(address)
    assert len(page.context["form"].fields) == 50
    response = client.post(address, dict.fromkeys(page.context["form"].fields, "-"))
    assert response.url == address
    page = client.get(address)
    response = client.post(address, dict.fromkeys(page.context["form"].fields, "-"))
    assert response.url == reverse("cases:import_preview", args=[source.pk])
