"""An enquiry's pages: logged, listed, read, corrected, voided."""

from contextlib import suppress
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.access import Verb, log_access, log_search
from accounts.http import SignedInRequest
from accounts.models import User
from accounts.services import (
    AlreadySent,
    answer_form,
    discard_draft,
    draft_for,
    restore_draft,
    save_draft,
)
from cases.filters import EnquiryFilter
from cases.forms.enquiries import CorrectionForm, EnquiryForm, VoidForm
from cases.forms.person_choice import Who
from cases.models import (
    MORE_FIELDS,
    Appointment,
    Case,
    Enquiry,
    EnquiryQuerySet,
    Person,
    Referral,
    ReturnCode,
    Topic,
    describe,
    label_of,
    names_in,
)
from cases.permissions import (
    can_correct_enquiry,
    can_give_code,
    can_read,
    can_refer,
    can_undo_enquiry,
    can_unseal,
    can_void_enquiry,
    coordinates,
)
from cases.services.appointments import keep_appointment
from cases.services.cases import file_enquiry, open_case
from cases.services.deadlines import count_known_deadlines
from cases.services.enquiries import (
    CONTENT_FIELDS,
    EnquiryChanged,
    correct_enquiry,
    log_enquiry,
    undo_enquiry,
    void_enquiry,
)
from cases.services.first_day import guide_for
from cases.views.codes import opened_thread
from cases.views.desk import get_enquiry, get_offices, log_choice, named_row
from cases.views.guidance import card_of
from cases.views.people import results_of
from cases.views.searches import asked_address, asked_of_list, is_over
from gai_portal.lib.paging import keyset_page
from municipalities.models import Office

LATEST = 5
ABOUT = ("case", "appointment", "person")  # what the address may say of an enquiry before it is written
PERSON_FIELDS = ("sex", "age_band", "nationality")
# What "the same as the last one" repeats: what it was about and where, nothing about who it was.
REPEATED = {
    **{name: f"{name}_id" for name in ("office", "topic", "channel", "outcome")},
    **{name: name for name in ("further_topics", "place")},
}


def clock(moment: Any) -> str:
    return date_format(timezone.localtime(moment), "TIME_FORMAT")


@require_http_methods(["GET", "POST"])
def enquiry_create(request: SignedInRequest, handed: int = 0) -> HttpResponse:
    """The desk's form. A draft that was handed over has its own address, by which it is kept."""
    offices = get_offices(request.user)
    key = request.GET.get("code", "")
    thread = opened_thread(request, key) if key else None
    if key and thread is None and request.method == "GET":
        return redirect("cases:code_search")
    kept: dict[str, Any] = {"user": request.user, "offices": offices, "thread": thread}
    expected = expected_now(request)
    kept_as = request.path if handed else _kept_as(request, thread)
    draft = None
    asked_for = ""
    if request.method == "POST" and "show_topic" in request.POST:  # without JavaScript
        form = EnquiryForm(initial=_typed(request.POST), **kept)
        asked_for = request.POST.get("topic", "")
    elif request.method == "POST" and request.POST.get("who") == Who.NEW:
        return _record_first(request, kept_as)
    elif request.method == "POST":
        form = EnquiryForm(request.POST, **kept)
        asked_for = request.POST.get("topic", "")
        if url := _log(request, form, thread, expected, kept_as):
            return redirect(url)
        if found := form.found:  # a step on the way, not a mistake
            form = EnquiryForm(initial=_typed(request.POST), **kept)
            form.show_found(found)
    elif "same" in request.GET and (mine := latest_of(request.user, offices, mine=True).first()):
        form = EnquiryForm(initial={name: getattr(mine, column) for name, column in REPEATED.items()}, **kept)
        asked_for = mine.topic_id
    else:
        draft = restore_draft(request, kept_as)
        initial = dict(draft.initial) if draft else {}
        if chosen := request.GET.get("person", "")[:19]:
            initial |= {"who": Who.KNOWN, "person": chosen}
        case = named_row(request, "case", Case.objects.visible_to(request.user).select_related("person"))
        if case is not None:
            initial |= {"case_number": case.number, "topic": case.topic_id}
            if case.person_id and can_read(request.user, case.person):
                initial |= {"who": Who.KNOWN, "person": str(case.person_id)}
        if expected is not None:
            initial |= known_of(expected)
        if day := request.GET.get("day", "")[:10]:  # the next sheet of the same day
            initial.setdefault("day", day)
        form = EnquiryForm(initial=initial, **kept)
        asked_for = str(initial.get("topic", ""))
    log_choice(request, form, offices[0] if offices else None)
    context = {
        "form": form,
        "draft": draft,
        "kept_as": kept_as,
        "waits": kept_as == _waiting(),
        "expected": expected,
        "offices": offices,
        **card_of(Topic.objects.with_guidance().filter(code=asked_for).first() if asked_for else None),
        "is_coordinator": coordinates(request.user),
        "has_last": latest_of(request.user, offices, mine=True).exists(),
        "guide": guide_for(request.user),
        "thread": thread,
        "key": key,
        "latest": latest_of(request.user, offices).with_names()[:LATEST],
    }
    return render(request, "cases/enquiry_create.html", context)


