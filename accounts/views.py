"""Signing in and out, forms that wait, the inbox, one's own profile and one's office's people."""

from functools import partial
from http import HTTPStatus
from typing import Any

from allauth.account import views as allauth_views
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.paginator import Paginator
from django.db.models import Case, When
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.template.defaultfilters import time
from django.urls import resolve, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.csrf import csrf_failure as plain_csrf_failure
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import carrying, services
from accounts.forms import EndMembershipForm, InvitationForm, ProfileForm
from accounts.http import SignedInRequest
from accounts.limits import is_too_often
from accounts.models import Membership, Notice
from accounts.permissions import (
    can_end_membership,
    can_read_people,
    can_withdraw_invitation,
    roles_to_invite,
)

NOTICES_PER_PAGE = 25
PEOPLE_PER_PAGE = 50


# Signing in


class LoginView(allauth_views.LoginView):
    """Sign-in, after which a POST that had lost its session goes on for the same account."""

    @property
    def carried(self) -> carrying.Carried | None:
        return carrying.unseal(self.request.POST.get("carried", ""))

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Somebody who has signed in meanwhile, in another tab, goes on without doing it again."""
        carried = self.carried
        if carried and request.user.is_authenticated:
            return _go_on(request, carried)
        return super().dispatch(request, *args, **kwargs)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        if self.carried:
            context |= {"carried": self.request.POST["carried"], "session_ended": True}
        return context

    def form_valid(self, form: Any) -> HttpResponseBase:
        carried = self.carried
        if carried is None:
            return super().form_valid(form)
        is_same = form.user.pk == carried["account"]
        self.success_url = reverse("accounts:resume") if is_same else reverse("workspace")
        response = super().form_valid(form)
        if is_same:
            carrying.hold(self.request, carried)
        else:
            messages.warning(
                self.request, _("What had been typed belonged to another account. Nothing of it was saved.")
            )
        return response

    def get_success_url(self) -> str:
        return self.success_url or super().get_success_url()


class PasswordResetView(allauth_views.PasswordResetView):
    """Asks for a link. How long the answer takes does not tell whether an address has an account."""

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        response = super().post(request, *args, **kwargs)
        form = self.get_form()
        if form.is_accepted:
            # The server closes a response after the browser has got all of it.
            response._resource_closers.append(partial(form.send, request))
        return response


@login_not_required
@require_safe
def sign_up_closed(request: HttpRequest) -> HttpResponse:
    """Accounts are given by invitation."""
    return render(request, "account/signup_closed.html", status=HTTPStatus.NOT_FOUND)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponseBase:
    """A form that is older than the last sign-in: its account sends it once more, nobody else does."""
    carried = carrying.carry(request) or carrying.unseal(request.POST.get("carried", ""))
    if carried is None or "resumed" in request.POST:  # once more has not helped: it stays held
        return plain_csrf_failure(request, reason=reason)
    if not request.user.is_authenticated:
        return carrying.ask_to_sign_in(request, carried)
    return _go_on(request, carried)


def _go_on(request: HttpRequest, carried: carrying.Carried) -> HttpResponse:
    """To the page from which the account that wrote something sends it again."""
    if carried["account"] != request.user.pk:
        messages.warning(request, _("That form was opened by another account. Nothing of it was saved."))
        return redirect("workspace")
    carrying.hold(request, carried)
    return redirect("accounts:resume")


@require_http_methods(["GET", "POST"])
def resume(request: SignedInRequest) -> HttpResponse:
    """What was being sent when the session ended, ready to be sent again; a POST here drops it."""
    carried = carrying.held(request)
    if request.method == "POST":
        carrying.let_go(request)
        messages.info(request, _("What you had typed was dropped."))
        return redirect("workspace")
    if carried is None:
        return redirect("workspace")
    return render(request, "accounts/resume.html", {"carried": carried})


# Drafts


def _form_path(request: SignedInRequest, parameters: QueryDict) -> str:
    """The address of a form in the workspace. Resolver404 is a Http404: nothing is kept for no page."""
    path = parameters.get("form", "")
    if not path.startswith("/workspace/") or len(path) > 200:
        raise Http404
    resolve(path.partition("?")[0])
    return path


@require_POST
def draft_save(request: SignedInRequest) -> HttpResponse:
    """Keep what is being typed; answers with a sentence to show beside the form."""
    path = _form_path(request, request.GET)
    try:
        draft = services.save_draft(request.user, path, request.POST)
    except services.AlreadySent:
        text, status = _("This form was sent already. Open it again to write another."), HTTPStatus.CONFLICT
    except services.NotKept as refused:
        text, status = str(refused), HTTPStatus.CONFLICT
    except ValueError:
        text, status = _("Too long to be kept as a draft."), HTTPStatus.REQUEST_ENTITY_TOO_LARGE
    else:
        saved_at = time(timezone.localtime(draft.saved_at), "TIME_FORMAT")
        text, status = _("Draft saved at {time}").format(time=saved_at), HTTPStatus.OK
    return HttpResponse(text, content_type="text/plain; charset=utf-8", status=status)


@require_POST
def draft_discard(request: SignedInRequest) -> HttpResponse:
    path = _form_path(request, request.POST)
    services.discard_draft(request.user, path)
    return redirect(path)


# Notices


@require_safe
def notice_list(request: SignedInRequest) -> HttpResponse:
    notices = Notice.objects.visible_to(request.user)
    page = Paginator(notices, NOTICES_PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "accounts/notice_list.html", {"page": page})


@require_POST
def notice_open(request: SignedInRequest, pk: int) -> HttpResponse:
    """Mark a notice as read and go to where it points."""
    notice = get_object_or_404(Notice.objects.visible_to(request.user), pk=pk)
    if notice.read_at is None:
        notice.read_at = timezone.now()
        notice.save(update_fields=["read_at"])
    return redirect(notice.url)


@require_POST
def notice_read_all(request: SignedInRequest) -> HttpResponse:
    services.mark_read(request.user)
    return redirect("accounts:notice_list")


# People


@require_http_methods(["GET", "POST"])
def profile(request: SignedInRequest) -> HttpResponse:
    form = ProfileForm(request.POST or None, instance=request.user)
    if request.method == "POST" and form.is_valid():
        form.save()
        messages.success(request, _("Your profile was saved."))
        return redirect("accounts:profile")
    memberships = request.user.memberships.current().select_related("municipality", "partner")
    return render(request, "accounts/profile.html", {"form": form, "memberships": memberships})


@require_safe
def person_list(request: SignedInRequest) -> HttpResponse:
    """The people of one's own municipality with their roles, and who is invited to one."""
    if not can_read_people(request.user):
        raise PermissionDenied
    visible = Membership.objects.visible_to(request.user)
    people = (
        # Whether somebody who is invited has an account, and an open one, is nobody's business.
        (visible.current().filter(user__is_active=True) | visible.pending())
        .annotate(called=Case(When(accepted_at=None, then="invited_as"), default="user__name"))
        .select_related("user", "municipality")
        .order_by("municipality__display_name", "called", "pk")
    )
    page = Paginator(people, PEOPLE_PER_PAGE).get_page(request.GET.get("page"))
    rows = [
        (
            membership,
            can_end_membership(request.user, membership),
            can_withdraw_invitation(request.user, membership),
        )
        for membership in page
    ]
    return render(request, "accounts/person_list.html", {"page": page, "rows": rows})


