"""How the taking over of an office's old list ends: cut off, forgotten, undone, sent a second time."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.core.files.storage import default_storage
from django.utils import timezone

from accounts.models import Membership
from cases.models import Enquiry, EnquiryImport, Recall
from cases.services import imports
from cases.services.import_values import Lists
from cases.services.recalls import mark_recall
from tests.cases.test_imports import lines, lists, ready, send, take_over
from tests.factories import GuidanceVersionFactory

__all__ = ["lists", "ready", "send", "take_over"]  # fixtures


@pytest.fixture
def cut_off(ready, desk_praia, monkeypatch):
    """An import of ten rows, of which a worker recorded the first four before it died."""
    source = imports.start_import(ready(lines(10)), by=desk_praia)
    with monkeypatch.context() as broken:
        whole, calls = imports._record, iter([True, False])
        broken.setattr(imports, "AT_ONCE", 4)
        broken.setattr(imports, "_record", lambda *args: whole(*args) if next(calls) else 1 / 0)
        with pytest.raises(ZeroDivisionError):
            imports.record_list(source.pk)
    source.refresh_from_db()
    return source


def long_ago(settings):
    return timezone.now() - timedelta(days=settings.IMPORT_DAYS, hours=1)


def test_rows_are_taken_up_where_they_were_left_however_many_at_once(cut_off, monkeypatch):
    monkeypatch.setattr(imports, "AT_ONCE", 6)
    imports.record_list(cut_off.pk)
    cut_off.refresh_from_db()
    assert (cut_off.state, cut_off.looked_at, cut_off.recorded) == ("done", 10, 10)


def test_no_list_is_done_while_rows_are_unread(cut_off, monkeypatch):
    monkeypatch.setattr(imports, "_record", lambda *args: None)  # as when another worker has them
    imports.record_list(cut_off.pk)
    cut_off.refresh_from_db()
    assert (cut_off.state, bool(cut_off.file)) == ("running", True)


def test_a_list_that_stands_still_for_long_ends_and_can_be_undone(
    cut_off, desk_praia, settings, django_capture_on_commit_callbacks
):
    name = cut_off.file.name
    EnquiryImport.objects.update(sent_at=long_ago(settings))
    assert imports.forget_old_lists() == "0 deleted"  # it moved today
    EnquiryImport.objects.update(moved_at=long_ago(settings))
    with django_capture_on_commit_callbacks(execute=True):
        assert imports.forget_old_lists() == "1 deleted"
    cut_off.refresh_from_db()
    assert (cut_off.state, cut_off.recorded, bool(cut_off.file)) == ("done", 4, False)
    assert not default_storage.exists(name)
    imports.undo_import(cut_off, by=desk_praia)
    assert not Enquiry.objects.exists()


def test_a_list_that_is_started_while_others_are_forgotten_is_kept(ready, desk_praia, settings, monkeypatch):
    first, second = ready(lines(2)), ready(lines(3))
    EnquiryImport.objects.update(sent_at=long_ago(settings))
    discard = imports._discard

    def meanwhile(source):
        other = EnquiryImport.objects.exclude(pk=source.pk).get()
        imports.start_import(other, by=desk_praia)
        discard(source)

    monkeypatch.setattr(imports, "_discard", meanwhile)
    assert imports.forget_old_lists() == "1 deleted"
    kept = EnquiryImport.objects.get()
    assert kept in (first, second)
    assert kept.is_running


def test_who_only_waits_to_be_told_again_does_not_keep_an_import(take_over, desk_praia, renewal):
    version = GuidanceVersionFactory(topic=renewal)
    source = take_over(lines(2))
    waiting, told = [
        Recall.objects.create(version=version, enquiry=enquiry) for enquiry in Enquiry.objects.order_by("pk")
    ]
    mark_recall(told, by=desk_praia)
    imports.undo_import(source, by=desk_praia)
    assert Enquiry.objects.get() == told.enquiry
    assert not Recall.objects.filter(pk=waiting.pk).exists()


def test_rows_that_moved_to_another_office_are_known_again(take_over, ready, office_sal):
    take_over(lines(3))
    Enquiry.objects.update(moved_to=office_sal)
    assert imports.look_at(ready(lines(3)), Lists()).repeated == 3
    assert take_over(lines(3)).recorded == 0


def test_nothing_is_recorded_for_somebody_who_has_left_the_desk(ready, desk_praia):
    source = imports.start_import(ready(lines(3)), by=desk_praia)
    day = timezone.localdate() - timedelta(days=1)
    Membership.objects.filter(user=desk_praia).update(starts_on=day, ends_on=day, ended_at=timezone.now())
    with pytest.raises(PermissionDenied):
        imports.record_list(source.pk)
    assert not Enquiry.objects.exists()


def test_a_preview_keeps_no_more_faults_than_are_listed(ready, monkeypatch):
    monkeypatch.setattr(imports, "MOST_FAULTS", 2)
    look = imports.look_at(ready(lines(5, topic="")), Lists())
    assert (look.faulty, len(look.faults)) == (5, 2)


@pytest.fixture
def words(ready, desk_praia):
    """What one row and what two rows say, recorded."""
    text = "Data;Assunto\n12/03/2024;Renovação da Fatoumata Diallo\n13/03/2024;Papéis\n14/03/2024;papeis"
    source = ready(text)
    said = [("topic", "renovacao da fatoumata diallo", "RES.02")]
    imports.start_import(imports.say_meanings(source, said, by=desk_praia), by=desk_praia)
    return source


def meanings():
    return str(list(EnquiryImport.objects.values_list("meanings", flat=True)))


def test_what_one_row_alone_says_is_not_kept_for_the_next_list(words, send):
    assert "fatoumata" not in str(send().meanings)  # while it is being recorded
    imports.record_list(words.pk)
    assert "fatoumata" not in meanings()
    assert send().meanings["topic"] == {"papeis": "RES.02"}


def test_what_earlier_lists_said_often_is_kept_though_one_row_says_it(words, ready, send, desk_praia):
    imports.record_list(words.pk)
    second = imports.start_import(ready("Data;Assunto\n15/03/2024;Papéis"), by=desk_praia)
    imports.record_list(second.pk)
    assert send().meanings["topic"] == {"papeis": "RES.02"}


def test_undone_a_list_takes_its_words_along(words, send, desk_praia):
    imports.record_list(words.pk)
    assert "papeis" in str(send().meanings)
    words.refresh_from_db()
    imports.undo_import(words, by=desk_praia)
    assert "papeis" not in meanings()
    assert not send().meanings


def test_words_that_an_earlier_list_said_stay_when_a_later_one_is_undone(words, ready, desk_praia):
    imports.record_list(words.pk)
    second = imports.start_import(ready("Data;Assunto\n15/03/2024;Papéis"), by=desk_praia)
    imports.record_list(second.pk)
    second.refresh_from_db()
    imports.undo_import(second, by=desk_praia)
    words.refresh_from_db()
    assert words.meanings["topic"] == {"papeis": "RES.02"}


def test_words_of_old_lists_have_a_term(words, settings):
    imports.record_list(words.pk)
    EnquiryImport.objects.update(sent_at=timezone.now() - timedelta(days=settings.ENQUIRY_TEXT_DAYS - 1))
    imports.forget_old_lists()
    assert "papeis" in meanings()
    EnquiryImport.objects.update(sent_at=timezone.now() - timedelta(days=settings.ENQUIRY_TEXT_DAYS + 1))
    imports.forget_old_lists()
    assert "papeis" not in meanings()
