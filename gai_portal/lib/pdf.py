"""HTML to PDF for everybody (PDF/UA-1). A document loads static files (`asset:css/x.css`) only."""

from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from django.conf import settings
from django.contrib.staticfiles import finders
from django.template.loader import render_to_string
from weasyprint import CSS, HTML, URLFetcher
from weasyprint.text.fonts import FontConfiguration
from weasyprint.urls import FatalURLFetchingError


class StaticFilesFetcher(URLFetcher):
    """Serves the project's own static files; a document that asks for anything else is not made."""

    def fetch(self, url: str, headers: dict[str, str] | None = None) -> Any:
        parts = urlsplit(url)
        name = unquote(parts.path).lstrip("/")
        found = finders.find(name) if parts.scheme == "asset" else None
        if found is None:
            raise FatalURLFetchingError(f"A PDF may not load {url!r}")
        return super().fetch(Path(found).as_uri(), headers)


@cache
def style_sheet(name: str) -> tuple[CSS, FontConfiguration]:
    """A style sheet, read once per worker."""
    fonts = FontConfiguration()
    return CSS(url=f"asset:{name}", url_fetcher=StaticFilesFetcher(), font_config=fonts), fonts


def render_pdf(template_name: str, context: dict[str, Any], *, css: str) -> bytes:
    """The document of a template, tagged; its language and title come from the template's html and title."""
    html = render_to_string(template_name, {"labels": settings.LABELS, **context})
    sheet, fonts = style_sheet(css)
    document = HTML(string=html, url_fetcher=StaticFilesFetcher())
    pdf = document.write_pdf(stylesheets=[sheet], font_config=fonts, pdf_variant="pdf/ua-1")
    assert pdf is not None  # it is only without a value when a target is named
    return pdf
