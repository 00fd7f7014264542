"""The invented transfers of a demonstration."""

from accounts.roles import Role
from cases.demo_transfers import load_demo_transfers
from cases.models import Transfer
from tests.conftest import member
from tests.factories import CaseFactory, MunicipalityFactory, OfficeFactory, PersonFactory


def test_a_second_load_of_the_demonstration_moves_nobody_again(desk_praia, office_praia, office_sal):
    boavista = OfficeFactory(municipality=MunicipalityFactory(code="CV-BV", slug="boa-vista"), code="BV")
    for office in (office_praia, office_sal, boavista):
        member(f"coord.{office.code.lower()}@example.org", Role.COORDINATOR, municipality=office.municipality)
    kept = {"author": desk_praia, "consent__explained": "Fica registado. (demonstração)"}
    CaseFactory(office=office_praia, author=desk_praia)
    PersonFactory(office=office_sal, **kept)
    CaseFactory(office=boavista, author=desk_praia, person=PersonFactory(office=boavista, **kept))
    assert load_demo_transfers().created == 3
    assert set(Transfer.objects.values_list("state", flat=True)) == {"asked", "offered", "accepted"}
    again = load_demo_transfers()
    assert (again.created, again.unchanged) == (0, 3)


def test_a_portal_without_invented_people_gets_no_invented_transfers(desk_praia, office_praia):
    assert load_demo_transfers().created == 0
