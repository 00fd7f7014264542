"""Codes that people read out over the telephone: short, without vowels, with a check character."""

import hashlib
import re
import secrets

# 23 characters, a prime: the check finds every single slip and every swap of two neighbours. Left out are
# vowels (no words), what looks like a digit (B, L, O, Q, S, Z, 0, 1) and Y.
ALPHABET = "23456789CDFGHJKMNPRTVWX"
# How each letter is said on the telephone, in any language.
_WORDS = "Charlie Delta Foxtrot Golf Hotel Juliett Kilo Mike November Papa Romeo Tango Victor Whiskey X-ray"
SAID = {word[0]: word for word in _WORDS.split()}
SEPARATORS = re.compile(r"[\s.\-‐-―]+")
BODY_LENGTH = 7  # characters beside the check, unless a kind of code asks for another number


def _check_character(body: str) -> str:
    total = sum(weight * ALPHABET.index(character) for weight, character in enumerate(body, start=2))
    return ALPHABET[-total % len(ALPHABET)]


def _in_two_groups(code: str) -> str:
    half = len(code) // 2
    return f"{code[:half]}-{code[half:]}"


def _code(number: int, length: int) -> str:
    body = ""
    for _position in range(length):
        number, digit = divmod(number, len(ALPHABET))
        body += ALPHABET[digit]
    return _in_two_groups(body + _check_character(body))


def code_from(content: bytes, *, length: int = BODY_LENGTH) -> str:
    """The code of a content: the same content always has the same one."""
    return _code(int.from_bytes(hashlib.sha256(content).digest(), "big"), length)


def random_code(*, length: int = BODY_LENGTH) -> str:
    """A code that nobody can guess from another one."""
    return _code(secrets.randbelow(len(ALPHABET) ** length), length)


def spelled(code: str) -> list[str]:
    """A code as it is dictated, group by group: 7 · Kilo · 3."""
    return [" · ".join(SAID.get(character, character) for character in group) for group in code.split("-")]


def has_odd_characters(text: str) -> bool:
    """Whether somebody typed what stands in no code."""
    return not set(_compact(text)) <= set(ALPHABET)


def count_characters(text: str) -> int:
    return len(_compact(text))


def _compact(text: str) -> str:
    return SEPARATORS.sub("", text).upper()


def read_code(text: str, *, length: int = BODY_LENGTH) -> str | None:
    """The code that somebody typed, in its proper form; None when it cannot be one."""
    compact = _compact(text)
    if len(compact) != length + 1 or not set(compact) <= set(ALPHABET):
        return None
    if _check_character(compact[:-1]) != compact[-1]:
        return None
    return _in_two_groups(compact)