def latest_of(user: User, offices: list[Office], *, mine: bool = False) -> EnquiryQuerySet:
    """What was recorded at these offices; or by `user`, in the order of recording."""
    latest = Enquiry.objects.visible_to(user).filter(office__in=offices).standing()
    return latest.filter(author=user).order_by("-pk") if mine else latest


def _typed(posted: QueryDict) -> dict[str, Any]:
    return {name: values if len(values) > 1 else posted[name] for name, values in posted.lists()}


def _waiting() -> str:
    """Where the enquiry of somebody who is recorded first is kept."""
    return f"{reverse('cases:enquiry_create')}?waiting=1"


def _kept_as(request: SignedInRequest, thread: ReturnCode | None) -> str:
    """Where the draft is kept: that about one person comes up under nobody else, and is not written over.

    One that waits for a new record goes on at the page of whoever is chosen first, and is theirs then.
    """
    said = [(name, request.GET[name][:19]) for name in ABOUT if request.GET.get(name)]
    about = ("code", thread.pk) if thread else next(iter(said), None)
    own = f"{request.path}?{urlencode([about])}" if about else request.path
    if request.method == "POST":
        return _waiting() if "waiting" in request.POST else own
    goes_on = request.path == reverse("cases:enquiry_create") and (about is None or about[0] == "person")
    if not goes_on or draft_for(request.user, own):
        return own
    waiting = draft_for(request.user, _waiting())
    return _waiting() if waiting and waiting.first("person") in ("", about and about[1]) else own


def _record_first(request: SignedInRequest, kept_as: str) -> HttpResponse:
    """Somebody new is recorded first; what was typed of the enquiry waits as a draft."""
    typed = request.POST.copy()
    asked = typed.get("asked", "").strip()[:200]
    typed["who"], typed["asked"], typed["person"] = Who.ANONYMOUS, "", ""  # until there is a record to name
    with suppress(AlreadySent, ValueError):
        save_draft(request.user, _waiting(), typed)
    if kept_as != _waiting():
        discard_draft(request.user, kept_as)
    messages.info(request, _("Search first. The enquiry waits: go on with it from the person's page."))
    return redirect(results_of(request, asked) if asked else "cases:person_search")


def expected_now(request: SignedInRequest) -> Appointment | None:
    """The appointment that the address names, while nobody has recorded what came of it."""
    expected = named_row(request, "appointment", Appointment.objects.visible_to(request.user).with_names())
    return None if expected is None or expected.is_recorded else expected


def known_of(expected: Appointment) -> dict[str, Any]:
    """What an appointment says of the enquiry that is to be recorded."""
    at = timezone.localtime(expected.starts_at)
    known: dict[str, Any] = {"office": expected.office_id, "place": expected.place}
    if expected.person_id:
        known |= {"who": Who.KNOWN, "person": str(expected.person_id)}
    if expected.case:
        known |= {"topic": expected.case.topic_id, "case_number": expected.case.number}
    if at.date() < timezone.localdate():
        known |= {"day": at.date().isoformat(), "hour": f"{at:%H:%M}"}
    return known


