"""Scans and photographs of papers: known by their content, made small, without what a camera adds."""

import warnings
from dataclasses import dataclass
from io import BytesIO
from typing import IO

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from PIL import Image, ImageOps

LONGEST_SIDE = 2_400  # pixels: a page of A4 stays readable
# Decoding more would fill a small server's memory. A JPEG is decoded in a lower resolution, a PNG whole.
MOST_PIXELS = {"JPEG": 170_000_000, "PNG": 40_000_000}
QUALITY = 82
MB = 1_000_000  # bytes


@dataclass(frozen=True)
class Scan:
    """A file that may be kept: its bytes, its kind and the ending of its name."""

    content: bytes
    content_type: str
    suffix: str


def checked_scan(upload: IO[bytes], size: int, *, most_mb: int, most_pdf_mb: int) -> Scan:
    """A PDF as it is, a JPEG or PNG made anew. What a file is called counts for nothing."""
    if size > most_mb * MB:
        raise ValidationError(_("The file is larger than {limit} MB.").format(limit=most_mb))
    head = upload.read(8)
    upload.seek(0)
    if head.startswith(b"%PDF-"):
        return _pdf(upload, size, most_pdf_mb)
    if head.startswith(b"\xff\xd8\xff") or head == b"\x89PNG\r\n\x1a\n":
        if head[1:4] == b"PNG" and not _ends_with(upload, size, b"IEND"):
            raise ValidationError(_("The file is damaged or has not arrived whole. Send it again."))
        return _picture(upload)
    raise ValidationError(
        _(
            "This is neither a PDF nor a JPEG or PNG picture, whatever its name says. Save it as JPEG, PNG "
            "or PDF and send it again: an iPhone's photographs are often HEIC."
        )
    )


def _ends_with(upload: IO[bytes], size: int, mark: bytes) -> bool:
    """Whether a mark stands near the end; what a scanner appends may follow it."""
    upload.seek(max(0, size - 2048))
    tail = upload.read()
    upload.seek(0)
    return mark in tail


def _pdf(upload: IO[bytes], size: int, most_mb: int) -> Scan:
    if size > most_mb * MB:
        raise ValidationError(
            _("The PDF is larger than {limit} MB. Scan it in a lower resolution.").format(limit=most_mb)
        )
    if not _ends_with(upload, size, b"%%EOF"):
        raise ValidationError(_("The file is damaged or has not arrived whole. Send it again."))
    return Scan(upload.read(), "application/pdf", ".pdf")


def _picture(upload: IO[bytes]) -> Scan:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)  # counted here
            with Image.open(upload, formats=["JPEG", "PNG"]) as picture:
                if picture.width * picture.height > MOST_PIXELS[picture.format or "PNG"]:
                    raise Image.DecompressionBombError
                is_png = picture.format == "PNG"
                picture.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))  # a large JPEG is not decoded whole
                seen = ImageOps.exif_transpose(picture)
                seen.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
                clean = Image.new("RGB", seen.size, "white")
                seen = seen.convert("RGBA") if is_png else seen.convert("RGB")
                clean.paste(seen, mask=seen if is_png else None)
    except Image.DecompressionBombError as error:
        raise ValidationError(_("The picture has too many pixels. Photograph it again.")) from error
    except (OSError, ValueError, SyntaxError) as error:
        raise ValidationError(_("The file is damaged or has not arrived whole. Send it again.")) from error
    made = BytesIO()
    if is_png:
        clean.save(made, "PNG", optimize=True)
        return Scan(made.getvalue(), "image/png", ".png")
    clean.save(made, "JPEG", quality=QUALITY, optimize=True)
    return Scan(made.getvalue(), "image/jpeg", ".jpg")
