"""People on record: searched for, recorded, read and put right."""

from functools import partial
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.access import Verb, client_address, log_access, log_search
from accounts.http import SignedInRequest
from accounts.models import AccessLog
from accounts.services import answer_once, close_draft, first_answer, restore_draft
from cases.forms.people import (
    AliasForm,
    ContactForm,
    DocumentForm,
    EditPersonForm,
    NewPersonForm,
    SearchForm,
)
from cases.models import (
    Alias,
    Appointment,
    Case,
    Contact,
    FollowUp,
    Found,
    IdentityDocument,
    Merge,
    Person,
    Place,
    Transfer,
    changes_in_file,
    document_key,
    find_people,
    kinds_of_person,
    likely_duplicates,
    rows_of,
    timeline,
)
from cases.permissions import (
    can_erase_person,
    can_give_copy,
    can_offer_record,
    can_renew_consent,
    can_unseal,
    can_work_with_person,
)
from cases.services.desk import held
from cases.services.doors import KnownElsewhere, TooManyQuestions, known_elsewhere, transfer_of_number
from cases.services.people import PersonChanged, correct_person, record_person, remove_item, save_item
from cases.views.asking import ask_other_office
from cases.views.desk import get_offices, lead_to_transfer
from cases.views.searches import has_searched, keep_search, searched_words
from gai_portal.lib.paging import keyset_page

TO_DO = 20  # shown on the person's page
MERGES = 10
ITEMS: dict[str, tuple[Any, Any]] = {
    "names": (Alias, AliasForm),
    "contacts": (Contact, ContactForm),
    "documents": (IdentityDocument, DocumentForm),
}


def get_person(request: SignedInRequest, pk: int) -> Person:
    """The person, or 404 for somebody who must not even know of the record."""
    people = Person.objects.visible_to(request.user).select_related(
        "consent",
        "author",
        "assigned_to",
        "merged_into",
    )
    return get_object_or_404(people, pk=pk)


@require_http_methods(["GET", "POST"])
def person_search(request: SignedInRequest) -> HttpResponse:
    """Looking for somebody; the way to a new record leads through here. No name stands in the address."""
    offices = get_offices(request.user)
    form = SearchForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        words = form.cleaned_data["q"].strip()
        return redirect(results_of(request, words) if words else "cases:person_search")
    key = request.GET.get("search", "") if request.method == "GET" else ""
    text = searched_words(request, key)
    found: list[Found] = []
    if text:
        form = SearchForm({"q": text})
        found = find_people(request.user, text)
        people = [each.person for each in found]
        log_search(request, Person, people, {office.municipality_id for office in offices})
    context = {
        "form": form,
        "text": text,
        "found": found,
        "offices": offices,
        "key": key,
        "is_over": bool(key) and not text,
        "transfer": transfer_of_number(text, by=request.user) if text and not found else None,
    }
    return render(request, "cases/person_search.html", context)


def results_of(request: SignedInRequest, words: str) -> str:
    """The address of a search's results."""
    return f"{reverse('cases:person_search')}?{urlencode({'search': keep_search(request, words)})}"


@require_http_methods(["GET", "POST"])
def person_create(request: SignedInRequest) -> HttpResponse:
    offices = get_offices(request.user)
    key = request.POST.get("search") or request.GET.get("search", "")
    text = searched_words(request, key)
    if not offices or not has_searched(request, key):
        if request.method == "POST" and (url := first_answer(request)):
            return redirect(url)
        messages.info(request, _("Search first: perhaps the person is on record already."))
        return redirect("cases:person_search")
    draft = restore_draft(request)
    if draft is not None and draft.first("search") != key:
        draft = None  # it was begun for somebody else
    initial = {"name": "" if any(c.isdigit() for c in text) else text} | (draft.initial if draft else {})
    form = NewPersonForm(request.POST or None, offices=offices, initial=initial)
    doubts: dict[str, Any] = {}
    if request.method == "POST" and form.is_valid():
        if "ask" in request.POST and "agreed" in request.POST:
            return _ask(request, form)
        doubts = {} if "new_indeed" in request.POST else _doubts(request, form)
        if not any(doubts.values()) and (url := _record(request, form)):
            return redirect(url)
    context = {
        "form": form,
        "offices": offices,
        "key": key,
        "draft": draft,
        "explanations": form.explanations(),
        "is_asked_in_vain": "ask" in request.POST,
        **doubts,
    }
    return render(request, "cases/person_create.html", context)