def _log(
    request: SignedInRequest,
    form: EnquiryForm,
    thread: ReturnCode | None,
    expected: Appointment | None,
    kept_as: str,
) -> str | None:
    def create() -> str:
        if request.GET.get("code") and thread is None:
            raise ValidationError(_("The code was typed too long ago. Type it again, or record without it."))
        content = form.content()
        if "open_case" in request.POST and not form.cleaned_data.get("case"):
            content["outcome"] = form.outcome_of_opening()
        enquiry = log_enquiry(content, return_code=thread, by=request.user)
        if expected is not None:
            keep_appointment(expected, enquiry, by=request.user)
        if case := form.cleaned_data.get("case"):
            file_enquiry(enquiry, case, by=request.user)
        elif "open_case" in request.POST:
            return _open_case(request, enquiry)
        text = _("Enquiry recorded at %(time)s.") % {"time": clock(enquiry.created_at)}
        messages.success(request, text, extra_tags=reverse("cases:enquiry_undo", args=[enquiry.pk]))
        if "another" not in request.POST:
            return enquiry.get_absolute_url()
        day = form.cleaned_data.get("day")
        return f"{request.path}?day={day.isoformat()}" if day else request.path

    return answer_form(request, form, create, kept_as=kept_as)


@require_http_methods(["GET", "POST"])
def enquiry_list(request: SignedInRequest) -> HttpResponse:
    """The office's enquiries, the latest first. No word of a search stands in the address."""
    offices = get_offices(request.user)
    if request.method == "POST":
        return redirect(asked_address(request, EnquiryFilter.base_fields))
    asked = asked_of_list(request)
    enquiry_filter = EnquiryFilter(asked, offices=offices)
    enquiries = Enquiry.objects.visible_to(request.user).filter(office__in=offices).with_names()
    over = is_over(request, asked)
    page = keyset_page(enquiries.none() if over else enquiry_filter.apply(enquiries), request)
    if asked["q"]:  # each page of it; notes may tell of somebody
        log_search(request, Enquiry, page.rows, {office.municipality_id for office in offices})
    context = {
        "filter": enquiry_filter,
        "page": page,
        "offices": offices,
        "is_over": over,
    }
    return render(request, "cases/enquiry_list.html", context)


@require_safe
def enquiry_detail(request: SignedInRequest, pk: int) -> HttpResponse:
    sealed = Enquiry.objects.filter(pk=pk).first()
    if sealed is not None and can_unseal(request.user, sealed):
        return redirect("cases:unseal", kind="enquiry", pk=pk)
    enquiry = get_enquiry(request, pk)
    if enquiry.is_restricted or enquiry.person_id:
        log_access(request, Verb.READ, enquiry)
    named = Person.objects.visible_to(request.user)
    names = names_in([enquiry])
    more = [(label_of(name), describe(enquiry, name, names)) for name in MORE_FIELDS]
    context = {
        "enquiry": enquiry,
        "named": named.filter(pk=enquiry.person_id).first() if enquiry.person_id else None,
        "person": ", ".join(filter(None, (describe(enquiry, name) for name in PERSON_FIELDS))),
        "more": [row for row in more if row[1]],
        "case": Case.objects.visible_to(request.user).filter(enquiries=enquiry).first(),
        "referrals": list(Referral.objects.visible_to(request.user).filter(enquiry=enquiry).with_names()),
        "can_refer": can_refer(request.user, enquiry),
        "changes": enquiry.changes_for(request.user),
        "same_code": _same_code(request, enquiry),
        "can_give_code": can_give_code(request.user, enquiry),
        "can_correct": can_correct_enquiry(request.user, enquiry),
        "can_undo": can_undo_enquiry(request.user, enquiry),
        "can_void": can_void_enquiry(request.user, enquiry),
    }
    return render(request, "cases/enquiry_detail.html", context)


