"""What anybody may fill in."""

from django import forms
from django.db.models import Q, QuerySet
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _

from gai_portal.lib.text import fold
from municipalities.models import Island, Municipality


class PlanSearchForm(forms.Form):
    """Narrows the list of municipal plans. What does not make sense is left out, without a word."""

    q = forms.CharField(label=_("Municipality or island"), required=False, max_length=80)
    island = forms.ModelChoiceField(
        Island.objects.all(), label=_("Island"), required=False, empty_label=_("All islands")
    )

    def narrow(self, municipalities: QuerySet[Municipality]) -> QuerySet[Municipality]:
        self.is_valid()
        found = self.cleaned_data.get("q") or ""
        if found:
            # An address has no accents, so "sao" finds São Vicente.
            here = Q(slug__contains=slugify(found)) if slugify(found) else Q(pk=None)
            municipalities = municipalities.filter(here | Q(island__name__fold__contains=fold(found)))
        if island := self.cleaned_data.get("island"):
            municipalities = municipalities.filter(island=island)
        return municipalities
