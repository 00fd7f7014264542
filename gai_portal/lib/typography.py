"""How printed Portuguese is set: quotes, dashes, and spaces at which no line breaks."""

import re

NO_BREAK = "\u00a0"

# What stands before and after a straight or curly double quote decides which way it opens.
OPENING_QUOTE = re.compile(r'(?<![\w.,;:!?)\]…»])["“”](?=\S)')
CLOSING_QUOTE = re.compile(r'(?<=[^\s(\[])["“”]')
RANGE = re.compile(r"(?<=\d)\s?--?\s?(?=\d{4}\b)|(?<=[^\n] )--?(?= )")
KEPT_TOGETHER = re.compile(
    r"(?<=\bn\.º) +|(?<=\bart\.º) +|(?<=\bal\.) +|(?<=\bp\.) +"  # n.º 7
    r"|(?<=\d) +(?=%|€|km|h\b|de (?:janeiro|fevereiro|março|abril|maio|junho|julho|agosto|setembro"
    r"|outubro|novembro|dezembro)\b)"  # 30 %, 12 de março
    r"|(?<=\bde) +(?=\d{4}\b)",  # de 2026
    re.IGNORECASE,
)


def typeset(text: str) -> str:
    """A plain text as a Portuguese compositor would set it. Only for print: the text itself stays."""
    text = OPENING_QUOTE.sub("«", text)
    text = CLOSING_QUOTE.sub("»", text)
    text = RANGE.sub("–", text)
    return KEPT_TOGETHER.sub(NO_BREAK, text)
