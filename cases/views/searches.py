"""What somebody searches for is kept on the server for an hour: no name stands in an address.

An address is remembered by browsers, proxies and logs. So the words of a search are posted and kept in the
session, and the address of its results names them by a key that says nothing.
"""

from collections.abc import Iterable
from datetime import timedelta
from urllib.parse import urlencode

from django.core import signing
from django.http import QueryDict
from django.utils import timezone
from django.utils.crypto import get_random_string

from accounts.http import SignedInRequest
from accounts.sessions import SEARCHES

KEPT_FOR = timedelta(hours=1)
LONGEST = 200  # characters; a form that takes fewer says so
MOST = 10  # searches of one session, so that the way back leads to each
SALT = "cases.person searched for"
SALT_OF_LISTS = "cases.list searched in"  # which proves nothing about people


def keep_search(request: SignedInRequest, words: str, *, salt: str = SALT) -> str:
    """The key under which these words are kept. It also proves that its owner has searched."""
    key = signing.dumps([request.user.pk, get_random_string(8)], salt=salt)
    request.session[SEARCHES] = [*_kept(request), [key, words[:LONGEST], timezone.now().timestamp()]][-MOST:]
    return key


def searched_words(request: SignedInRequest, key: str) -> str:
    """The words of an own search of the last hour; empty when they are not kept any more."""
    return next((words for known, words, _at in _kept(request) if known == key), "")


def has_searched(request: SignedInRequest, key: str) -> bool:
    """Whether the key comes from an own search of the last hour, also when the session has ended since."""
    try:
        user, _nonce = signing.loads(key, salt=SALT, max_age=KEPT_FOR)
    except (signing.BadSignature, ValueError, TypeError):
        return False
    return bool(user == request.user.pk)


def asked_address(request: SignedInRequest, filters: Iterable[str]) -> str:
    """Where the answer to a posted list form stands: filters in the address, words in the session."""
    asked = {name: request.POST[name] for name in filters if name != "q" and request.POST.get(name)}
    if words := request.POST.get("q", "").strip():
        asked["search"] = keep_search(request, words, salt=SALT_OF_LISTS)
    return f"{request.path}?{urlencode(asked)}" if asked else request.path


def asked_of_list(request: SignedInRequest) -> QueryDict:
    """The filters in a list's address, with the words of its search as `q`."""
    asked = request.GET.copy()
    asked["q"] = searched_words(request, asked.get("search", ""))
    return asked


def is_over(request: SignedInRequest, asked: QueryDict) -> bool:
    """Whether the address names a search that is not kept any more."""
    return bool(request.GET.get("search")) and not asked["q"]


def _kept(request: SignedInRequest) -> list[list]:
    """Those of the last hour. The others go as soon as somebody looks for them."""
    rows = request.session.get(SEARCHES, [])
    since = (timezone.now() - KEPT_FOR).timestamp()
    kept = [row for row in rows if row[2] >= since]
    if len(kept) < len(rows):
        request.session[SEARCHES] = kept
    return kept
