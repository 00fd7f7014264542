"""Documents of the desk. No HTTP, no database."""

from typing import Any

from gai_portal.lib.pdf import render_pdf


def blank_form_pdf(sheet: dict[str, Any]) -> bytes:
    """The desk's form on paper: the questions on the front, every topic with its code on the back."""
    return render_pdf("cases/enquiry_blank_pdf.html", sheet, css="pdf/sheet.css")
