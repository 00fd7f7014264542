"""HTML to PDF for everybody (PDF/UA-1). A document loads static files (`asset:css/x.css`) only."""

import logging
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from django.conf import settings
from django.contrib.staticfiles import finders
from django.core.exceptions import SuspiciousFileOperation
from django.template.loader import render_to_string
from weasyprint import CSS, HTML, URLFetcher
from weasyprint.logger import LOGGER
from weasyprint.text.fonts import FontConfiguration
from weasyprint.urls import FatalURLFetchingError

logger = logging.getLogger(__name__)


class StaticFilesFetcher(URLFetcher):
    """Serves the project's own static files; a document that asks for anything else is not made."""

    def fetch(self, url: str, headers: dict[str, str] | None = None) -> Any:
        parts = urlsplit(url)
        try:
            found = finders.find(unquote(parts.path).lstrip("/")) if parts.scheme == "asset" else None
        except SuspiciousFileOperation:  # a path that leads out of the static files
            found = None
        if found is None:
            raise FatalURLFetchingError(f"A PDF may not load {url!r}")
        return super().fetch(Path(found).as_uri(), headers)


@cache
def style_sheet(name: str) -> tuple[CSS, FontConfiguration]:
    """A style sheet, read once per worker."""
    fonts = FontConfiguration()
    return CSS(url=f"asset:{name}", url_fetcher=StaticFilesFetcher(), font_config=fonts), fonts


class MissingGlyphs(logging.Handler):
    """Hears WeasyPrint name the characters that no installed font can draw."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.characters: set[str] = set()

    def emit(self, record: logging.LogRecord) -> None:
        if ".notdef" in str(record.msg) and isinstance(record.args, tuple):
            self.characters.add(str(record.args[0]))


def render_pdf(template_name: str, context: dict[str, Any], *, css: str) -> bytes:
    """The document of a template, tagged; its language and title come from the template's html and title.

    An accessible document has a glyph for every character. One that no installed font can draw is printed
    as a question mark, and the log says which: a Chinese name needs Debian's fonts-noto-cjk, for example.
    """
    html = render_to_string(template_name, {"labels": settings.LABELS, **context})
    missing = MissingGlyphs()
    LOGGER.addHandler(missing)
    try:
        pdf = _write(html, css)
        if missing.characters:
            logger.warning("No installed font can print %s", " ".join(sorted(missing.characters)))
            pdf = _write(html.translate({ord(character): "?" for character in missing.characters}), css)
    finally:
        LOGGER.removeHandler(missing)
    return pdf


def _write(html: str, css: str) -> bytes:
    sheet, fonts = style_sheet(css)
    document = HTML(string=html, url_fetcher=StaticFilesFetcher())
    pdf = document.write_pdf(stylesheets=[sheet], font_config=fonts, pdf_variant="pdf/ua-1")
    assert pdf is not None  # it is only without a value when a target is named
    return pdf
