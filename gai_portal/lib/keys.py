"""Keys of links for people without an account. A database keeps only the digest of a key. Knows no app."""

import base64
import hashlib
import secrets

from django.utils.crypto import salted_hmac

LENGTH = 32  # characters, of six bits each


def new_key() -> str:
    """A key that nobody guesses and nobody can make again: it is sent once."""
    return secrets.token_urlsafe(LENGTH * 6 // 8)


def key_from(seed: str) -> str:
    """A key that only this installation can make, and make again, from its secret and a random seed.

    For a link that is printed, too: the seed and the digest alone, as they stand in a backup, open nothing.
    """
    mac = salted_hmac("gai_portal.lib.keys", seed, algorithm="sha256")
    return base64.urlsafe_b64encode(mac.digest()).decode()[:LENGTH]


def digest(key: str) -> str:
    """What the database keeps of a key: enough to recognise it, too little to use it."""
    return hashlib.sha256(key.encode()).hexdigest()
