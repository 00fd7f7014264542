"""People's names as they are heard: the same for Djaló, Jalo and Diallo, for Gonçalves and Gonsalves.

A name is cut into its words, and each word becomes one or a few *spellings* (how it would be written if every
sound had one letter) and a *sound* (the skeleton of its consonants, in ten classes). An index of both finds
candidates with plain comparisons on any database.
"""

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from itertools import product

from rapidfuzz.distance import OSA

from gai_portal.lib.text import fold

# Small words between names, which people leave out as they like.
PARTICLES = frozenset({"da", "de", "do", "das", "dos", "e", "d", "del", "la", "y", "el", "al", "bin", "ben"})
LETTERS = str.maketrans(
    {
        "ø": "o",
        "ł": "l",
        "đ": "d",
        "æ": "e",
        "œ": "e",
        "ŋ": "n",
        "ɓ": "b",
        "ɗ": "d",
        "ɛ": "e",
        "ɔ": "o",
        "ı": "i",
    }
)
APOSTROPHES = re.compile(r"['’‘ʼʻ`´ʾʿ]")
SEPARATORS = re.compile(r"[\W_]+")
MOST_SPELLINGS = 4  # of one word
MOST_WORDS = 12
VOWELS = "aeiou"

# What is written in several ways and sounds alike. A digit stands for a letter that people read in two ways:
# a cedilla that was dropped, a soft or hard g, the q of Qian, the ts of Tsai.
REWRITES = [
    (re.compile(pattern), letters)
    for pattern, letters in [
        (r"ç", "1"),
        (r"tch|tsch|tsh|sch|sh|chr(?=$)|hs|tx", "x"),
        (r"chr", "kr"),
        (r"ch", "x"),
        (r"zh|dj|dzh", "j"),
        (r"ts", "4"),
        (r"ph", "f"),
        (r"gn|nh", "n"),
        (r"([tkgdbrlcpv])h", r"\1"),
        (r"w", "u"),
        (r"y", "i"),
        (r"h", ""),
        (r"ou|oo", "u"),
        (r"ee", "i"),
        (r"ij(?=[aeo])", "ij"),
        (r"^(n?)di(?=[aeou])", r"\1j"),
        (r"gu(?=[ei])", "G"),
        (r"g(?=[ei])", "2"),
        (r"sc(?=[ei])|c(?=[ei])", "s"),
        (r"qu(?=[eiao])|ck|c|kk", "k"),
        (r"q(?=[iu])", "3"),
        (r"q", "k"),
        (r"z|ss", "s"),
        (r"n(?=[pb])", "m"),
        (r"m$", "n"),
        (r"(.)\1+", r"\1"),
    ]
]
READINGS = {"1": "sk", "2": "gj", "3": "xk", "4": "sk"}

CLASSES = str.maketrans(
    {
        **dict.fromkeys("bp", "P"),
        **dict.fromkeys("fv", "F"),
        **dict.fromkeys("dt", "T"),
        **dict.fromkeys("gk", "K"),
        **dict.fromkeys("sxj", "S"),
        "l": "L",
        "r": "R",
        "m": "M",
        "n": "N",
    }
)
SOUNDS = "APFTKSLRMN"  # A: a vowel that a word begins with


def words_of(name: str) -> list[str]:
    """The words of a name, folded, but with their cedillas; without the small words between them."""
    text = unicodedata.normalize("NFC", APOSTROPHES.sub("", name)).casefold()
    text = "ç".join(fold(piece) for piece in text.split("ç")).translate(LETTERS)
    words = [word for word in SEPARATORS.split(text) if word][:MOST_WORDS]
    return [word for word in words if word not in PARTICLES] or words


