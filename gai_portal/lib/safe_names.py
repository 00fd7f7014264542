"""What people may be called: a name stands in mails to others, whom it must not lead astray."""

import re
import unicodedata

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

# What a mail program makes a link of: a scheme, a mailbox, or words joined by a dot.
LINK = re.compile(r"://|www\.|[@/\\<>]|[\w-]+\.[^\W\d_]{2,}", re.IGNORECASE)
# Line ends, and signs that nobody sees: they steer a screen or turn the direction of writing.
HIDDEN = frozenset({"Cc", "Cf", "Co", "Cs", "Zl", "Zp"})


def validate_person_name(name: str) -> None:
    """One line, of what can be seen, without addresses."""
    if any(unicodedata.category(sign) in HIDDEN for sign in name):
        raise ValidationError(_("A name is one line, without line breaks and hidden signs."))
    if LINK.search(unicodedata.normalize("NFKC", name)):
        raise ValidationError(_("A name holds no address and no link. Leave a space after a full stop."))
