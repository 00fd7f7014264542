"""Rows of the access table for the desk."""

from datetime import date

from django.utils import timezone

from cases.models import CaseNote, Contact, Enquiry, Person, Referral, Transfer
from cases.services.codes import give_code
from cases.services.merging import merge_people
from cases.services.reports import write_report
from cases.views.codes import key_to
from tests.access_table import DESK_PRAIA, FORBIDDEN, FOUND, Builder, Row, everybody, only
from tests.cases.referrals import in_days, key_of, sent_referral
from tests.factories import (
    AppointmentFactory,
    CaseDocumentFactory,
    CaseFactory,
    EnquiryFactory,
    EnquiryImportFactory,
    FollowUpFactory,
    PersonFactory,
    ReferralFactory,
    TopicFactory,
)

DESKS = (*DESK_PRAIA, "desk_sal")

GET: dict[str, Row] = {
    "cases:desk": only(*DESKS),
    "cases:shortcuts": only(*DESKS),
    "cases:first_day": only(*DESKS),
    "cases:enquiry_list": only(*DESKS),
    "cases:enquiry_create": only(*DESKS),
    "cases:enquiry_handed": only(*DESKS),  # without such a draft, the empty form
    "cases:enquiry_export": only(*DESKS),
    "cases:blank_form": only(*DESKS),
    "cases:blank_form_file": only(*DESKS),
    "cases:consent_paper": only(*DESKS),
    "cases:enquiry_detail": only(*DESK_PRAIA),
    "cases:enquiry_correct": only(*DESK_PRAIA),
    "cases:enquiry_void": only(*DESK_PRAIA),
    "cases:enquiry_file": only(*DESK_PRAIA),
    "cases:code_give": only(*DESK_PRAIA),
    "cases:code_search": only(*DESKS),
    # The key of the officer who was shown the code serves nobody else: they are asked for the code.
    "cases:thread_detail": only("desk_praia", coordinator_praia=FOUND, desk_sal=FOUND),
    "cases:import_list": only(*DESKS),
    "cases:import_detail": only(*DESK_PRAIA),
    **dict.fromkeys(
        ["cases:import_columns", "cases:import_meanings", "cases:import_preview", "cases:import_faults"],
        only("desk_praia", coordinator_praia=FORBIDDEN),  # who sent the list
    ),
    "cases:enquiry_figures": only(*DESKS),
    "cases:report_list": only(*DESKS),
    "cases:report_overview": only("dgi_officer", "dgi_admin"),
    "cases:report_edit": only("coordinator_praia", desk_praia=FORBIDDEN),
    "cases:report_file": only(*DESK_PRAIA),
    "cases:topic_card": only(*DESKS),
    "cases:person_search": only(*DESKS),
    "cases:person_create": only(*DESKS, gives=FOUND),  # back to the search: nobody is recorded without one
    "cases:person_detail": only(*DESK_PRAIA),
    "cases:person_edit": only(*DESK_PRAIA),
    "cases:person_readings": only(*DESK_PRAIA),
    "cases:person_receipt": only(*DESK_PRAIA),
    "cases:receipt_file": only(*DESK_PRAIA),
    "cases:person_file": only(*DESK_PRAIA),
    "cases:person_merge": only(*DESK_PRAIA),
    "cases:person_item_add": only(*DESK_PRAIA),
    "cases:person_item_edit": only(*DESK_PRAIA),
    "cases:consent_renew": only(*DESK_PRAIA),
    "cases:consent_withdraw": only(*DESK_PRAIA),
    "cases:case_list": only(*DESKS),
    "cases:today": only(*DESKS),
    "cases:follow_up_create": only(*DESKS),
    "cases:transfer_list": only(*DESKS),
    "cases:transfer_detail": only(*DESKS),
    "cases:transfer_act": only("coordinator_praia", desk_praia=FORBIDDEN, desk_sal=FORBIDDEN),
    "cases:transfer_sent": only(*DESK_PRAIA, desk_sal=FORBIDDEN),
    "cases:person_transfer": only("coordinator_praia", desk_praia=FORBIDDEN),
    "cases:case_transfer": only("coordinator_praia", desk_praia=FORBIDDEN),
    "cases:appointment_list": only(*DESKS),
    "cases:agenda_file": only(*DESKS),
    "cases:appointment_create": only(*DESKS),
    "cases:joint_day_create": only(*DESKS),
    "cases:reminder_list": only(*DESKS),
    "cases:appointment_edit": only(*DESK_PRAIA),
    "cases:follow_up_edit": only(*DESK_PRAIA),
    "cases:case_sheet": only(*DESK_PRAIA),
    "cases:case_person": only(*DESK_PRAIA),
    "cases:case_create": only(*DESKS),
    "cases:case_handed": only(*DESKS),
    "cases:case_detail": only(*DESK_PRAIA),
    "cases:case_edit": only(*DESK_PRAIA),
    "cases:case_act": only(*DESK_PRAIA),
    "cases:note_correct": only(*DESK_PRAIA),
    "cases:document_add": only(*DESK_PRAIA),
    "cases:document_open": only(*DESK_PRAIA),
    "cases:referral_list": only(*DESKS),
    "cases:case_refer": only(*DESK_PRAIA),
    "cases:enquiry_refer": only(*DESK_PRAIA),
    "cases:referral_detail": only(*DESK_PRAIA),
    "cases:referral_edit": only(*DESK_PRAIA),
    "cases:referral_send": only(*DESK_PRAIA),
    "cases:referral_answer": only(*DESK_PRAIA),
    "cases:referral_letter": only(*DESK_PRAIA),
    "cases:received_list": only("partner_user"),
    "cases:received_detail": only("partner_user"),
    "referral_link": everybody(),  # whoever has the link
    "cases:sealed_list": only("coordinator_praia"),
    "cases:unsealed_list": only("coordinator_praia"),
    "cases:unseal": only("coordinator_praia"),
}
POST: dict[str, Row] = {
    "cases:enquiry_list": only(*DESKS, gives=FOUND),
    "cases:case_list": only(*DESKS, gives=FOUND),
    "cases:first_day": only(*DESKS, gives=FOUND),
    "cases:enquiry_handed": only(*DESKS),
    "cases:import_list": only(*DESKS),  # an empty form comes back
    **dict.fromkeys(  # without an answer the questions come back
        ["cases:import_columns", "cases:import_meanings"],
        only("desk_praia", coordinator_praia=FORBIDDEN),
    ),
    "cases:import_preview": only("desk_praia", coordinator_praia=FORBIDDEN),  # the tick is asked for
    "cases:import_discard": only("desk_praia", gives=FOUND, coordinator_praia=FORBIDDEN),
    "cases:import_undo": only(*DESK_PRAIA, gives=FOUND),
    "cases:report_edit": only("coordinator_praia", desk_praia=FORBIDDEN),  # an empty form comes back
    "cases:desk": only(*DESKS),  # an empty form comes back
    "cases:enquiry_create": only(*DESKS),
    "cases:enquiry_correct": only(*DESK_PRAIA),
    "cases:enquiry_void": only(*DESK_PRAIA, gives=FOUND),
    "cases:enquiry_file": only(*DESK_PRAIA),  # an empty form comes back
    "cases:code_give": only(*DESK_PRAIA),  # the code, once
    "cases:code_end": only(*DESK_PRAIA, gives=FOUND),
    "cases:code_search": only(*DESKS),  # an empty form comes back
    "cases:enquiry_undo": only("desk_praia", gives=FOUND, coordinator_praia=FORBIDDEN),
    "cases:person_search": only(*DESKS, gives=FOUND),
    "cases:person_create": only(*DESKS, gives=FOUND),
    "cases:person_edit": only(*DESK_PRAIA),  # an empty form comes back
    "cases:person_item_add": only(*DESK_PRAIA),
    "cases:person_item_edit": only(*DESK_PRAIA),
    "cases:person_item_remove": only(*DESK_PRAIA, gives=FOUND),
    "cases:person_merge": only(*DESK_PRAIA),  # an empty form comes back
    "cases:merge_undo": only(*DESK_PRAIA, gives=FOUND),
    "cases:consent_renew": only(*DESK_PRAIA),
    "cases:consent_withdraw": only(*DESK_PRAIA, gives=FOUND),
    "cases:transfer_act": only("coordinator_praia", gives=FOUND, desk_praia=FORBIDDEN, desk_sal=FORBIDDEN),
    "cases:person_transfer": only("coordinator_praia", desk_praia=FORBIDDEN),  # an empty form comes back
    "cases:case_transfer": only("coordinator_praia", desk_praia=FORBIDDEN),  # likewise
    "cases:case_create": only(*DESKS),
    "cases:case_handed": only(*DESKS),
    "cases:case_edit": only(*DESK_PRAIA),  # an empty form comes back
    "cases:case_act": only(*DESK_PRAIA, gives=FOUND),
    "cases:note_correct": only(*DESK_PRAIA, gives=FOUND),
    "cases:document_add": only(*DESK_PRAIA),  # an empty form comes back
    "cases:document_remove": only(*DESK_PRAIA, gives=FOUND),
    "cases:follow_up_create": only(*DESKS),  # an empty form comes back
    "cases:case_person": only(*DESK_PRAIA, gives=FOUND),
    "cases:appointment_create": only(*DESKS),  # an empty form comes back
    "cases:joint_day_create": only(*DESKS),
    "cases:appointment_edit": only(*DESK_PRAIA),
    "cases:appointment_settle": only(*DESK_PRAIA, gives=FOUND),
    "cases:follow_ups_assign": only(
        "coordinator_praia", gives=FOUND, desk_praia=FORBIDDEN, desk_sal=FORBIDDEN
    ),
    "cases:follow_up_edit": only(*DESK_PRAIA),
    "cases:follow_up_finish": only(*DESK_PRAIA, gives=FOUND),
    "cases:follow_up_reopen": only(*DESK_PRAIA, gives=FOUND),
    "cases:unseal": only("coordinator_praia", gives=FOUND),
    "cases:case_refer": only(*DESK_PRAIA),  # an empty form comes back
    "cases:enquiry_refer": only(*DESK_PRAIA),
    "cases:referral_edit": only(*DESK_PRAIA),
    "cases:referral_send": only(*DESK_PRAIA, gives=FOUND),
    "cases:referral_answer": only(*DESK_PRAIA, gives=FOUND),
    "cases:referral_withdraw": only(*DESK_PRAIA, gives=FOUND),
    "cases:received_detail": only("partner_user", gives=FOUND),
    "referral_link": everybody(),
}