@lru_cache(maxsize=20_000)
def spellings_of(word: str) -> tuple[str, ...]:
    """A word as it sounds, in one letter for each sound: mostly one way, sometimes two."""
    for pattern, letters in REWRITES:
        word = pattern.sub(letters, word)
    choices = [READINGS.get(letter, letter) for letter in word.replace("G", "g")]
    readings = ("".join(letters) for letters in product(*choices))
    return tuple(dict.fromkeys(reading for reading, _n in zip(readings, range(MOST_SPELLINGS), strict=False)))


@lru_cache(maxsize=20_000)
def sound_of(spelling: str) -> str:
    """The skeleton of a spelling: its consonants by class. A word in another script is its own skeleton."""
    core = re.sub(r"^[mn](?=[^aeiou])", "", spelling)  # N'Diaye and Diaye, Mbaye and Baye
    core = re.sub(r"ng?$", "n", core)
    classes = re.sub(r"(.)\1+", r"\1", core.translate(CLASSES))
    initial = "A" if classes[:1] in VOWELS and classes else ""
    skeleton = initial + re.sub(rf"[{VOWELS}]", "", classes)
    return skeleton or "A"


def parts_of(name: str) -> set[tuple[str, str]]:
    """What a name is found by: each word's spelling and sound, also of short neighbours written as one."""
    words = words_of(name)
    joined = [a + b for a, b in zip(words, words[1:], strict=False) if min(len(a), len(b)) <= 5]
    return {
        (spelling[:40], sound_of(spelling)[:20])
        for word in [*words, *joined]
        for spelling in spellings_of(word)
    }


@dataclass(frozen=True)
class Heard:
    """A name taken apart once, to be compared with many."""

    words: tuple[str, ...]
    spellings: tuple[tuple[str, ...], ...]
    sounds: tuple[frozenset[str], ...]
    run_together: str
    folded: str

    @classmethod
    def of(cls, name: str) -> "Heard":
        words = tuple(words_of(name))
        spellings = tuple(spellings_of(word) for word in words)
        sounds = tuple(frozenset(map(sound_of, each)) for each in spellings)
        return cls(words, spellings, sounds, "".join(each[0] for each in spellings), fold(name))


def likeness(asked: Heard, name: Heard) -> float:
    """How near a name comes to the one that is asked for, in whatever order: 1 is the same, 0 none of it.

    Each word asked for is paired with the word of the name that comes nearest; long words count for more.
    What the name has beyond that takes a little away, so that the shorter of two equal names comes first.
    """
    if not asked.words or not name.words:
        return 0.0
    pairs = sorted(
        (
            (_word_likeness(asked, i, name, j), i, j)
            for i in range(len(asked.words))
            for j in range(len(name.words))
        ),
        reverse=True,
    )
    best: dict[int, float] = {}
    taken: set[int] = set()
    for value, i, j in pairs:
        if i not in best and j not in taken:
            best[i] = value
            taken.add(j)
    weights = [len(word) + 1 for word in asked.words]
    total = sum(weight * best.get(i, 0.0) for i, weight in enumerate(weights)) / sum(weights)
    beyond = 0.02 * (len(name.words) - len(taken))
    beyond += 0.01 * (
        asked.run_together != name.run_together
    )  # of two in another order, the same order first
    together = 0.95 * OSA.normalized_similarity(asked.run_together, name.run_together)
    return max(total - beyond, together)


def _word_likeness(asked: Heard, i: int, name: Heard, j: int) -> float:
    a, b = asked.words[i], name.words[j]
    if a == b:
        return 1.0
    spelled_a, spelled_b = asked.spellings[i], name.spellings[j]
    if set(spelled_a) & set(spelled_b):
        return 0.97
    near = max(OSA.normalized_similarity(one, other) for one in spelled_a for other in spelled_b)
    if asked.sounds[i] & name.sounds[j]:
        near = 0.5 + near / 2.2
    elif len(a) >= 2 and any(other.startswith(one) for one in spelled_a for other in spelled_b):
        near = max(near, 0.8)  # the beginning of a name that is still being typed
    return near