def _open_case(request: SignedInRequest, enquiry: Enquiry) -> str:
    """A case about the topic of a contact, which can be given a title of its own afterwards."""
    content = {"topic": enquiry.topic}
    by = request.user
    case = open_case(content, office=enquiry.office, assigned_to=by, enquiry=enquiry, by=by)
    count_known_deadlines(case, by=by)
    messages.success(request, _("Enquiry recorded. Case {number} is open.").format(number=case.number))
    return case.get_absolute_url()


def _same_code(request: SignedInRequest, enquiry: Enquiry) -> list[Enquiry]:
    """Other conversations under the same return code, as far as the reader sees them without it."""
    if enquiry.return_code_id is None:
        return []
    others = Enquiry.objects.visible_to(request.user).filter(return_code=enquiry.return_code_id).standing()
    return list(others.exclude(pk=enquiry.pk).with_names()[:LATEST])


@require_http_methods(["GET", "POST"])
def enquiry_correct(request: SignedInRequest, pk: int) -> HttpResponse:
    enquiry = get_enquiry(request, pk)
    if not can_correct_enquiry(request.user, enquiry):
        raise PermissionDenied
    # What came from another office stays counted there.
    offices = [enquiry.office] if enquiry.moved_to_id else get_offices(request.user)
    kept: dict[str, Any] = {"user": request.user, "offices": offices, "enquiry": enquiry}
    form = CorrectionForm(request.POST or None, **kept)
    conflict = None
    if request.method == "POST" and form.is_valid():
        try:
            correct_enquiry(enquiry, form.content(), version=form.cleaned_data["version"], by=request.user)
        except EnquiryChanged:
            conflict = _conflict(enquiry, form)
            again = request.POST.copy()
            again["version"] = str(enquiry.version)
            form = CorrectionForm(again, **kept)
        except ValidationError as error:
            form.add_error(None, error.messages)
        else:
            return _after_change(request, enquiry, _("Enquiry corrected."))
    if enquiry.is_restricted or enquiry.person_id:
        log_access(request, Verb.READ, enquiry)
    log_choice(request, form, enquiry.keeper)
    return render(
        request, "cases/enquiry_correct.html", {"enquiry": enquiry, "form": form, "conflict": conflict}
    )


def _conflict(enquiry: Enquiry, form: CorrectionForm) -> list[tuple[str, str, str]]:
    """Each field in which what a colleague has recorded differs from what was typed here."""
    typed = Enquiry(**form.content())
    names = names_in([enquiry, typed])
    rows = [
        (label_of(name), describe(enquiry, name, names), describe(typed, name, names))
        for name in CONTENT_FIELDS
    ]
    return [row for row in rows if row[1] != row[2]]


def _after_change(request: SignedInRequest, enquiry: Enquiry, text: str) -> HttpResponse:
    """Back to the enquiry, or to the list when the change has closed it to the one who made it."""
    if Enquiry.objects.visible_to(request.user).filter(pk=enquiry.pk).exists():
        messages.success(request, text)
        return redirect(enquiry)
    messages.info(request, _("%(done)s Its topic is restricted: only its author reads it.") % {"done": text})
    return redirect("cases:enquiry_list")


@require_http_methods(["GET", "POST"])
def enquiry_void(request: SignedInRequest, pk: int) -> HttpResponse:
    enquiry = get_enquiry(request, pk)
    if request.method == "POST" and enquiry.voided_at:
        messages.info(request, _("This enquiry is void already."))
        return redirect(enquiry)
    if not can_void_enquiry(request.user, enquiry):
        raise PermissionDenied
    form = VoidForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        void_enquiry(enquiry, reason=form.cleaned_data["reason"], by=request.user)
        messages.success(request, _("Enquiry voided. It stays on record and no longer counts."))
        return redirect(enquiry)
    return render(request, "cases/enquiry_void.html", {"enquiry": enquiry, "form": form})


@require_POST
def enquiry_undo(request: SignedInRequest, pk: int) -> HttpResponse:
    enquiry = undo_enquiry(get_enquiry(request, pk), by=request.user)
    messages.success(request, _("Undone: enquiry %(number)s no longer counts.") % {"number": enquiry})
    return redirect("cases:desk")
