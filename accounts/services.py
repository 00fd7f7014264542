"""Writes around people that touch more than one row, and what every form in the portal shares."""

import logging
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from datetime import date, timedelta
from smtplib import SMTPException
from typing import TYPE_CHECKING
from urllib.parse import urljoin
from uuid import UUID

from allauth.account import app_settings as allauth_settings
from allauth.account.models import EmailAddress
from allauth.account.utils import user_pk_to_url_str
from django.conf import settings
from django.contrib.sessions.models import Session
from django.core import mail
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, OperationalError, transaction
from django.db.models import F
from django.forms import BaseForm
from django.http import QueryDict
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.text import Truncator

from accounts.http import SignedInRequest
from accounts.models import Draft, Membership, Notice, OneTimeKey, User
from accounts.permissions import (
    can_accept_invitation,
    can_administer_people,
    can_end_membership,
    can_withdraw_invitation,
    roles_to_invite,
)
from accounts.roles import Role
from gai_portal.lib.safe_names import validate_person_name

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

    Text = StrOrPromise | Callable[[], StrOrPromise]

DEADLOCK = "40P01"  # PostgreSQL's code
logger = logging.getLogger(__name__)

KEPT = timedelta(days=7)  # drafts and spent one-time keys
MOST_DRAFTS = 30  # of one person; a further one takes the place of the oldest
LONGEST_DRAFT = 200_000  # characters of all names and values together
# What a form carries for the machine's sake is no part of what somebody typed. Its one-time key stays with
# the draft: it tells a form that is still being written from one that was sent.
NOT_DRAFTED = frozenset({"csrfmiddlewaretoken", "account", "resumed", "form_path"})


# Forms


def answer_form(
    request: SignedInRequest, form: BaseForm, create: Callable[[], str], *, kept_as: str = ""
) -> str | None:
    """Where a creating form leads; None while there is nothing to create, and its page is to be shown.

    One that is sent again (a double click, a retry on a bad line) is led where the first one was before it is
    looked at: what that one made may be what it is refused for. One that is accepted takes its draft along.
    What `create` refuses by a ValidationError is said in the form.
    """
    if request.method != "POST":
        return None
    url = first_answer(request)
    if url is None:
        if not form.is_valid():
            return None
        try:
            url = answer_once(request, create)
        except ValidationError as error:
            form.add_error(None, error)
            return None
    close_draft(request, kept_as)
    return url


def answer_once(request: SignedInRequest, create: Callable[[], str]) -> str:
    """Run `create`, which writes rows and returns the address of the result, once per one-time key.

    A second POST of the same form (a double click, a retry on a bad line) gets the first one's address
    and writes nothing. The key comes from the form's hidden field `once`, put there by `{% form_keys %}`.
    A missing or malformed key counts as a new form. When PostgreSQL undid what `create` wrote, because it and
    somebody else waited for each other's rows, it is run once more.
    """
    try:
        return _answer_once(request, create)
    except OperationalError as error:
        if getattr(error.__cause__, "sqlstate", "") != DEADLOCK:
            raise
        return _answer_once(request, create)


def _answer_once(request: SignedInRequest, create: Callable[[], str]) -> str:
    key = _one_time_key(request.POST.get("once", ""))
    if key is None:
        with transaction.atomic():
            return create()
    try:
        with transaction.atomic():
            row = OneTimeKey.objects.create(key=key, user=request.user, result_url="")
            row.result_url = create()
            row.save(update_fields=["result_url"])
            return row.result_url
    except IntegrityError:
        first = OneTimeKey.objects.filter(key=key, user=request.user).first()
        if first is not None:
            return first.result_url
        if not OneTimeKey.objects.filter(key=key).exists():
            raise  # another constraint was broken, by `create` itself
    with transaction.atomic():  # a key that somebody else has spent is no key
        return create()


def first_answer(request: SignedInRequest) -> str | None:
    """Where a form that is sent again was led the first time: for forms that a repeat makes invalid."""
    key = _one_time_key(request.POST.get("once", ""))
    if key is None:
        return None
    return OneTimeKey.objects.filter(key=key, user=request.user).values_list("result_url", flat=True).first()


def _one_time_key(text: object) -> UUID | None:
    try:
        return UUID(str(text))
    except ValueError:
        return None


def _was_sent(user: User, text: object) -> bool:
    """Whether the form with this one-time key has been sent and accepted."""
    key = _one_time_key(text)
    return key is not None and OneTimeKey.objects.filter(key=key, user=user).exists()


class AlreadySent(Exception):
    """What is being typed belongs to a form that was sent: there is nothing left to keep a draft of."""


class NotKept(Exception):
    """What is being typed may be kept no longer, and the sentence that says why."""


