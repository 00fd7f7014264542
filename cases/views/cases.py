"""A case's pages: listed, opened, read, carried on and ended."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Exists, OuterRef
from django.http import FileResponse, Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _, gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.access import Verb, log_access, log_search
from accounts.http import SignedInRequest
from accounts.models import User
from accounts.services import answer_form, restore_draft
from cases.forms.cases import (
    AssignCaseForm,
    CaseActForm,
    CaseChecklistForm,
    CaseDeadlineForm,
    CaseDocumentForm,
    CaseFilter,
    CaseFollowUpForm,
    CaseForm,
    CaseNoteForm,
    CasePersonForm,
    CloseCaseForm,
    EditCaseForm,
    FilingForm,
    ReopenCaseForm,
    WaitCaseForm,
)
from cases.models import (
    Case,
    CaseDocument,
    Enquiry,
    Person,
    Referral,
    Transfer,
    changes_in_case,
    kinds_of_case,
    rows_of,
)
from cases.permissions import (
    can_assign_case,
    can_correct_enquiry,
    can_name_case,
    can_offer_record,
    can_read,
    can_refer,
    can_unseal,
    can_work_on_case,
    can_work_with_person,
    office_of,
)
from cases.services.case_documents import add_document, remove_document
from cases.services.cases import (
    CaseChanged,
    add_note,
    assign_case,
    change_case,
    close_case,
    correct_note,
    file_enquiry,
    name_case,
    open_case,
    reopen_case,
    resume_case,
    tick_checklist,
    wait_case,
)
from cases.services.deadlines import count_known_deadlines, known_deadlines
from cases.services.follow_ups import add_follow_up, set_deadline
from cases.views.desk import get_offices, lead_to_transfer, log_choice, log_people, named_row, with_people
from cases.views.searches import asked_address, asked_of_list, is_over
from cases.workflow import CLOSE, REOPEN, RESUME, WAIT, CaseMove, moves_from
from gai_portal.lib.paging import keyset_page

ENQUIRIES = 25  # shown on a case's page
Data = dict[str, Any]


def get_case(request: SignedInRequest, pk: int) -> Case:
    """The case, or 404 for somebody it must not even be known to; and whether they read its person."""
    people = Person.objects.visible_to(request.user).filter(pk=OuterRef("person"))
    cases = Case.objects.visible_to(request.user).with_names().annotate(is_named=Exists(people))
    case = get_object_or_404(cases.select_related("person__consent"), pk=pk)
    if case.person is not None and case.is_named:  # type: ignore[attr-defined]  # annotated above
        case.person.read_by = request.user.pk
    return case


@require_http_methods(["GET", "POST"])
def case_list(request: SignedInRequest) -> HttpResponse:
    """The office's cases, the latest first. No word of a search stands in the address."""
    offices = get_offices(request.user)
    if request.method == "POST":
        return redirect(asked_address(request, CaseFilter.base_fields))
    asked = asked_of_list(request)
    case_filter = CaseFilter(asked)
    cases = Case.objects.visible_to(request.user).filter(office__in=offices).with_names()
    cases = with_people(cases, request.user)
    over = is_over(request, asked)
    found = cases.none() if over else case_filter.apply(cases, request.user)
    page = keyset_page(found, request, field="opened_at")
    if asked["q"]:
        log_search(request, Case, page.rows, {office.municipality_id for office in offices})
    log_people(request, page.rows)
    context = {"filter": case_filter, "page": page, "offices": offices, "is_over": over}
    return render(request, "cases/case_list.html", context)


@require_http_methods(["GET", "POST"])
def case_create(request: SignedInRequest, handed: int = 0) -> HttpResponse:
    """Begin to follow a matter: of an enquiry, of somebody on record, or of neither.

    A draft that was handed over has its own address, by which it is kept.
    """
    offices = get_offices(request.user)
    enquiry = named_row(request, "enquiry", Enquiry.objects.visible_to(request.user).with_names())
    people = Person.objects.visible_to(request.user).select_related("office", "consent")
    person = named_row(request, "person", people)
    if not offices:
        return redirect("cases:desk")
    if enquiry is not None and not can_correct_enquiry(request.user, enquiry):
        raise PermissionDenied  # it was voided
    if enquiry is not None and enquiry.case_id and request.method == "GET":
        return redirect(enquiry)  # a colleague was quicker
    named = person or (enquiry.person if enquiry else None)
    if named is not None and not can_work_with_person(request.user, named):
        raise PermissionDenied  # they agree no longer
    begun = enquiry or person
    if begun is not None:
        offices = [office_of(begun)]
    initial: Data = {"topic": enquiry.topic_id} if enquiry else {}
    about = f"enquiry {enquiry.pk}" if enquiry else f"person {person.pk}" if person else ""
    draft = restore_draft(request)
    if draft is not None and draft.first("about") != about:
        draft = None  # it was begun for another matter
    if draft is not None:
        initial |= draft.initial
    form = CaseForm(request.POST or None, offices=offices, initial=initial)

    def create() -> str:
        office = form.cleaned_data.get("office") or offices[0]
        content = form.content() | ({"person": person} if person else {})
        case = open_case(content, office=office, assigned_to=request.user, enquiry=enquiry, by=request.user)
        count_known_deadlines(case, by=request.user)
        messages.success(request, _("Case {number} is open.").format(number=case.number))
        return case.get_absolute_url()

    if url := answer_form(request, form, create):
        return redirect(url)
    context = {"form": form, "enquiry": enquiry, "person": person, "about": about, "draft": draft}
    context["whose"] = named.pk if named else ""
    return render(request, "cases/case_create.html", context)


