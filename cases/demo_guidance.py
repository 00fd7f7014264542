"""Cards for demonstrations: the starter texts in force, one changed since, and what a desk suggests."""

from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from accounts.roles import Role
from cases.demo import MARK
from cases.models import Enquiry, Guidance, GuidanceVersion, Topic
from cases.services.guidance import (
    answer_suggestion,
    begin_draft,
    mark_of,
    next_review,
    publish_guidance,
    suggest_change,
)
from cases.workflow import GuidanceState
from gai_portal.lib.reference import Tally
from municipalities.models import Office

OFFICE = "CV-PR"
CHANGED, OVERDUE, ANSWERED = "RES.02", "ENT.01", "ENT.02"
IN_FORCE_FOR = timedelta(days=150)
INVENTED = {
    "pt": "(Demonstração: a taxa é inventada.)",
    "en": "(Demonstration: the fee is invented.)",
}  # not in French, so that it can be seen how a card says that a language is out of date
FEE = {
    "what_pt": "Emissão do título (valor inventado)",
    "what_en": "Issue of the title (invented)",
    "what_fr": "Délivrance du titre (montant inventé)",
    "cents": 250_000,
}
CHANGE = "(Demonstração) A emissão do título passou a custar 2 500 CVE."


@transaction.atomic
def load_demo_guidance() -> Tally:
    """Publish the starter texts as if some months ago, and change one. Where a card is in force, nothing."""
    tally = Tally()
    by = User.objects.with_role({Role.DGI_OFFICER}).order_by("email").first()
    drafts = list(GuidanceVersion.objects.drafts().select_related("guidance__topic"))
    in_force = GuidanceVersion.objects.told().count()
    if in_force or by is None or not drafts:
        tally.unchanged += in_force
        return tally
    for draft in drafts:
        _publish_then(draft, by)
        tally.created += 1
    long_ago = timezone.localdate() - timedelta(days=400)
    Guidance.objects.filter(topic=OVERDUE).update(
        reviewed_on=long_ago, review_by=long_ago + timedelta(days=365)
    )
    _suggest(by)
    _change(by)
    return tally


def _publish_then(draft: GuidanceVersion, by: User) -> None:
    """In force for some months, and told since to those who asked."""
    then = timezone.now() - IN_FORCE_FOR
    draft.state, draft.published_at, draft.published_by = GuidanceState.PUBLISHED, then, by
    draft.take_over()
    draft.save()
    Guidance.objects.filter(pk=draft.guidance_id).update(
        reviewed_on=then.date(), review_by=next_review(then.date())
    )
    told = {"topic": draft.guidance.topic, "note__endswith": MARK, "at__gte": then}
    Enquiry.objects.filter(**told).update(guidance=draft)
    Enquiry.history.filter(**told).update(guidance=draft)


def _suggest(by: User) -> None:
    office = Office.objects.filter(municipality=OFFICE).first()
    officer = User.objects.with_role({Role.OFFICER}, OFFICE).order_by("email").first()
    topics = Topic.objects.in_bulk([CHANGED, ANSWERED])
    if office is None or officer is None or len(topics) < 2:
        return
    asked = "(Demonstração) As pessoas perguntam se o prazo conta desde a entrada. Falta dizê-lo."
    answered = suggest_change(topics[ANSWERED], office, asked, by=officer)
    answer_suggestion(answered, "(Demonstração) Obrigada. Entra na próxima versão.", by=by)
    suggest_change(topics[CHANGED], office, "(Demonstração) Convém dizer onde se paga a taxa.", by=officer)


def _change(by: User) -> None:
    topic = Topic.objects.filter(pk=CHANGED, guidance__isnull=False).first()
    if topic is None:
        return
    draft = begin_draft(topic, by=by)
    for language, words in INVENTED.items():
        said = getattr(draft, f"say_{language}")
        setattr(draft, f"say_{language}", f"{said}\n\n{words}" if said else "")
    draft.fees = [FEE]
    draft.other_texts = {"wo": "(Demonstração: aqui fica o texto em wolof.)"}
    draft.save()
    publish_guidance(
        draft,
        seen=mark_of(draft),
        review_by=next_review(timezone.localdate()),
        is_material=True,
        change_pt=CHANGE,
        accepts_outdated=True,
        by=by,
    )