def _ask(request: SignedInRequest, form: NewPersonForm) -> HttpResponse:
    try:
        return redirect(ask_other_office(request, form))
    except TooManyQuestions:
        messages.warning(request, _("Other offices were not asked: too many questions within an hour."))
        return redirect("cases:person_search")


def _record(request: SignedInRequest, form: NewPersonForm) -> str | None:
    def create() -> str:
        person = record_person(
            form.content(),
            consent=form.consent(),
            contacts=form.contacts(),
            documents=form.documents(),
            by=request.user,
        )
        messages.success(request, _("{name} is on record.").format(name=person.name))
        return person.get_absolute_url()

    try:
        url = answer_once(request, create)
    except ValidationError as error:
        form.add_error(None, error.messages)
        return None
    close_draft(request)
    return url


def _doubts(request: SignedInRequest, form: NewPersonForm) -> dict[str, Any]:
    """Who in the office may be the same person, and which other office knows this document or telephone."""
    data = form.cleaned_data
    office, document = data["office"], form.document()
    draft = Person(office=office, name=data["name"], born_on=data["born_on"])
    keys = [document_key(data["number"])] if data["number"] else []
    alike = likely_duplicates(request.user, draft, [data["phone"]] if data["phone"] else [], keys)
    log_search(request, Person, [each.person for each in alike], [office.municipality_id])
    elsewhere: list[KnownElsewhere] = []
    if document or data["phone"]:
        try:
            elsewhere = known_elsewhere(
                by=request.user,
                office=office,
                document=document,
                phone=data["phone"],
                address=client_address(request),
            )
        except TooManyQuestions:
            messages.warning(request, _("Other offices were not asked: too many questions within an hour."))
    return {"alike": alike, "elsewhere": elsewhere}


@require_safe
def person_detail(request: SignedInRequest, pk: int) -> HttpResponse:
    """The file: who it is, how to reach them, what they agreed to, and everything that happened."""
    try:
        person = get_person(request, pk)
    except Http404:
        sealed = Person.objects.filter(pk=pk).first()
        if sealed is not None and can_unseal(request.user, sealed):
            return redirect("cases:unseal", kind="person", pk=pk)
        return lead_to_transfer(request, sealed)
    user = request.user
    person.read_by = user.pk
    log_access(request, Verb.READ, person)
    before = Place.asked(request.GET.get("before", "")[:40], request.GET.get("shown", "")[:4])
    kinds = kinds_of_person(person)
    rows = partial(rows_of, kinds)
    moments, older = timeline(person, user, before=before, kinds=kinds)
    contacts = rows("contacts", person.contacts.all)
    documents = rows("documents_of_identity", person.documents_of_identity.all)
    works = can_work_with_person(user, person)
    duplicates: list[Found] = []
    if works:
        duplicates = likely_duplicates(
            user,
            person,
            [contact.value for contact in contacts],
            [document.number_key for document in documents],
        )
    context = {
        "person": person,
        "age": person.age_on(timezone.localdate()),
        "aliases": rows("aliases", person.aliases.all),
        "contacts": contacts,
        "documents": documents,
        "partners": rows("partners", person.consent.partners.all),
        "consent_holds": person.consent.holds_on(),
        "duplicates": duplicates,
        "running": rows(
            "running",
            lambda: Case.objects.visible_to(user).filter(person=person).running().with_names()[:TO_DO],
        ),
        "appointments": rows(
            "expected",
            lambda: Appointment.objects.visible_to(user).filter(person=person).planned().with_names()[:TO_DO],
        ),
        "to_do": rows(
            "to_do",
            lambda: FollowUp.objects.visible_to(user).filter(person=person).open().with_names()[:TO_DO],
        ),
        "merges": rows(
            "undoable",
            lambda: Merge.objects.undoable_by(user).of(person).select_related("gone", "by")[:MERGES],
        ),
        "moments": moments,
        "older": older,
        "works": works,
        "can_copy": can_give_copy(user, person),
        "can_offer_record": can_offer_record(user, person),
        "transfer": next(
            iter(rows("transfer", lambda: Transfer.objects.visible_to(user).open().of(person).with_names())),
            None,
        ),
        "can_renew": can_renew_consent(user, person),
        "can_erase": can_erase_person(user, person),
    }
    return render(request, "cases/person_detail.html", context)