@require_http_methods(["GET", "POST"])
def enquiry_file(request: SignedInRequest, pk: int) -> HttpResponse:
    """Put a contact under the case that it is part of."""
    enquiry = get_object_or_404(Enquiry.objects.visible_to(request.user).with_names(), pk=pk)
    if not can_correct_enquiry(request.user, enquiry):
        raise PermissionDenied
    cases = Case.objects.visible_to(request.user).running().select_related("office")
    cases = cases.filter(office__municipality=enquiry.keeper.municipality_id)
    form = FilingForm(request.POST or None, cases=cases, office=enquiry.keeper)

    def put() -> str:
        case = form.cleaned_data["number"]
        file_enquiry(enquiry, case, by=request.user)
        messages.success(request, _("The enquiry is part of case {number} now.").format(number=case.number))
        # A restricted contact restricts its case, which may close it to the one who put it there.
        return (case if can_read(request.user, case) else enquiry).get_absolute_url()

    if url := answer_form(request, form, put):
        return redirect(url)
    theirs = cases.filter(person=enquiry.person)[:10] if enquiry.person_id else []
    context = {"enquiry": enquiry, "form": form, "theirs": theirs}
    return render(request, "cases/enquiry_file.html", context)


@require_safe
def case_detail(request: SignedInRequest, pk: int) -> HttpResponse:
    """What it is, whose, what comes next, and everything that was done."""
    try:
        case = get_case(request, pk)
    except Http404:
        sealed = Case.objects.filter(pk=pk).first()
        if sealed is not None and can_unseal(request.user, sealed):
            return redirect("cases:unseal", kind="case", pk=pk)
        return lead_to_transfer(request, sealed)
    log_access(request, Verb.READ, case)
    user = request.user
    case.read_by = user.pk
    kinds = kinds_of_case(case)
    rows = partial(rows_of, kinds)
    named = case.person if case.person is not None and can_read(user, case.person) else None
    follow_ups = case.follow_ups.visible_to(user).select_related("assigned_to", "closed_by")
    about = case.person or case
    works = can_work_on_case(user, case)
    context = {
        "case": case,
        "named": named,
        "to_do": rows("to_do", follow_ups.open),
        "appointments": rows(
            "appointments", lambda: case.appointments.visible_to(user).planned().with_names()
        ),
        "done": rows("done", lambda: follow_ups.exclude(closed_at=None).order_by("-closed_at")[:ENQUIRIES]),
        "notes": rows("notes", lambda: case.notes.standing().select_related("author", "corrects__author")),
        "documents": rows("documents", lambda: case.documents.select_related("added_by", "removed_by")),
        "referrals": rows(
            "referrals", lambda: Referral.objects.visible_to(user).of_case(case).with_names()[:ENQUIRIES]
        ),
        "can_refer": can_refer(user, case),
        "enquiries": rows(
            "enquiries",
            lambda: Enquiry.objects.visible_to(user).filter(case=case).standing().with_names()[:ENQUIRIES],
        ),
        "checklist": CaseChecklistForm(case=case) if "checklist" in kinds else None,
        "has_deadlines": "deadlines" in kinds,
        "uncounted": rows("uncounted", case.uncounted_deadlines) if works and case.is_running else [],
        "works": works,
        "moves": moves_from(case.state) if works else [],
        "can_assign": can_assign_case(user, case),
        "can_name": can_name_case(user, case),
        "can_offer_record": can_offer_record(user, about),
        "transfer": next(
            iter(rows("transfer", lambda: Transfer.objects.visible_to(user).open().of(about).with_names())),
            None,
        ),
        "changes": changes_in_case(case, user),
    }
    return render(request, "cases/case_detail.html", context)


