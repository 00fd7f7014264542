"""The invented cases of a demonstration."""

from cases.demo_cases import CASES, load_demo_cases
from cases.demo_referrals import REFERRALS, load_demo_referrals
from cases.models import Case, Referral
from cases.workflow import CaseState
from tests.factories import EnquiryFactory, OutcomeFactory, PersonFactory


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
