"""Text as it arrives from word processors, made into the plain text that the portal keeps.

One function, `tidy`, decides what becomes of a paste, so that the same words are stored the same way
whoever pasted them and two versions differ only where somebody wrote something else.
"""

import re
import unicodedata

LINE_ENDS = re.compile("\r\n|[\r\v\f\x85\u2028\u2029]")
SPACES = "\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000"
# Soft hyphens, marks of width zero or direction, the place of a picture, what is no character at all.
UNSEEN = re.compile(
    "[\x00-\x08\x0e-\x1d\x1f\x7f-\x9f\u00ad\u200b\u200e\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069"
    "\ufeff\ufff9-\uffff\ud800-\udfff]"
)
PLAIN = str.maketrans(
    {
        **dict.fromkeys(SPACES, " "),
        **dict.fromkeys("\u201c\u201d\u201e\u201f", '"'),
        **dict.fromkeys("\u2018\u2019\u201a\u201b", "'"),
        **dict.fromkeys("\u2010\u2011\x1e", "-"),
    }
)
# Word's bullets, its symbol font's among them; the last group are bullets only before a tab.
BULLET = re.compile(
    r"^[ \t]*(?:[•·▪◦‣∙●○■□➢\uf0a7\uf0b7\uf0d8\uf0fc][ \t]*|[o§–—-] *\t[ \t]*)(?=\S)", re.MULTILINE
)
NUMBERED = re.compile(r"^[ \t]*(\d{1,3}[.)])\t[ \t]*(?=\S)", re.MULTILINE)
CONDITIONAL = re.compile(r"<!--\[if .*?<!\[endif\]-->|</?o:p>", re.DOTALL)

RTF_PART = re.compile(
    r"\\'(?P<byte>[0-9a-fA-F]{2})|\\u(?P<unicode>-?\d+) ?(?:\\'[0-9a-fA-F]{2}|\?)?"
    r"|\\(?P<word>[a-zA-Z]+)-?\d* ?|\\(?P<symbol>[^a-zA-Z])|(?P<brace>[{}])|[\r\n]+|(?P<text>[^\\{}\r\n]+)"
)
RTF_WORDS = {
    **dict.fromkeys(("par", "line", "page", "sect", "row"), "\n"),
    **dict.fromkeys(("tab", "cell"), "\t"),
    "bullet": "•",
    "endash": "–",
    "emdash": "—",
    **dict.fromkeys(("lquote", "rquote"), "'"),
    **dict.fromkeys(("ldblquote", "rdblquote"), '"'),
}
RTF_SYMBOLS = {"~": " ", "_": "-", "{": "{", "}": "}", "\\": "\\", "\n": "\n", "\r": "\n"}
# Groups that say how a text looks, not what it says.
RTF_ASIDE = frozenset(
    [
        "fonttbl",
        "colortbl",
        "stylesheet",
        "info",
        "pict",
        "object",
        "header",
        "footer",
        "generator",
        "listtable",
        "themedata",
    ]
)


def tidy(text: str) -> str:
    """A text of paragraphs and lists, as it is stored.

    Line ends are one character, at most one empty line stands between paragraphs, no line ends in spaces.
    Word's bullets begin a list (`- `). Quotes and hyphens are the keyboard's (« » and dashes stay), every
    space is a plain one, and what cannot be seen is gone: soft hyphens, control characters, leftovers of
    RTF and of Word's own markup.
    """
    if text.lstrip().startswith("{\\rtf"):
        text = _from_rtf(text)
    text = CONDITIONAL.sub("", text)
    text = UNSEEN.sub("", LINE_ENDS.sub("\n", text)).translate(PLAIN)
    text = unicodedata.normalize("NFC", text)
    text = NUMBERED.sub(r"\1 ", BULLET.sub("- ", text)).replace("\t", " ")
    text = re.sub(r"(?<=\S) {2,}", " ", text)
    text = re.sub(r" +$", "", text, flags=re.MULTILINE)
    return re.sub(r"\n{3,}", "\n\n", text).strip()


def tidy_line(text: str) -> str:
    """The same for what has one line, such as a title."""
    return tidy(" ".join(tidy(text).split()))


def _from_rtf(text: str) -> str:
    said: list[str] = []
    is_aside, outer = False, []
    for part in RTF_PART.finditer(text):
        if part["brace"] == "{":
            outer.append(is_aside)
        elif part["brace"] == "}":
            is_aside = outer.pop() if outer else False
        elif part["word"] in RTF_ASIDE or part["symbol"] == "*":
            is_aside = True
        elif not is_aside:
            said.append(_rtf_text(part))
    return "".join(said)


def _rtf_text(part: re.Match[str]) -> str:
    if part["byte"]:
        return bytes.fromhex(part["byte"]).decode("cp1252", "ignore")
    if part["unicode"]:
        return chr(int(part["unicode"]) % 0x10000)
    if part["word"]:
        return RTF_WORDS.get(part["word"], "")
    return RTF_SYMBOLS.get(part["symbol"] or "", part["text"] or "")