def enquiry(get):
    return {"pk": EnquiryFactory(office=get("office_praia"), author=get("desk_praia")).pk}


def thread(get):
    row = Enquiry.objects.get(pk=enquiry(get)["pk"])
    give_code(row, by=get("desk_praia"))
    row.refresh_from_db()
    return {"key": key_to(get("desk_praia"), row.return_code)}


def person(get):
    return {"pk": PersonFactory(office=get("office_praia"), author=get("desk_praia")).pk}


def contact(get):
    pk = person(get)["pk"]
    row = Contact.objects.create(person_id=pk, channel="phone", value="+2389912345")
    return {"pk": pk, "kind": "contacts", "item": row.pk}


def pair(get):
    return {"pk": person(get)["pk"], "other": person(get)["pk"]}


def merge(get):
    kept, gone = (Person.objects.get(pk=pk) for pk in pair(get).values())
    row = merge_people(kept, gone, by=get("desk_praia"))
    return {"pk": kept.pk, "merge": row.pk}


def case(get):
    return {"pk": CaseFactory(office=get("office_praia"), author=get("desk_praia")).pk}


def note(get):
    pk = case(get)["pk"]
    row = CaseNote.objects.create(case_id=pk, author=get("desk_praia"), text="Telephoned the town hall.")
    return {"pk": pk, "note": row.pk}