@require_http_methods(["GET", "POST"])
def person_invite(request: SignedInRequest) -> HttpResponse:
    if not roles_to_invite(request.user):
        raise PermissionDenied
    own = request.user.memberships.current().select_related("municipality")
    names = {m.municipality_id: str(m.municipality) for m in own if m.municipality_id}
    form = InvitationForm(request.POST or None, by=request.user, names=names)

    def create() -> str:
        if is_too_often(request, "invite"):
            raise ValidationError(_("That is enough invitations for one day. Go on tomorrow."))
        role, municipality_id = form.scope
        email, name = form.cleaned_data["email"], form.cleaned_data["name"]
        services.invite(email=email, name=name, role=role, municipality_id=municipality_id, by=request.user)
        messages.success(request, _("{name} was invited.").format(name=name))
        return reverse("accounts:person_list")

    if url := services.answer_form(request, form, create):
        return redirect(url)
    return render(request, "accounts/person_invite.html", {"form": form})


@require_POST
def invitation_withdraw(request: SignedInRequest, pk: int) -> HttpResponse:
    """Take back an invitation of one's municipality."""
    pending = Membership.objects.visible_to(request.user).pending()
    membership = get_object_or_404(pending, pk=pk)
    if not can_withdraw_invitation(request.user, membership):
        raise PermissionDenied
    services.withdraw_invitation(membership, by=request.user)
    messages.success(request, _("The invitation of {name} was withdrawn.").format(name=membership.invited_as))
    return redirect("accounts:person_list")


@require_POST
def invitation_answer(request: SignedInRequest, pk: int) -> HttpResponse:
    """One's own invitation, accepted or not."""
    membership = get_object_or_404(request.user.memberships.pending(), pk=pk)
    if "accept" not in request.POST:
        services.decline_invitation(membership, by=request.user)
        messages.success(request, _("The invitation was declined."))
        return redirect("workspace")
    try:
        services.accept_invitation(membership, by=request.user)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    else:
        messages.success(request, _("You have a new role: {membership}.").format(membership=membership))
    return redirect("workspace")


@require_http_methods(["GET", "POST"])
def membership_end(request: SignedInRequest, pk: int) -> HttpResponse:
    """With a last day, or now."""
    people = Membership.objects.visible_to(request.user).current().select_related("user", "municipality")
    membership = get_object_or_404(people, pk=pk)
    if not can_end_membership(request.user, membership):
        raise PermissionDenied
    is_now = "now" in request.POST
    form = EndMembershipForm(None if is_now else request.POST or None, membership=membership)
    if request.method != "POST" or not (is_now or form.is_valid()):
        return render(request, "accounts/membership_end.html", {"form": form, "membership": membership})
    services.end_membership(membership, on=None if is_now else form.cleaned_data["ends_on"], by=request.user)
    messages.success(request, _("The role of {name} has an end.").format(name=membership.user))
    return redirect("accounts:person_list")