@require_http_methods(["GET", "POST"])
def case_edit(request: SignedInRequest, pk: int) -> HttpResponse:
    case = get_case(request, pk)
    if not can_work_on_case(request.user, case):
        raise PermissionDenied
    form = EditCaseForm(request.POST or None, case=case)
    conflict = False
    if request.method == "POST" and form.is_valid():
        try:
            change_case(case, form.content(), version=form.cleaned_data["version"], by=request.user)
        except CaseChanged:
            conflict = True
            again = request.POST.copy()
            again["version"] = str(case.version)
            form = EditCaseForm(again, case=case)
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.success(request, _("Case {number} is saved.").format(number=case.number))
            return redirect(_where_to_go_on(request.user, case))
    log_access(request, Verb.READ, case)
    return render(request, "cases/case_edit.html", {"case": case, "form": form, "conflict": conflict})


def _where_to_go_on(user: User, case: Case) -> str:
    """The case, or the list when the change has closed it to the one who made it."""
    return case.get_absolute_url() if can_read(user, case) else "cases:case_list"


@dataclass(frozen=True)
class Act:
    """One thing that can be done with a case: what it is called, what is asked, and who does it."""

    title: Any
    form: type[CaseActForm]
    do: Callable[[Case, Data, User], Any]
    move: CaseMove | None = None
    button: Any = ""  # what it says, if not "Save"
    is_long: bool = False  # somebody may write for long: a draft is kept
    may: Callable[[User, Case], bool] = can_work_on_case
    said: Any = ""  # what the page says afterwards


def _tick(case: Case, data: Data, by: User) -> None:
    """What was ticked, or taken back, on the page as it was shown: what a colleague ticked since stays."""
    chosen = set(data["items"])
    for item in case.papers_to_bring():
        if (item in chosen) != (str(item.pk) in data["shown"]):
            tick_checklist(case, item, is_done=item in chosen, by=by)


ACTS: dict[str, Act] = {
    "note": Act(
        gettext_lazy("Add a note"),
        CaseNoteForm,
        lambda case, data, by: add_note(case, **data, by=by),
        is_long=True,
        said=gettext_lazy("The note is saved."),
    ),
    "follow-up": Act(
        gettext_lazy("Add something to do"),
        CaseFollowUpForm,
        lambda case, data, by: add_follow_up(case, **data, by=by),
        said=gettext_lazy("It is on the list of things to do."),
    ),
    "deadline": Act(
        gettext_lazy("Count a legal deadline"),
        CaseDeadlineForm,
        lambda case, data, by: set_deadline(case, data["rule"], data["counted_from"], by=by),
        said=gettext_lazy("The deadline is on the list of things to do."),
    ),
    "checklist": Act(
        gettext_lazy("Documents to bring"),
        CaseChecklistForm,
        _tick,
        said=gettext_lazy("What was brought is noted."),
    ),
    "assign": Act(
        gettext_lazy("Assign"),
        AssignCaseForm,
        lambda case, data, by: assign_case(case, data["assigned_to"], by=by),
        may=can_assign_case,
        said=gettext_lazy("The case is assigned."),
    ),
    "wait": Act(
        WAIT.label,
        WaitCaseForm,
        lambda case, data, by: wait_case(case, **data, by=by),
        WAIT,
        WAIT.label,
        said=gettext_lazy("The case waits for somebody else."),
    ),
    "resume": Act(
        RESUME.label,
        CaseActForm,
        lambda case, data, by: resume_case(case, by=by),
        RESUME,
        RESUME.label,
        said=gettext_lazy("The case goes on."),
    ),
    "close": Act(
        CLOSE.label,
        CloseCaseForm,
        lambda case, data, by: close_case(case, **data, by=by),
        CLOSE,
        gettext_lazy("Close the case"),
        is_long=True,
        said=gettext_lazy("The case is closed."),
    ),
    "reopen": Act(
        REOPEN.label,
        ReopenCaseForm,
        lambda case, data, by: reopen_case(case, **data, by=by),
        REOPEN,
        gettext_lazy("Reopen the case"),
        is_long=True,
        said=gettext_lazy("The case is open again."),
    ),
}


@require_http_methods(["GET", "POST"])
def case_act(request: SignedInRequest, pk: int, act: str) -> HttpResponse:
    """Do one thing with a case, and come back to it."""
    case = get_case(request, pk)
    if act not in ACTS:
        raise Http404
    todo = ACTS[act]
    if not todo.may(request.user, case):
        raise PermissionDenied
    if request.method == "GET" and todo.move is not None and case.state not in todo.move.sources:
        return redirect(case)  # a colleague was quicker
    draft = restore_draft(request) if todo.is_long else None
    more: Data = {}
    if act == "deadline":
        more["known"] = known_deadlines(case, request.user)
    if act == "close":
        more["user"] = request.user
    if draft is not None:
        more["initial"] = draft.initial
    form = todo.form(request.POST if request.method == "POST" else None, case=case, **more)

    def do() -> str:
        todo.do(case, form.cleaned_data, request.user)
        messages.success(request, todo.said)
        return case.get_absolute_url()

    if url := answer_form(request, form, do):
        return redirect(url if can_read(request.user, case) else "cases:case_list")
    log_access(request, Verb.READ, case)
    dropped = case.follow_ups.open() if todo.move is CLOSE else []
    context = {
        "case": case,
        "form": form,
        "title": todo.title,
        "button": todo.button,
        "dropped": dropped,
        "is_long": todo.is_long,
        "draft": draft,
    }
    return render(request, "cases/case_act.html", context)