@require_http_methods(["GET", "POST"])
def person_edit(request: SignedInRequest, pk: int) -> HttpResponse:
    person = get_person(request, pk)
    if not can_work_with_person(request.user, person):
        raise PermissionDenied
    kept: dict[str, Any] = {"offices": get_offices(request.user), "person": person}
    form = EditPersonForm(request.POST or None, **kept)
    conflict = False
    if request.method == "POST" and form.is_valid():
        try:
            correct_person(person, form.content(), version=form.cleaned_data["version"], by=request.user)
        except PersonChanged:
            conflict = True
            again = request.POST.copy()
            again["version"] = str(person.version)
            form = EditPersonForm(again, **kept)
        else:
            return _after_change(
                request, person, _("Record {record} is saved.").format(record=person.reference)
            )
    else:
        log_access(request, Verb.READ, person)
    return render(request, "cases/person_edit.html", {"person": person, "form": form, "conflict": conflict})


def _after_change(request: SignedInRequest, person: Person, text: str) -> HttpResponse:
    """Back to the file, or to the search when the change has closed it to the one who made it."""
    if Person.objects.visible_to(request.user).filter(pk=person.pk).exists():
        messages.success(request, text)
        return redirect(person)
    messages.info(request, _("{done} The record is restricted now.").format(done=text))
    return redirect("cases:person_search")


def get_item(person: Person, kind: str, pk: int | None) -> tuple[Any, Any]:
    """A name, contact or document of the person, or a new one, and its form; 404 for any other word."""
    if kind not in ITEMS:
        raise Http404
    model, form = ITEMS[kind]
    if pk is None:
        return model(person=person), form
    return get_object_or_404(
        model.objects.filter(person=person).select_related("person__office"), pk=pk
    ), form


@require_http_methods(["GET", "POST"])
def person_item(request: SignedInRequest, pk: int, kind: str, item: int | None = None) -> HttpResponse:
    """Add or change another name, a contact or a document."""
    person = get_person(request, pk)
    if not can_work_with_person(request.user, person):
        raise PermissionDenied
    with transaction.atomic():
        if request.method == "POST":
            held(person)  # before what is theirs, as everywhere
        row, form_class = get_item(person, kind, item)
        form = form_class(request.POST or None, instance=row)
        if request.method == "POST" and form.is_valid():

            def save() -> str:
                save_item(row, by=request.user)
                messages.success(request, _("On record: {what}.").format(what=row))
                return person.get_absolute_url()

            try:
                return redirect(answer_once(request, save))
            except ValidationError as error:
                form.add_error(None, error.messages)
    if request.method == "GET" or form.differences:
        log_access(request, Verb.READ, person)
    context = {"person": person, "form": form, "kind": kind, "item": row if item else None}
    return render(request, "cases/person_item.html", context)


@require_POST
def person_item_remove(request: SignedInRequest, pk: int, kind: str, item: int) -> HttpResponse:
    person = get_person(request, pk)
    row, _form = get_item(person, kind, item)
    remove_item(row, by=request.user)
    messages.success(request, _("Removed from the record: {what}.").format(what=row))
    return redirect(person)


@require_safe
def person_readings(request: SignedInRequest, pk: int) -> HttpResponse:
    """What was changed in the file and who has read it, for those who may read it themselves."""
    person = get_person(request, pk)
    page = keyset_page(AccessLog.objects.of(person), request)
    context = {"person": person, "page": page}
    if not page.previous_url:  # on the first page
        log_access(request, Verb.READ, person)
        context["changes"] = changes_in_file(person, request.user)
    return render(request, "cases/person_readings.html", context)
