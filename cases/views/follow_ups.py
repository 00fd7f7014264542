"""What is to be done by a day: changed, done, dropped, taken up again."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _, ngettext
from django.views.decorators.http import require_http_methods, require_POST

from accounts.access import Verb, log_access
from accounts.http import SignedInRequest
from accounts.services import answer_form
from cases.forms.cases import EditFollowUpForm, NewFollowUpForm
from cases.forms.today import ShareOutForm
from cases.models import FollowUp, Person
from cases.permissions import can_work_on_follow_up, can_work_with_person, coordinates
from cases.services.follow_ups import (
    FollowUpChanged,
    add_follow_up,
    change_follow_up,
    finish_follow_up,
    reopen_follow_up,
    share_out,
)
from cases.views.desk import get_offices, named_row

KEPT = ("whose", "until")  # of the page that several things were given away on
TODAY = "today"  # the page that something to do was done on


def get_follow_up(request: SignedInRequest, pk: int) -> FollowUp:
    """Something to do, or 404 for somebody it must not even be known to."""
    return get_object_or_404(FollowUp.objects.visible_to(request.user).with_names(), pk=pk)


def _back(request: SignedInRequest, follow_up: FollowUp) -> HttpResponse:
    """To where it was done: the day's list, or its case."""
    if TODAY in (request.POST.get("back"), request.GET.get("back")):
        return redirect("cases:today")
    return redirect(follow_up.case or follow_up.person or "cases:today")


@require_http_methods(["GET", "POST"])
def follow_up_create(request: SignedInRequest) -> HttpResponse:
    """Something to do outside a case: for the office, or for somebody on record."""
    offices = get_offices(request.user)
    person = named_row(
        request, "person", Person.objects.visible_to(request.user).select_related("office", "consent")
    )
    if person is not None and not can_work_with_person(request.user, person):
        raise PermissionDenied  # they agree no longer
    if not offices:
        return redirect("cases:desk")
    here = [person.office] if person else offices
    form = NewFollowUpForm(request.POST or None, offices=here, user=request.user)

    def add() -> str:
        data = form.cleaned_data
        about = person or data.pop("office", here[0])
        add_follow_up(about, **data, by=request.user)
        messages.success(request, _("It is on the list: %(title)s") % {"title": data["title"]})
        return person.get_absolute_url() if person else reverse("cases:today")

    if url := answer_form(request, form, add):
        return redirect(url)
    return render(request, "cases/follow_up_create.html", {"form": form, "person": person})


@require_http_methods(["GET", "POST"])
def follow_up_edit(request: SignedInRequest, pk: int) -> HttpResponse:
    """Another day, other words or another colleague; or it is no longer needed."""
    follow_up = get_follow_up(request, pk)
    if not can_work_on_follow_up(request.user, follow_up):
        raise PermissionDenied
    if not follow_up.is_open:  # a colleague was quicker
        messages.info(request, _("This is done already."))
        return _back(request, follow_up)
    if "drop" in request.POST:
        return _finish(request, follow_up, dropped=True)
    form = EditFollowUpForm(request.POST or None, follow_up=follow_up)
    conflict = False
    if request.method == "POST" and form.is_valid():
        try:
            change_follow_up(follow_up, **form.cleaned_data, by=request.user)
        except FollowUpChanged:
            conflict = True
            again = request.POST.copy()
            again["version"] = str(follow_up.version)
            form = EditFollowUpForm(again, follow_up=follow_up)
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.success(request, _("Saved: %(title)s") % {"title": form.cleaned_data["title"]})
            return _back(request, follow_up)
    if follow_up.is_restricted or follow_up.person_id:
        log_access(request, Verb.READ, follow_up)
    context = {
        "follow_up": follow_up,
        "form": form,
        "conflict": conflict,
        "back": TODAY if request.GET.get("back") == TODAY else "",
    }
    return render(request, "cases/follow_up_edit.html", context)


@require_POST
def follow_up_finish(request: SignedInRequest, pk: int) -> HttpResponse:
    return _finish(request, get_follow_up(request, pk))


def _finish(request: SignedInRequest, follow_up: FollowUp, *, dropped: bool = False) -> HttpResponse:
    finish_follow_up(follow_up, dropped=dropped, by=request.user)
    undo = reverse("cases:follow_up_reopen", args=[follow_up.pk])
    if TODAY in (request.POST.get("back"), request.GET.get("back")):
        undo += f"?back={TODAY}"
    text = _("No longer needed: %(title)s") if dropped else _("Done: %(title)s")
    messages.success(request, text % {"title": follow_up.shown_title}, extra_tags=undo)
    return _back(request, follow_up)


@require_POST
def follow_up_reopen(request: SignedInRequest, pk: int) -> HttpResponse:
    follow_up = get_follow_up(request, pk)
    try:
        reopen_follow_up(follow_up, by=request.user)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    else:
        messages.success(request, _("It is on the list again."))
    return _back(request, follow_up)


@require_POST
def follow_ups_assign(request: SignedInRequest) -> HttpResponse:
    """A coordinator gives several things to do to one colleague at once."""
    offices = get_offices(request.user)
    if not coordinates(request.user):
        raise PermissionDenied
    form = ShareOutForm(request.POST, user=request.user, offices=offices)
    if form.is_valid():
        to = form.cleaned_data["assigned_to"]
        try:
            number = share_out(form.cleaned_data["follow_ups"], to, by=request.user)
        except ValidationError as error:
            messages.error(request, " ".join(error.messages))
        else:
            text = ngettext("{number} thing to do: {name}.", "{number} things to do: {name}.", number)
            name = to or _("Nobody in particular")
            messages.success(request, text.format(number=number, name=name))
    else:
        messages.error(request, _("Tick what is to be done, and choose a colleague."))
    kept = {name: request.POST[name] for name in KEPT if request.POST.get(name)}
    return redirect(reverse("cases:today", query=kept))
