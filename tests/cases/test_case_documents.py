"""Scans and photographs that are kept with a case."""

import zlib
from datetime import timedelta
from io import BytesIO

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import InMemoryStorage, default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError
from django.urls import reverse
from django.utils import timezone
from PIL import Image

from accounts.models import AccessLog
from cases.models import Case, CaseDocument
from cases.services.case_documents import remove_document
from cases.services.erasure import anonymise_person, erase_person
from gai_portal.lib import scans
from gai_portal.management.commands.daily import JOBS
from tests.factories import CaseDocumentFactory, CaseFactory, PersonFactory

PDF = b"%PDF-1.7\n1 0 obj <<>> endobj\n%%EOF\n"
SECRET = b"14.9315 -23.5087"


@pytest.fixture
def desk(client, desk_praia):
    client.force_login(desk_praia)
    return client


@pytest.fixture
def case(office_praia, desk_praia) -> Case:
    return CaseFactory(office=office_praia, author=desk_praia)


def picture(kind: str, size: tuple[int, int] = (3000, 2000)) -> bytes:
    """A photograph with a place in it."""
    made, exif = BytesIO(), Image.Exif()
    exif[0x010E] = SECRET.decode()
    Image.new("RGB", size, "navy").save(made, kind, exif=exif)
    return made.getvalue()


def send(desk, case: Case, content: bytes, name: str = "scan.pdf"):
    file = SimpleUploadedFile(name, content)
    return desk.post(reverse("cases:document_add", args=[case.pk]), {"title": "Contrato", "file": file})


def errors(response) -> str:
    assert response.status_code == 200
    assert not CaseDocument.objects.exists()
    assert "Contrato" in response.content.decode()  # nothing that was typed is lost
    return " ".join(
        response.context["form"].non_field_errors() + response.context["form"].errors.get("file", [])
    )


def test_a_pdf_is_kept_under_a_random_name_and_comes_back_as_a_download(desk, desk_praia, case):
    assert send(desk, case, PDF, "Maria Djaló.pdf").url == case.get_absolute_url()
    document = CaseDocument.objects.get()
    assert "Maria" not in document.file.name
    assert document.file.name.endswith(".pdf")
    answer = desk.get(reverse("cases:document_open", args=[document.pk]))
    assert b"".join(answer.streaming_content) == PDF
    assert answer["Content-Disposition"].startswith("attachment;")
    assert answer["Content-Type"] == "application/pdf"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert "no-store" in answer["Cache-Control"]
    lines = AccessLog.objects.filter(kind="cases.casedocument", key=str(document.pk), user=desk_praia)
    assert lines.get().label == document.reference


@pytest.mark.parametrize(("kind", "content_type"), [("JPEG", "image/jpeg"), ("PNG", "image/png")])
def test_a_photograph_becomes_small_and_forgets_where_it_was_taken(desk, case, kind, content_type):
    sent = picture(kind)
    assert SECRET in sent
    send(desk, case, sent, "foto")
    document = CaseDocument.objects.get()
    with document.file.open("rb") as file:
        kept = file.read()
    assert document.content_type == content_type
    assert SECRET not in kept
    assert max(Image.open(BytesIO(kept)).size) == scans.LONGEST_SIDE
    assert document.size == len(kept)


def test_a_photograph_of_thirty_megabytes_is_taken(desk, case):
    send(desk, case, picture("JPEG") + bytes(30_000_000), "foto.jpg")
    assert CaseDocument.objects.get().size < 1_000_000


@pytest.mark.parametrize(
    "content",
    [b"MZ\x90 a program", b"<html><script>alert(1)</script>", b"GIF89a....", b"PK\x03\x04", b"x"],
)
def test_a_file_that_is_not_what_its_name_says_is_refused(desk, case, content):
    assert "PDF" in errors(send(desk, case, content, "contrato.pdf"))


