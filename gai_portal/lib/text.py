"""Text as people search for it."""

import unicodedata


def fold(text: str) -> str:
    """Lower case, without accents: `Renovação` is found by `renovacao`."""
    decomposed = unicodedata.normalize("NFKD", text)
    return "".join(letter for letter in decomposed if not unicodedata.combining(letter)).casefold()
