"""The national template as a file: downloaded by whoever may read it, uploaded into the draft."""

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.http import SignedInRequest
from action_plans.forms.template import UploadForm
from action_plans.models import Template
from action_plans.services import template_import as imports
from action_plans.services.content import ContentFault, digest_of, link_names
from action_plans.services.template_file import FaultyFile, content_of
from action_plans.services.template_sheets import template_workbook
from action_plans.services.template_yaml import template_yaml as written_yaml
from action_plans.views.template import get_template, of_draft

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def download(content: str | bytes, template: Template, ending: str, kind: str) -> HttpResponse:
    response = HttpResponse(content, content_type=kind)
    name = f"{slugify(settings.LABELS['plan'])}-v{template.number}.{ending}"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


@require_safe
def template_yaml(request: SignedInRequest, number: int) -> HttpResponse:
    template = get_template(request, number)
    return download(written_yaml(template), template, "yaml", "application/yaml; charset=utf-8")


@require_safe
def template_xlsx(request: SignedInRequest, number: int) -> HttpResponse:
    template = get_template(request, number)
    return download(template_workbook(template), template, "xlsx", XLSX)


@require_http_methods(["GET", "POST"])
@of_draft
def template_import(request: SignedInRequest, draft: Template) -> HttpResponse:
    """Take in a file; nothing of it is written before its officer has seen what it changes."""
    is_sent = request.method == "POST"
    form = UploadForm(request.POST, request.FILES) if is_sent else UploadForm()
    context = {"template": draft, "form": form}
    if is_sent and form.is_valid():
        file = form.cleaned_data["file"]
        try:
            content = imports.read_file(file.read())
        except FaultyFile as refusal:
            context |= {"faults": refusal.faults, "file_name": file.name}
        else:
            if content == content_of(draft):
                messages.info(request, _("The file says what the draft says: there is nothing to import."))
                return redirect("action_plans:template_import", draft.number)
            imports.keep_upload(draft, content, name=file.name, by=request.user)
            return redirect("action_plans:template_import_preview", draft.number)
    return render(request, "action_plans/template_import.html", context)


@require_http_methods(["GET", "POST"])
@of_draft
def template_import_preview(request: SignedInRequest, draft: Template) -> HttpResponse:
    """What the file would change in the draft, then the button. An Undo comes back here."""
    upload = get_object_or_404(draft.uploads.select_related("template"), user=request.user)
    if request.method == "POST":
        try:
            imports.apply_upload(upload, by=request.user, seen=request.POST.get("seen", ""))
        except imports.ChangedMeanwhile:
            text = _("The draft has changed since. Nothing was written: look at the comparison once more.")
            messages.warning(request, text)
            return redirect("action_plans:template_import_preview", draft.number)
        except ContentFault as fault:
            text = _("Nothing was written. %(code)s: what the file names is no longer there.")
            messages.error(request, text % {"code": fault.code})
            return redirect("action_plans:template_import", draft.number)
        undo = reverse("action_plans:template_import_preview", args=[draft.number])
        text = _("“%(file)s” is in the draft now.") % {"file": upload.name}
        messages.success(request, text, extra_tags=undo)
        return redirect(draft)
    context = {
        "template": draft,
        "upload": upload,
        "seen": digest_of(draft),
        "comparison": imports.compare_contents(content_of(draft), imports.uploaded(upload)),
        "names": link_names(),
    }
    return render(request, "action_plans/template_import_preview.html", context)
