"""What the desk's data files bring, and what happens when they are wrong."""

from pathlib import Path

import pycountry
import pytest

from cases import reference
from cases.demo import MARK, NUMBER, load_demo_enquiries
from cases.models import Channel, Checklist, DeadlineRule, Enquiry, Language, Outcome, RequesterType, Topic
from cases.reference import load_reference
from gai_portal.lib.countries import STATELESS, nationality_names
from gai_portal.lib.reference import ReferenceFault, read_yaml
from municipalities.models import Partner
from tests.factories import PartnerFactory

TAXONOMY = reference.TAXONOMY


@pytest.fixture
def partners(db) -> None:
    for entry in read_yaml(TAXONOMY)["referral_partners"]:
        PartnerFactory(code=entry["code"], name_pt=entry["pt"])


@pytest.fixture
def loaded(partners) -> None:
    load_reference()


def test_a_second_load_changes_nothing(loaded):
    tallies = load_reference()
    assert {(tally.created, tally.updated) for tally in tallies.values()} == {(0, 0)}


def test_a_topic_takes_the_flags_of_its_group_unless_it_says_otherwise(loaded):
    inherited, own, plain = (Topic.objects.get(code=code) for code in ("TRF.01", "SOC.03", "SOC.01"))
    assert (inherited.is_restricted, inherited.is_sensitive, inherited.is_urgent) == (True, True, True)
    assert (own.is_restricted, own.is_sensitive, own.is_urgent) == (True, True, True)
    assert (plain.is_restricted, plain.is_sensitive, plain.is_urgent) == (False, True, False)


def test_every_urgent_topic_says_whom_to_call(loaded):
    for topic in Topic.objects.with_guidance().filter(is_urgent=True):
        assert topic.urgent_partners(), topic.code


def test_a_topic_refers_to_the_partners_of_its_group(loaded):
    topic = Topic.objects.with_guidance().get(code="SEG.01")
    assert [partner.code for partner in topic.referral_partners()] == ["INPS"]


def test_terms_before_a_date_are_negative(loaded):
    terms = dict(DeadlineRule.objects.values_list("code", "offset_hours"))
    assert terms == {"D1": -360, "D2": -720, "D3": 192, "D4": 48, "D5": 1080, "D6": 4320, "D7": None}


def test_a_checklist_has_its_documents_in_order(loaded):
    items = Checklist.objects.get(code="AR_GENERAL").items.all()
    assert [item.code for item in items][:2] == ["AR.01", "AR.02"]
    assert len(items) == 12


def test_links_that_the_national_level_added_survive(loaded):
    topic = Topic.objects.get(code="SEG.01")
    topic.partners.add(Partner.objects.get(code="CM"))
    load_reference()
    assert topic.partners.filter(code="CM").exists()


def test_links_that_the_national_level_took_away_stay_away(loaded):
    topic = Topic.objects.get(code="SEG")
    topic.partners.clear()
    assert load_reference()["topic guides"].kept == 1
    assert not topic.partners.exists()


def test_links_that_the_files_changed_are_brought_in_line(loaded, tmp_path, monkeypatch):
    guides = tmp_path / "guides.yaml"
    guides.write_text(
        reference.GUIDES.read_text().replace(
            "{code: RES.06, deadlines: [D4, D3]}", "{code: RES.06, deadlines: [D4]}"
        )
    )
    monkeypatch.setattr(reference, "GUIDES", guides)
    assert load_reference()["topic guides"].updated == 1
    assert [rule.code for rule in Topic.objects.get(code="RES.06").deadlines.all()] == ["D4"]


def test_a_flag_that_the_national_level_set_survives_an_upgrade(loaded, tmp_path, monkeypatch):
    Topic.objects.filter(code="RES.02").update(is_restricted=True)
    taxonomy = tmp_path / "taxonomy.yaml"
    taxonomy.write_text(TAXONOMY.read_text().replace('pt: "Renovação"', 'pt: "Renovações"', 1))
    monkeypatch.setattr(reference, "TAXONOMY", taxonomy)
    assert load_reference()["topics"].kept == 1
    topic = Topic.objects.get(code="RES.02")
    assert (topic.is_restricted, topic.name_pt) == (True, "Renovação")


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("{code: phone, pt: ", "{code: phone, es: ", r"line \d+, pt: a text is expected"),
        ("{code: phone,", "{code: in_person,", r"line \d+, code: in_person stands here twice"),
        ("closes: true}", "closes: perhaps}", r"line \d+, closes: true or false"),
        ("days_before: 15", "days_before: some", r"line \d+, days_before: a whole number"),
        ("for: [SEG]", "for: [XXX]", r"line \d+, for: “XXX” is not known"),
        ("{code: ARES, kind", "{code: NOBODY, kind", r"line \d+, code: the partner NOBODY"),
        ('required: "yes", pt: "Atestado', 'required: sim, pt: "Atestado', r"line \d+, required: one of"),
        ("channels:", "channels: [", r"line \d+, YAML"),
    ],
)
def test_a_faulty_file_is_refused_whole(partners, tmp_path, monkeypatch, old, new, said):
    text = TAXONOMY.read_text()
    assert old in text
    broken = Path(tmp_path) / "broken.yaml"
    broken.write_text(text.replace(old, new, 1))
    monkeypatch.setattr(reference, "TAXONOMY", broken)
    with pytest.raises(ReferenceFault, match=said):
        load_reference()
    assert not Topic.objects.exists()


def test_nationalities_are_the_countries_of_the_standard_and_the_stateless():
    assert nationality_names().keys() == {country.alpha_2 for country in pycountry.countries} | {STATELESS}


def test_demo_enquiries_are_marked_and_come_once(loaded, desk_praia, coordinator_praia, office_sal):
    tally = load_demo_enquiries()
    assert tally.created == NUMBER  # Sal has nobody to have written them
    assert set(Enquiry.objects.values_list("author", flat=True)) == {desk_praia.pk, coordinator_praia.pk}
    assert Enquiry.objects.filter(note__endswith=MARK).count() == NUMBER
    assert Enquiry.history.count() == NUMBER
    assert load_demo_enquiries().created == 0
    assert Enquiry.objects.count() == NUMBER


@pytest.mark.parametrize("model", [Topic, Channel, Outcome, Language, RequesterType])
def test_what_the_form_offers_is_found_in_three_languages(loaded, model):
    for row in model.objects.all():
        assert all([row.name_pt, row.name_en, row.name_fr]), row.code