# An app adds what it does not let anybody keep: the sentence that says so, or nothing.
REFUSALS: list[Callable[[Draft], str]] = []


def save_draft(user: User, form: str, posted: QueryDict) -> Draft:
    """Keep what somebody has typed so far into the form at the address `form`. ValueError: it is too long."""
    if _was_sent(user, posted.get("once", "")):
        raise AlreadySent
    fields = {
        name: values
        for name, values in posted.lists()
        if name not in NOT_DRAFTED and "password" not in name.lower()
    }
    if sum(len(name) + sum(map(len, values)) for name, values in fields.items()) > LONGEST_DRAFT:
        raise ValueError("too long for a draft")
    for refusal in REFUSALS:
        if said := refusal(Draft(user=user, form=form, fields=fields)):
            raise NotKept(said)
    draft, is_new = Draft.objects.update_or_create(user=user, form=form, defaults={"fields": fields})
    if is_new:
        others = Draft.objects.filter(user=user).exclude(pk=draft.pk).order_by("-saved_at", "-pk")
        too_old = list(others.values_list("pk", flat=True)[MOST_DRAFTS - 1 :])
        Draft.objects.filter(pk__in=too_old).delete()
    return draft


def draft_for(user: User, form: str) -> Draft | None:
    """The draft of one's own form, if it is not too old and was not overtaken by the form itself."""
    draft = Draft.objects.filter(user=user, form=form, saved_at__gte=timezone.now() - KEPT).first()
    # A save that was under way while the form was sent may have been written after it.
    return None if draft is None or _was_sent(user, draft.first("once")) else draft


def restore_draft(request: SignedInRequest, kept_as: str = "") -> Draft | None:
    """The draft of the page that is being opened; none while a form is being sent.

    A page that is about one matter or another keeps a draft of each, at its path and a query of one name.
    """
    return draft_for(request.user, kept_as or request.path) if request.method == "GET" else None


def close_draft(request: SignedInRequest, kept_as: str = "") -> None:
    """This page's form was sent and accepted: its draft goes, and one that comes late is refused."""
    key = _one_time_key(request.POST.get("once", ""))
    if key is not None:
        OneTimeKey.objects.get_or_create(key=key, defaults={"user": request.user, "result_url": request.path})
    discard_draft(request.user, kept_as or request.path)


def discard_draft(user: User, form: str) -> None:
    Draft.objects.filter(user=user, form=form).delete()


def delete_old_drafts() -> tuple[int, int]:
    """Drafts and spent keys that are past their 7 days: how many of each were deleted."""
    before = timezone.now() - KEPT
    drafts, _by_model = Draft.objects.filter(saved_at__lt=before).delete()
    keys, _by_model = OneTimeKey.objects.filter(used_at__lt=before).delete()
    return drafts, keys


# Notices


def notify(
    users: Iterable[User],
    *,
    text: "Text",
    url: str,
    subject: "Text | None" = None,
    body: "Text | None" = None,
) -> None:
    """Tell people, in the portal and by e-mail, what happened and where to act, each in their own language.

    `text` is one sentence: a lazy string, or a callable that translates when it is called. The e-mail's
    subject is the sentence too unless `subject` is given, and `body` adds paragraphs under it.
    """
    notices, messages = [], []
    for user in {user.pk: user for user in users}.values():
        with translation.override(user.language):
            line = Truncator(_said(text)).chars(300)
            notices.append(Notice(user=user, text=line, url=url))
            messages.append(
                _message(
                    user,
                    "accounts/email/notice.txt",
                    subject=_said(subject) if subject else line,
                    text=line,
                    body=_said(body) if body else "",
                    url=urljoin(settings.SITE_URL, url),
                )
            )
    Notice.objects.bulk_create(notices)
    _send_on_commit(messages)


def mark_read(user: User) -> None:
    """Everything in somebody's inbox has been read."""
    Notice.objects.visible_to(user).unread().update(read_at=timezone.now())


def _said(text: "Text") -> str:
    return str(text() if callable(text) else text)


def _message(
    user: User, template: str, *, subject: str, to: str = "", **context: object
) -> mail.EmailMessage:
    return _letter(to or user.email, template, subject, {"user": user, **context})


def mail_to(address: str, template: str, *, subject: str, by: User, about: str, **context: object) -> None:
    """Write to somebody without an account, in the active language.

    If it does not go its author `by` is told so at once, and led to the page `about`, where they go on.
    """
    letter = _letter(address, template, subject, context)
    transaction.on_commit(lambda: _send_or_tell(letter, by, about), robust=True)


