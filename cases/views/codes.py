"""Return codes at the desk: given, typed in, and what they open.

No code stands in an address. The address of what it opens holds a key that says nothing and serves the
officer to whom the code was shown, for a working day.
"""

from datetime import timedelta

from django.contrib import messages
from django.core import signing
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.access import client_address
from accounts.http import SignedInRequest
from accounts.models import User
from accounts.services import answer_form
from cases.forms.codes import CodeForm, GiveCodeForm
from cases.models import ReturnCode
from cases.permissions import can_give_code
from cases.services.codes import end_code, give_code, usual_end_of_code
from cases.services.doors import TooManyQuestions, thread_of_code, told_by_thread
from cases.views.desk import get_enquiry, get_offices
from gai_portal.lib.codes import spelled

OPEN_FOR = timedelta(hours=8)
SALT = "cases.return code shown"


def key_to(user: User, thread: ReturnCode) -> str:
    """Proves that this officer was shown the code; with another code it proves nothing any more."""
    return signing.dumps([user.pk, thread.pk, thread.given_at.timestamp()], salt=SALT)


def opened_thread(request: SignedInRequest, key: str) -> ReturnCode | None:
    """What an own key of today opens; nothing when it is another's or too old, or the code has ended."""
    try:
        user, pk, given = signing.loads(key, salt=SALT, max_age=OPEN_FOR)
    except (signing.BadSignature, ValueError, TypeError):
        return None
    thread = ReturnCode.objects.open().filter(pk=pk).first()
    is_own = thread is not None and user == request.user.pk and given == thread.given_at.timestamp()
    return thread if is_own else None


@require_http_methods(["GET", "POST"])
def code_search(request: SignedInRequest) -> HttpResponse:
    """Somebody comes back with a code."""
    offices = get_offices(request.user)
    form = CodeForm(request.POST if request.method == "POST" else None)
    if form.is_valid() and offices:
        address = client_address(request)
        try:
            thread = thread_of_code(
                form.cleaned_data["code"], by=request.user, office=offices[0], address=address
            )
        except TooManyQuestions:
            form.add_error(None, _("Too many codes were asked for here. Try again in an hour."))
        else:
            if thread is not None:
                return redirect("cases:thread_detail", key=key_to(request.user, thread))
            form.add_error("code", _("Nothing is open under this code. It may have ended or been given up."))
    return render(request, "cases/code_search.html", {"form": form, "offices": offices})


@require_safe
@never_cache
def thread_detail(request: SignedInRequest, key: str) -> HttpResponse:
    """The conversations under a code: when, where, about what, and what came of them."""
    get_offices(request.user)
    thread = opened_thread(request, key)
    if thread is None:
        messages.info(request, _("Type the code again."))
        return redirect("cases:code_search")
    told = told_by_thread(thread, by=request.user, address=client_address(request))
    return render(request, "cases/thread_detail.html", {"thread": thread, "told": told, "key": key})


@require_http_methods(["GET", "POST"])
@never_cache
def code_give(request: SignedInRequest, pk: int) -> HttpResponse:
    """Give a code, and show it this once, with the slip."""
    enquiry = get_enquiry(request, pk)
    if not can_give_code(request.user, enquiry):
        raise PermissionDenied
    form = GiveCodeForm(request.POST if request.method == "POST" else None, enquiry=enquiry)
    code = ""

    def give() -> str:
        nonlocal code
        code = give_code(enquiry, by=request.user)
        return enquiry.get_absolute_url()

    url = answer_form(request, form, give)
    if code:
        context = {
            "enquiry": enquiry,
            "code": code,
            "spelled": spelled(code),
            "language": form.cleaned_data["language"],
            "until": usual_end_of_code(),
        }
        return render(request, "cases/code_slip.html", context)
    if url:  # sent a second time
        messages.info(request, _("A code was given, and shown once. If it was lost, give another one."))
        return redirect(url)
    return render(request, "cases/code_give.html", {"enquiry": enquiry, "form": form})


@require_POST
def code_end(request: SignedInRequest, pk: int) -> HttpResponse:
    enquiry = get_enquiry(request, pk)
    end_code(enquiry, by=request.user)
    messages.success(request, _("The code opens nothing any more."))
    return redirect(enquiry)
