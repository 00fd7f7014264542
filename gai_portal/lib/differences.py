"""Two texts compared word by word, and three merged into one."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Literal, NamedTuple

from rapidfuzz.distance import Indel, Opcodes

Kind = Literal["same", "removed", "added"]

# A word with the space before it; a mark of punctuation; the end of a line.
TOKEN = re.compile(r"(?P<space>[^\S\n]*)(?P<word>\n|\w+(?:[-'’.,/]\w+)*|[^\w\s])")
SHORT = 3  # letters: a lone "de" between two changes would only break them into pieces


class Token(NamedTuple):
    space: str
    word: str


class Segment(NamedTuple):
    """A stretch of text that both have, or only the earlier one, or only the later one."""

    kind: Kind
    text: str


@dataclass(frozen=True)
class Conflict:
    """A place that both sides changed, each in its own way."""

    base: str
    theirs: str
    ours: str


def word_differences(before: str, after: str) -> list[Segment]:
    """What became of a text, in the order of reading. How words are spaced makes no difference."""
    old, new = _tokens(before), _tokens(after)
    changes: list[tuple[Sequence[Token], Sequence[Token], bool]] = []
    for step in _changes(old, new):
        left, right = old[step.src_start : step.src_end], new[step.dest_start : step.dest_end]
        changes.append((left, right, step.tag == "equal"))
    segments: list[Segment] = []
    inner = range(1, len(changes) - 1)
    is_same = [same and not (n in inner and _is_scrap(right)) for n, (_l, right, same) in enumerate(changes)]
    for same, group in groupby(range(len(changes)), key=is_same.__getitem__):
        rows = [changes[number] for number in group]
        gone = _text(token for row in rows for token in row[0])
        come = _text(token for row in rows for token in row[1])
        if same:
            segments.append(Segment("same", come))
        else:
            segments += [Segment("removed", gone)] if gone else []
            segments += [Segment("added", come)] if come else []
    return segments


def merge_texts(base: str, theirs: str, ours: str) -> list[str | Conflict]:
    """What both sides made of `base`, brought together; where they clash, both wordings."""
    origin, left, right = _tokens(base), _tokens(theirs), _tokens(ours)
    to_left, to_right = _matches(origin, left), _matches(origin, right)
    parts: list[str | Conflict] = []
    o = le = r = 0  # how far each text has been read
    for anchor in [number for number in range(len(origin)) if number in to_left and number in to_right]:
        parts.append(_resolve(origin[o:anchor], left[le : to_left[anchor]], right[r : to_right[anchor]]))
        parts.append(_text([right[to_right[anchor]]]))
        o, le, r = anchor + 1, to_left[anchor] + 1, to_right[anchor] + 1
    parts.append(_resolve(origin[o:], left[le:], right[r:]))
    return _joined(parts)


def _tokens(text: str) -> list[Token]:
    text = text.replace("\r\n", "\n").strip()
    return [Token(found["space"], found["word"]) for found in TOKEN.finditer(text)]


def _changes(old: Sequence[Token], new: Sequence[Token]) -> Opcodes:
    """The least that has to go and to come. (difflib takes a minute for what this does in milliseconds.)"""
    return Indel.opcodes(_words(old), _words(new))


def _words(tokens: Iterable[Token]) -> list[str]:
    return [token.word for token in tokens]


def _text(tokens: Iterable[Token]) -> str:
    return "".join(token.space + token.word for token in tokens)


def _is_scrap(tokens: Sequence[Token]) -> bool:
    """Too little to hold on to while reading."""
    letters = sum(len(token.word) for token in tokens)
    return letters <= SHORT and all(token.word != "\n" for token in tokens)


def _matches(old: Sequence[Token], new: Sequence[Token]) -> dict[int, int]:
    blocks = _changes(old, new).as_matching_blocks()
    return {block.a + step: block.b + step for block in blocks for step in range(block.size)}


def _resolve(base: Sequence[Token], theirs: Sequence[Token], ours: Sequence[Token]) -> str | Conflict:
    if _words(theirs) == _words(base) or _words(theirs) == _words(ours):
        return _text(ours)
    if _words(ours) == _words(base):
        return _text(theirs)
    return Conflict(*(_text(side).strip(" ") for side in (base, theirs, ours)))


def _joined(parts: Iterable[str | Conflict]) -> list[str | Conflict]:
    """Neighbouring stretches of text as one, with a space where two words would run together."""
    joined: list[str | Conflict] = []
    for part in parts:
        if isinstance(part, Conflict):
            joined.append(part)
        elif part and joined and isinstance(joined[-1], str):
            gap = " " if joined[-1][-1].isalnum() and part[0].isalnum() else ""
            joined[-1] += gap + part
        elif part:
            joined.append(part)
    return joined
