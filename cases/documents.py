"""Documents of the desk. No HTTP."""

from typing import Any

from django.utils import translation
from django.utils.translation import get_language, gettext_lazy

from cases.models import Referral, WholeFile
from gai_portal.lib.pdf import render_pdf
from gai_portal.lib.qr import qr_svg


def blank_form_pdf(sheet: dict[str, Any]) -> bytes:
    """The desk's form on paper: the questions on the front, every topic with its code on the back."""
    return render_pdf("cases/enquiry_blank_pdf.html", sheet, css="pdf/sheet.css")


LINK_TITLE = gettext_lazy("The link, for a telephone's camera")


def referral_letter_pdf(referral: Referral) -> bytes:
    """The letter that somebody takes to a partner, in the language of the country."""
    with translation.override("pt"):
        link = referral.link()
        context = {
            "referral": referral,
            "shared": referral.seen_by_partner(),
            "link": link,
            "qr": qr_svg(link, title=str(LINK_TITLE)) if link else "",
        }
        return render_pdf("cases/referral_pdf.html", context, css="pdf/letter.css")


def receipt_pdf(receipt: dict[str, Any]) -> bytes:
    """The privacy receipt, in the active language."""
    return render_pdf(
        "cases/person_receipt_pdf.html", {**receipt, "language": get_language()}, css="pdf/person.css"
    )


def person_file_pdf(file: WholeFile) -> bytes:
    """A copy of somebody's whole file for themselves, in the active language."""
    return render_pdf(
        "cases/person_file_pdf.html", {"file": file, "language": get_language()}, css="pdf/person.css"
    )
