"""The desk's form on paper, for days without power."""

import io

import pytest
from django.urls import reverse
from pypdf import PdfReader

from accounts.roles import Role
from tests.conftest import member
from tests.factories import EnquiryFactory, LanguageFactory, MembershipFactory, TopicFactory
from tests.pdf_ua import assert_pdf_ua

PAGE, FILE = reverse("cases:blank_form"), reverse("cases:blank_form_file")


@pytest.fixture
def desk(client, desk_praia, office_praia, renewal, in_person, informed):
    LanguageFactory()
    EnquiryFactory(office=office_praia, author=desk_praia, topic=renewal, nationality="GW")
    client.force_login(desk_praia)
    return client


def test_the_sheet_asks_what_the_form_asks_in_the_same_order(desk):
    form = desk.get(reverse("cases:desk")).context["form"]
    fields = desk.get(PAGE).context["fields"]
    asked = [field.name for field in form.visible_fields() if field.name != "asked"]
    assert [field.name for field in fields] == asked
    assert all(field.boxes or field.lines for field in fields)


def test_the_topics_that_the_office_meets_most_are_ticked_and_all_others_have_a_code(desk, renewal):
    rare = TopicFactory(code="NEG.01", name_pt="Número de identificação fiscal")
    page = desk.get(PAGE)
    topic = next(field for field in page.context["fields"] if field.name == "topic")
    assert topic.boxes == [("RES.02", "Renovação")]
    assert len(topic.lines) == 1  # for the code of another one
    codes = [topic.code for _group, topics in page.context["groups"] for topic in topics]
    assert sorted(codes) == [rare.code, renewal.code]


def test_an_office_without_enquiries_writes_the_code(client, desk_sal):
    client.force_login(desk_sal)
    TopicFactory(code="NEG.01")
    topic = client.get(PAGE).context["fields"][0]
    assert (topic.name, topic.boxes, len(topic.lines)) == ("topic", [], 1)


@pytest.mark.once
def test_the_file_can_be_read_by_everybody(desk):
    response = desk.get(FILE)
    assert response["Content-Type"] == "application/pdf"
    assert_pdf_ua(response.content)


CONSENT = reverse("cases:consent_paper")


def sheets(answer) -> list[str]:
    return [" ".join(page.extract_text().split()) for page in PdfReader(io.BytesIO(answer.content)).pages]


@pytest.mark.once
@pytest.mark.parametrize(
    ("language", "said"), [("pt", "Assinatura"), ("en", "The office keeps this paper"), ("fr", "Je consens")]
)
def test_an_agreement_on_paper_is_one_page_in_each_language(desk, language, said):
    answer = desk.get(CONSENT, {"in": language})
    assert_pdf_ua(answer.content)
    [sheet] = sheets(answer)
    assert said in sheet
    assert "GAI Praia" in sheet


def test_who_works_for_two_offices_prints_the_form_of_either(client, praia, sal, office_praia, office_sal):
    both = member("ambos@example.org", Role.OFFICER, municipality=praia)
    MembershipFactory(user=both, role=Role.OFFICER, municipality=sal)
    client.force_login(both)
    for office in (office_praia, office_sal):
        [sheet] = sheets(client.get(CONSENT, {"office": office.code}))
        assert str(office) in sheet


def test_the_form_to_sign_is_offered_with_the_sheets_on_paper(desk, office_praia):
    assert f"{CONSENT}?office={office_praia.code}&amp;in=fr" in desk.get(PAGE).content.decode()