def document(get):
    return {"pk": CaseDocumentFactory(case_id=case(get)["pk"], added_by=get("desk_praia")).pk}


def follow_up(get):
    return {"pk": FollowUpFactory(case_id=case(get)["pk"], office=get("office_praia"), person=None).pk}


def draft(get):
    return {"pk": ReferralFactory(case_id=case(get)["pk"], author=get("desk_praia")).pk}


def sent(get):
    pk = case(get)["pk"]
    referral = sent_referral(case_id=pk, author=get("desk_praia"), partner=get("partner"))
    return {"pk": referral.pk}


def link(get):
    return {"key": key_of(Referral.objects.get(**sent(get)))}


def sent_report(get):
    office, month = get("office_praia"), date(2026, 3, 1)
    words = "As renovações demoram."
    write_report(office, month, words, by=get("coordinator_praia"), send=True)
    return {"code": office.code, "year": 2026, "month": 3}


def old_list(get):
    """Sent by the desk of Praia, with a question left open."""
    TopicFactory(code="RES.02", name_pt="Renovação")
    return {"pk": EnquiryImportFactory(office=get("office_praia"), author=get("desk_praia")).pk}


def recorded_list(get):
    source = EnquiryImportFactory(office=get("office_praia"), author=get("desk_praia"), state="done")
    return {"pk": source.pk}


