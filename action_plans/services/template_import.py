"""A file's content on its way into the draft: kept until its officer has seen the changes, then written."""

from dataclasses import asdict

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from action_plans.models import Template, TemplateUpload
from action_plans.permissions import can_write_template
from action_plans.services.comparison import HEADING_KIND, Comparison, compare_versions
from action_plans.services.content import HEADING, Item, digest_of, write_items
from action_plans.services.template import editing
from action_plans.services.template_file import Content, FaultyFile, FileFault, Place, content_of
from action_plans.services.template_sheets import read_xlsx_file
from action_plans.services.template_yaml import read_yaml_file

ARCHIVE = b"PK"  # how a workbook begins, as every zip archive does
OLD_PROGRAM = b"\xd0\xcf\x11\xe0"


class ChangedMeanwhile(Exception):
    """The draft is no longer the one that the file was compared with."""


def read_file(file: bytes) -> Content:
    """What a file says, a workbook or YAML: told from how it begins, whatever its name."""
    if file.startswith((ARCHIVE, OLD_PROGRAM)):
        return read_xlsx_file(file)
    if b"\0" in file:
        problem = _("This is neither a workbook (.xlsx) nor a YAML file.")
        raise FaultyFile([FileFault(Place(), problem)])
    return read_yaml_file(file)


def compare_contents(before: Content, after: Content) -> Comparison:
    return compare_versions(_with_heading(before), _with_heading(after))


def _with_heading(content: Content) -> list[Item]:
    return [Item(kind=HEADING_KIND, code="", parent="", values=content.heading), *content.items]


@transaction.atomic
def keep_upload(template: Template, content: Content, *, name: str, by: User) -> TemplateUpload:
    """Hold a file's content ready for the draft; the one before it goes."""
    if not can_write_template(by):
        raise PermissionDenied(f"{by} may not edit {template}")
    kept = {"heading": content.heading, "items": [asdict(item) for item in content.items]}
    values = {"content": kept, "name": name[:200], "seen": digest_of(template)}
    return TemplateUpload.objects.update_or_create(template=template, user=by, defaults=values)[0]


def uploaded(upload: TemplateUpload) -> Content:
    return Content(upload.content["heading"], [Item(**item) for item in upload.content["items"]])


def apply_upload(upload: TemplateUpload, *, by: User, seen: str = "") -> None:
    """Write the whole of it into the draft. What the draft said is held ready instead, to be put back.

    `seen` is the fingerprint of the draft that the file was compared with. ContentFault when something that
    the file names is gone.
    """
    with editing(upload.template, by=by) as draft:
        if digest_of(draft) != (seen or upload.seen):
            raise ChangedMeanwhile
        before = content_of(draft)
        replace_content(draft, uploaded(upload))
        keep_upload(draft, before, name=upload.name, by=by)


def replace_content(template: Template, content: Content) -> None:
    """Write a template from its title to its last item, in the place of all that it says."""
    for name in HEADING:
        setattr(template, name, content.heading[name])
    template.save()
    template.areas.all().delete()
    template.sections.all().delete()
    write_items(template, content.items)