def _send_or_tell(letter: mail.EmailMessage, by: User, about: str) -> None:
    if not _send([letter]):
        return
    with translation.override(by.language):
        told = translation.gettext(
            "The e-mail “{subject}” to {address} did not go. Send it again, or reach them in another way."
        ).format(subject=letter.subject, address=letter.to[0])
        Notice.objects.create(user=by, text=Truncator(told).chars(300), url=about)


def _letter(address: str, template: str, subject: str, context: Mapping[str, object]) -> mail.EmailMessage:
    body = render_to_string(template, {"labels": settings.LABELS, **context})
    return mail.EmailMessage(subject=" ".join(subject.split()), body=body.strip() + "\n", to=[address])


def _send_on_commit(messages: list[mail.EmailMessage]) -> None:
    """Mail leaves when the writes stand. A mail server that is down is logged and stops nobody's work."""
    if messages:
        transaction.on_commit(lambda: _send(messages), robust=True)


def _send(messages: list[mail.EmailMessage]) -> list[mail.EmailMessage]:
    """Each on its own: an address that the server refuses keeps no other from its mail. Which did not go."""
    left = list(messages)
    try:
        with mail.get_connection() as connection:
            for message in messages:
                try:
                    connection.send_messages([message])
                    left.remove(message)
                except (OSError, SMTPException):
                    logger.exception("A mail could not be sent: %s", message.subject)
                    with suppress(OSError, SMTPException):
                        connection.close()  # the next one opens it again
    except (OSError, SMTPException):
        logger.exception("The mail server cannot be reached: %s mails not sent", len(left))
    return left


# People


@transaction.atomic
def invite(*, email: str, name: str, role: Role, municipality_id: str, by: User) -> Membership:
    """Offer somebody a role in a municipality, with an account if they have none; they accept it or not.

    Whoever invites learns nothing from it: neither whether the address had an account, nor whose it is.
    """
    if (role, municipality_id) not in roles_to_invite(by):
        raise PermissionDenied(f"{by} may not invite a {role} of {municipality_id}")
    validate_person_name(name)
    email = User.objects.normalize_email(email)
    user = User.objects.filter(email=email).first()
    if user is None:
        user = User.objects.create_user(email, name=name, language=by.language)
    membership = Membership.objects.create(
        user=user,
        role=role,
        municipality_id=municipality_id,
        accepted_at=None,
        invited_as=name,
        given_by=by,
    )
    if is_unused(user):
        send_invitation(user)
    elif user.is_active:
        notify([user], text=lambda: _invited(membership, by), url=reverse("workspace"))
    return membership


def is_unused(user: User) -> bool:
    """An account that was made with an invitation, and that nobody has opened."""
    return user.is_active and user.last_login is None and not user.has_usable_password()


@transaction.atomic
def accept_invitation(membership: Membership, *, by: User) -> Membership:
    """Take a role that one was invited to.

    ValidationError: the offer no longer holds, or the role does not go with another one of theirs.
    """
    membership = _locked(membership)
    if membership.user_id != by.pk or not membership.is_pending:
        raise PermissionDenied(f"{by} was not invited to {membership}")
    if not can_accept_invitation(by, membership):
        message = translation.gettext(
            "This invitation no longer holds. Ask the {office} to invite you again."
        )
        raise ValidationError(message.format(**settings.LABELS))
    membership.accepted_at = timezone.now()
    membership.starts_on = max(membership.starts_on, timezone.localdate())
    membership.clean()
    membership.save(update_fields=["accepted_at", "starts_on"])
    _tell_answerable(membership, lambda: _role_taken(membership), but=by)
    return membership


def accept_first_invitations(user: User) -> None:
    """Whoever chooses the first password of an account has read in the same mail which roles it is for."""
    for membership in user.memberships.pending():
        with suppress(ValidationError):  # stays an invitation
            accept_invitation(membership, by=user)


@transaction.atomic
def decline_invitation(membership: Membership, *, by: User) -> None:
    membership = _locked(membership)
    if membership.user_id != by.pk or not membership.is_pending:
        raise PermissionDenied(f"{by} was not invited to {membership}")
    if membership.given_by:
        notify(
            [membership.given_by], text=lambda: _not_accepted(membership), url=reverse("accounts:person_list")
        )
    membership.delete()


@transaction.atomic
def withdraw_invitation(membership: Membership, *, by: User) -> None:
    """Take back an invitation that was not accepted, and the link to an account that has no other role."""
    membership = _locked(membership)
    if not can_withdraw_invitation(by, membership):
        raise PermissionDenied(f"{by} may not withdraw {membership}")
    user = membership.user
    membership.delete()
    if is_unused(user) and not user.memberships.exists():
        user.set_unusable_password()  # a new one: the link that was sent is void
        user.save(update_fields=["password"])


def _locked(membership: Membership) -> Membership:
    return Membership.objects.select_for_update(of=("self",)).get(pk=membership.pk)