def transfer(get, state="offered"):
    """From Praia to Sal."""
    now = timezone.now()
    decided = {"decided_by": get("desk_sal"), "decided_at": now} if state == "accepted" else {}
    row = Transfer.objects.create(
        from_office=get("office_praia"),
        to_office=get("office_sal"),
        case_id=case(get)["pk"],
        state=state,
        agreed_on=timezone.localdate(),
        offered_by=get("desk_praia"),
        offered_at=now,
        **decided,
    )
    return {"pk": row.pk}


def appointment(get):
    return {"pk": AppointmentFactory(office=get("office_praia"), author=get("desk_praia")).pk}


ARGUMENTS: dict[str, Builder] = {
    "cases:appointment_edit": appointment,
    "cases:appointment_settle": lambda get: appointment(get) | {"move": "came"},
    "cases:enquiry_handed": lambda get: {"handed": 1},
    "cases:case_handed": lambda get: {"handed": 1},
    "cases:case_refer": case,
    "cases:enquiry_refer": enquiry,
    **dict.fromkeys(["cases:referral_detail", "cases:referral_edit", "cases:referral_send"], draft),
    **dict.fromkeys(
        [
            "cases:referral_answer",
            "cases:referral_withdraw",
            "cases:referral_letter",
            "cases:received_detail",
        ],
        sent,
    ),
    "referral_link": link,
    **dict.fromkeys(
        [
            "cases:import_detail",
            "cases:import_columns",
            "cases:import_meanings",
            "cases:import_preview",
            "cases:import_faults",
            "cases:import_discard",
        ],
        old_list,
    ),
    "cases:import_undo": recorded_list,
    "cases:report_file": sent_report,
    "cases:report_edit": lambda get: {"code": get("office_praia").code, "year": 2026, "month": 1},
    "cases:enquiry_export": lambda get: {"ending": "csv"},
    **dict.fromkeys(
        [
            "cases:enquiry_detail",
            "cases:enquiry_correct",
            "cases:enquiry_void",
            "cases:enquiry_file",
            "cases:enquiry_undo",
            "cases:code_give",
            "cases:code_end",
        ],
        enquiry,
    ),
    "cases:thread_detail": thread,
    **dict.fromkeys(
        [
            "cases:person_detail",
            "cases:person_edit",
            "cases:person_readings",
            "cases:person_receipt",
            "cases:receipt_file",
            "cases:consent_renew",
            "cases:consent_withdraw",
        ],
        person,
    ),
    "cases:unseal": lambda get: {
        "kind": "person",
        "pk": PersonFactory(office=get("office_praia"), author=get("desk_praia"), is_restricted=True).pk,
    },
    "cases:person_file": lambda get: person(get) | {"ending": "json"},
    "cases:person_merge": pair,
    "cases:merge_undo": merge,
    "cases:person_item_add": lambda get: person(get) | {"kind": "names"},
    **dict.fromkeys(["cases:person_item_edit", "cases:person_item_remove"], contact),
    **dict.fromkeys(["cases:case_detail", "cases:case_edit", "cases:case_sheet", "cases:case_person"], case),
    "cases:transfer_detail": transfer,
    "cases:transfer_act": lambda get: transfer(get) | {"act": "withdraw"},
    "cases:transfer_sent": lambda get: transfer(get, "accepted"),
    "cases:person_transfer": person,
    "cases:case_transfer": case,
    "cases:case_act": lambda get: case(get) | {"act": "note"},
    "cases:note_correct": note,
    "cases:document_add": case,
    **dict.fromkeys(["cases:document_open", "cases:document_remove"], document),
    **dict.fromkeys(["cases:follow_up_edit", "cases:follow_up_finish", "cases:follow_up_reopen"], follow_up),
    "cases:topic_card": lambda get: {"code": TopicFactory(code="RES.02").code},
}
DATA: dict[str, Builder] = {
    "cases:referral_send": lambda get: {"way": "letter", "due_on": in_days(14)},
    **dict.fromkeys(
        ["cases:referral_answer", "cases:received_detail", "referral_link"],
        lambda get: {"state": "received"},
    ),
    "cases:enquiry_void": lambda get: {"reason": "Recorded twice"},
    "cases:code_give": lambda get: {"language": "fr"},
    "cases:case_act": lambda get: {"text": "Telephoned the town hall."},
    "cases:note_correct": lambda get: {"text": "Telephoned the ministry."},
    "cases:unseal": lambda get: {"reason": "I stand in for a colleague."},
    "cases:consent_withdraw": lambda get: {"choice": "erase"},
}