@require_http_methods(["GET", "POST"])
def case_person(request: SignedInRequest, pk: int) -> HttpResponse:
    """Say whose matter it is, once somebody agrees to be on record, or that another person was meant."""
    case = get_case(request, pk)
    if not can_name_case(request.user, case):
        raise PermissionDenied
    form = CasePersonForm(request.POST if request.method == "POST" else None, case=case, user=request.user)

    def name() -> str:
        name_case(case, form.cleaned_data["person"], by=request.user)
        messages.success(request, _("The person of the case is noted."))
        return case.get_absolute_url()

    if url := answer_form(request, form, name):
        return redirect(url if can_read(request.user, case) else "cases:case_list")
    log_access(request, Verb.READ, case)
    log_choice(request, form, case.office)
    title = _("Change the person") if case.person_id else _("Name the person")
    return render(request, "cases/case_person.html", {"case": case, "form": form, "title": title})


@require_http_methods(["GET", "POST"])
def note_correct(request: SignedInRequest, pk: int, note: int) -> HttpResponse:
    """Put a note right. The original stays readable under the new one."""
    case = get_case(request, pk)
    original = get_object_or_404(case.notes.select_related("case__office"), pk=note)
    if not can_work_on_case(request.user, case):
        raise PermissionDenied
    initial = {"text": original.text, "help_given": original.help_given}
    draft = restore_draft(request)
    if draft is not None:
        initial |= draft.initial
    form = CaseNoteForm(request.POST if request.method == "POST" else None, case=case, initial=initial)

    def correct() -> str:
        correct_note(original, **form.cleaned_data, by=request.user)
        messages.success(request, _("The note is corrected. What stood there before can be read under it."))
        return case.get_absolute_url()

    if url := answer_form(request, form, correct):
        return redirect(url)
    log_access(request, Verb.READ, case)
    context = {"case": case, "form": form, "title": _("Correct a note"), "is_long": True, "draft": draft}
    return render(request, "cases/case_act.html", context)


@require_http_methods(["GET", "POST"])
def document_add(request: SignedInRequest, pk: int) -> HttpResponse:
    """Keep a scan or photograph of a paper with the case."""
    case = get_case(request, pk)
    if not can_work_on_case(request.user, case):
        raise PermissionDenied
    posted = (request.POST, request.FILES) if request.method == "POST" else ()
    form = CaseDocumentForm(*posted, case=case)

    def add() -> str:
        add_document(case, **form.cleaned_data, by=request.user)
        messages.success(request, _("The file is kept: {what}.").format(what=form.cleaned_data["title"]))
        return case.get_absolute_url()

    if url := answer_form(request, form, add):
        return redirect(url)
    log_access(request, Verb.READ, case)
    context = {"case": case, "form": form, "title": _("Add a scan or photograph")}
    return render(request, "cases/case_act.html", context)


def get_document(request: SignedInRequest, pk: int) -> CaseDocument:
    """A paper whose file is still there, or 404 for somebody it must not even be known to."""
    documents = CaseDocument.objects.visible_to(request.user).kept().select_related("case__office")
    return get_object_or_404(documents, pk=pk)


@require_safe
def document_open(request: SignedInRequest, pk: int) -> HttpResponseBase:
    """The file itself, as a download: no browser runs anything that may stand in it."""
    document = get_document(request, pk)
    log_access(request, Verb.READ, document)
    ending = str(document.file.name).rpartition(".")[2]
    response = FileResponse(
        document.file.open("rb"),
        as_attachment=True,
        filename=f"{document.case.number}-{document.pk}.{ending}",
        content_type=document.content_type,
    )
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-store"
    return response


@require_POST
def document_remove(request: SignedInRequest, pk: int) -> HttpResponse:
    documents = CaseDocument.objects.visible_to(
        request.user
    )  # one that is gone, too: a second tap is no fault
    document = get_object_or_404(documents, pk=pk)
    remove_document(document, by=request.user)
    messages.success(request, _("The file was removed. That it was here stays on record."))
    return redirect(document.case)
