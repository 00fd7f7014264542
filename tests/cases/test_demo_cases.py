"""The invented cases of a demonstration."""

from cases.demo_cases import CASES, load_demo_cases
from cases.demo_imports import load_demo_import
from cases.demo_referrals import REFERRALS, load_demo_referrals
from cases.models import Case, Enquiry, EnquiryImport, Referral
from cases.workflow import CaseState
from tests.conftest import member
from tests.factories import (
    ChannelFactory,
    EnquiryFactory,
    LanguageFactory,
    MunicipalityFactory,
    OfficeFactory,
    OutcomeFactory,
    PersonFactory,
)


def test_a_second_load_of_the_demonstration_opens_no_second_case(desk_praia, office_praia, renewal):
    OutcomeFactory(closes=True)
    PersonFactory(office=office_praia, author=desk_praia, consent__explained="Fica registado. (demonstração)")
    assert load_demo_cases().created == len(CASES)
    assert {case.state for case in Case.objects.all()} == set(CaseState)
    assert Case.objects.exclude(person=None).count() == 1
    again = load_demo_cases()
    assert (again.created, again.unchanged) == (0, len(CASES))
    assert Case.objects.count() == len(CASES)


def test_a_country_with_lists_of_its_own_gets_no_invented_cases(desk_praia, office_praia):
    assert load_demo_cases().created == 0


def test_a_second_load_of_the_demonstration_refers_nobody_twice(desk_praia, office_praia, renewal, partner):
    OutcomeFactory(closes=True)
    PersonFactory(office=office_praia, author=desk_praia, consent__explained="Fica registado. (demonstração)")
    EnquiryFactory(office=office_praia, author=desk_praia, note="(demonstração)")
    load_demo_cases()
    assert load_demo_referrals().created == len(REFERRALS)
    assert {referral.state for referral in Referral.objects.all()} == {row[1] for row in REFERRALS}
    again = load_demo_referrals()
    assert (again.created, again.unchanged) == (0, len(REFERRALS))


def test_without_the_partner_of_the_demonstration_nobody_is_referred(desk_praia, office_praia):
    assert load_demo_referrals().created == 0


def test_the_demonstrations_list_is_taken_over_once(renewal, in_person, informed):
    ChannelFactory(code="phone", name_pt="Telefone")
    OutcomeFactory(code="referred", name_pt="Encaminhado para outro serviço")
    LanguageFactory()
    town = MunicipalityFactory(code="CV-SV")
    OfficeFactory(municipality=town, code="SV")
    member("officer@example.org", "officer", municipality=town)
    first, second = load_demo_import(), load_demo_import()
    assert (first.created, second.created, second.unchanged) == (1, 0, 1)
    source = EnquiryImport.objects.get()
    assert [column["heading"] for column in source.columns if column["why"]] == ["Nome"]
    assert "Inventada" not in repr(list(Enquiry.objects.values_list("note", flat=True)))
    assert source.faulty > 0
    assert source.recorded > 0