def test_a_photograph_in_a_format_of_its_own_is_refused_with_what_to_do(desk, case):
    said = errors(send(desk, case, b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", "foto.heic"))
    assert "JPEG, PNG" in said
    assert "HEIC" in said


@pytest.mark.parametrize("content", [PDF[:20], picture("JPEG")[:400], picture("PNG")[:200]])
def test_a_file_that_has_not_arrived_whole_is_refused(desk, case, content):
    assert errors(send(desk, case, content))


def test_an_empty_file_is_refused(desk, case):
    assert errors(send(desk, case, b""))


def test_what_is_too_large_is_refused_with_its_limit(desk, case, settings):
    settings.DOCUMENT_PDF_MB = 1
    assert "1 MB" in errors(send(desk, case, PDF + bytes(1_000_000) + b"%%EOF"))
    settings.DOCUMENT_MB = 2
    assert "2 MB" in errors(send(desk, case, picture("JPEG") + bytes(2_000_000)))


def test_a_picture_that_would_fill_the_memory_is_refused_unread(desk, case):
    def chunk(kind: bytes, data: bytes) -> bytes:
        return len(data).to_bytes(4) + kind + data + zlib.crc32(kind + data).to_bytes(4)

    for side in (10_000, 60_000):
        head = chunk(b"IHDR", side.to_bytes(4) * 2 + b"\x08\x02\x00\x00\x00")
        bomb = b"\x89PNG\r\n\x1a\n" + head + chunk(b"IDAT", zlib.compress(bytes(1000))) + chunk(b"IEND", b"")
        assert errors(send(desk, case, bomb))


def test_a_removed_file_is_gone_and_leaves_its_trace(
    desk, desk_praia, case, django_capture_on_commit_callbacks
):
    send(desk, case, PDF)
    document = CaseDocument.objects.get()
    name = document.file.name
    with django_capture_on_commit_callbacks(execute=True):
        desk.post(reverse("cases:document_remove", args=[document.pk]))
    assert not default_storage.exists(name)
    document.refresh_from_db()
    assert document.removed_by == desk_praia
    assert desk.get(reverse("cases:document_open", args=[document.pk])).status_code == 404
    assert "Contrato" in desk.get(case.get_absolute_url()).content.decode()
    assert remove_document(document, by=desk_praia).removed_at == document.removed_at


@pytest.mark.parametrize("clear", [erase_person, anonymise_person])
def test_the_files_of_somebody_who_takes_their_agreement_back_go(
    office_praia, desk_praia, clear, django_capture_on_commit_callbacks
):
    person = PersonFactory(office=office_praia, author=desk_praia)
    document = CaseDocumentFactory(case=CaseFactory(office=office_praia, person=person))
    name = document.file.name
    assert default_storage.exists(name)
    with django_capture_on_commit_callbacks(execute=True):
        clear(person, by=desk_praia)
    assert not default_storage.exists(name)
    assert not CaseDocument.objects.exists()


def test_a_colleague_does_not_open_a_file_of_a_restricted_case(
    client, office_praia, coordinator_praia, violence
):
    document = CaseDocumentFactory(case=CaseFactory(office=office_praia, topic=violence))
    client.force_login(coordinator_praia)
    assert client.get(reverse("cases:document_open", args=[document.pk])).status_code == 404
    assert client.post(reverse("cases:document_remove", args=[document.pk])).status_code == 404


def test_only_a_removed_document_has_no_file(db):
    with pytest.raises(IntegrityError, match="document_without_a_file_was_removed"):
        CaseDocumentFactory(removed_at=timezone.now())


def test_a_case_takes_no_endless_number_of_files(desk, case, monkeypatch):
    monkeypatch.setattr("cases.services.case_documents.MOST_OF_A_CASE", 1)
    CaseDocumentFactory(case=case)
    assert send(desk, case, PDF).context["form"].non_field_errors()
    assert CaseDocument.objects.count() == 1


def test_one_file_that_cannot_be_deleted_keeps_no_other_and_goes_the_next_night(
    office_praia, desk_praia, monkeypatch, time_machine, django_capture_on_commit_callbacks
):
    person = PersonFactory(office=office_praia, author=desk_praia)
    case = CaseFactory(office=office_praia, person=person)
    names = [CaseDocumentFactory(case=case).file.name for _ in range(3)]
    kept = CaseDocumentFactory(case=CaseFactory(office=office_praia)).file.name
    listed = default_storage.save("imports/x.json.gz", ContentFile(b"x"))
    delete = InMemoryStorage.delete

    def refuse_the_first(storage, name):
        if name == names[0]:
            raise OSError("Input/output error")
        delete(storage, name)

    with monkeypatch.context() as patch:
        patch.setattr(InMemoryStorage, "delete", refuse_the_first)
        with django_capture_on_commit_callbacks(execute=True):
            erase_person(person, by=desk_praia)
    assert [name for name in names if default_storage.exists(name)] == names[:1]

    JOBS["files that no record names"]()
    assert default_storage.exists(names[0])  # a file of today may be about to get its row
    time_machine.move_to(timezone.now() + timedelta(days=1, minutes=1))
    assert int(JOBS["files that no record names"]().removesuffix(" deleted")) >= 2  # other tests leave some
    assert not default_storage.exists(names[0])
    assert not default_storage.exists(listed)
    assert default_storage.exists(kept)


def test_where_no_file_was_ever_kept_there_is_none_to_delete(db, settings, tmp_path):
    settings.STORAGES = settings.STORAGES | {
        "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"}
    }
    settings.MEDIA_ROOT = tmp_path
    assert JOBS["files that no record names"]() == "0 deleted"