def _invited(membership: Membership, by: User) -> str:
    return translation.gettext("{by} invites you to a role: {membership}. Accept or decline it.").format(
        by=by, membership=membership
    )


def _not_accepted(membership: Membership) -> str:
    return translation.gettext("{person} did not accept the role: {membership}.").format(
        person=membership.invited_as, membership=membership
    )


def tell_of_role(membership: Membership, *, by: User, is_new: bool = False) -> None:
    """No role is given unseen: the person hears of it, and whoever answers for that municipality's people.

    A new person (`is_new`) reads of it in the invitation.
    """
    if not is_new:
        notify([membership.user], text=lambda: _new_role(membership), url=reverse("workspace"))
    _tell_answerable(membership, lambda: _role_given(membership, by), but=by)


def _tell_answerable(membership: Membership, text: "Text", *, but: User) -> None:
    answerable = User.objects.filter(pk=membership.given_by_id, is_active=True)
    if membership.municipality_id:
        answerable |= User.objects.with_role({Role.COORDINATOR, Role.APPROVER}, membership.municipality_id)
    others = answerable.exclude(pk__in=[but.pk, membership.user_id])
    notify(others, text=text, url=reverse("accounts:person_list"))


def _new_role(membership: Membership) -> str:
    return translation.gettext("You have a new role: {membership}.").format(membership=membership)


def _role_given(membership: Membership, by: User) -> str:
    return translation.gettext("{by} gave {person} a role: {membership}.").format(
        by=by, person=membership.user, membership=membership
    )


def _role_taken(membership: Membership) -> str:
    return translation.gettext("{person} accepted a role: {membership}.").format(
        person=membership.user, membership=membership
    )


def forget_in_sessions(name: str) -> None:
    """Take something out of everybody's session."""
    for row in Session.objects.iterator():
        held = row.get_decoded()
        if name in held:
            del held[name]
            row.session_data = Session.objects.encode(held)
            row.save(update_fields=["session_data"])


def end_sessions(user: User) -> None:
    """Whoever is signed in as this person is asked for the password again, on every computer."""
    User.objects.filter(pk=user.pk).update(session_round=F("session_round") + 1)


@transaction.atomic
def move_account(user: User, *, former: str, by: User) -> None:
    """An account has got another address: only the holder of that mailbox goes on with it.

    The former address is told, sessions end, and the old password opens nothing any more.
    """
    if not can_administer_people(by):
        raise PermissionDenied(f"{by} may not change the address of {user}")
    # The sign-in library's own list would let the former address ask for a new password.
    EmailAddress.objects.filter(user=user).delete()
    user.set_unusable_password()
    user.save(update_fields=["password"])
    end_sessions(user)
    with translation.override(user.language):
        subject = translation.gettext("The address of your account in the {office} portal was changed")
        message = _message(
            user,
            "accounts/email/address_changed.txt",
            subject=subject.format(**settings.LABELS),
            to=former,
            former=former,
        )
    _send_on_commit([message])
    send_invitation(user)


def password_link(uid: str, token: str) -> str:
    """Where somebody chooses a password."""
    path = reverse("account_reset_password_from_key", kwargs={"uidb36": uid, "key": token})
    return urljoin(settings.SITE_URL, path)


def send_invitation(user: User) -> None:
    """A link with which a new person chooses a password. It works once, for three days."""
    roles = user.memberships.current()
    if is_unused(user):
        roles |= user.memberships.pending()
    token = allauth_settings.PASSWORD_RESET_TOKEN_GENERATOR().make_token(user)
    with translation.override(user.language):
        message = _message(
            user,
            "accounts/email/invitation.txt",
            subject=translation.gettext("Your account in the {office} portal").format(**settings.LABELS),
            url=password_link(user_pk_to_url_str(user), token),
            memberships=list(roles.select_related("municipality", "partner")),
            sign_in_url=urljoin(settings.SITE_URL, reverse("account_login")),
        )
    _send_on_commit([message])


@transaction.atomic
def end_membership(membership: Membership, *, on: date | None, by: User) -> Membership:
    """Set the last day of a membership; the account stays.

    Without a day, or with one that is past, all ends at once: sessions too.
    """
    membership = _locked(membership)
    is_administered = can_administer_people(by) and membership.user_id != by.pk
    if not can_end_membership(by, membership) and not is_administered:
        raise PermissionDenied(f"{by} may not end {membership}")
    today = timezone.localdate()
    membership.ends_on = on or max(today, membership.starts_on)
    if on is None:
        membership.ended_at = timezone.now()
    membership.save(update_fields=["ends_on", "ended_at"])
    if on is None or on < today:
        end_sessions(membership.user)
    return membership
