"""Finding an enquiry again by its note: accents, capitals and the order of words do not count."""

import pytest
from django.urls import reverse

from accounts.models import AccessLog
from cases.models import Enquiry, RequesterType
from tests.factories import EnquiryFactory, LanguageFactory, TopicFactory

LIST = reverse("cases:enquiry_list")


@pytest.fixture
def enquiry(client, office_praia, desk_praia):
    client.force_login(desk_praia)
    return EnquiryFactory(
        office=office_praia, author=desk_praia, note="Renovação da autorização; vem de São Tomé (Ọlá)"
    )


def found(client, text):
    return [row.pk for row in client.post(LIST, {"q": text}, follow=True).context["page"]]


@pytest.mark.parametrize(
    "text",
    [
        "renovacao",
        "RENOVAÇÃO",
        "Renovação",
        "Renovac\u0327a\u0303o",  # the same, typed with loose accents
        "sao tome",
        "tomé renovação",
        "autoriza",
        "ola",
    ],
)
def test_a_note_is_found_however_it_is_typed(client, enquiry, text):
    EnquiryFactory(office=enquiry.office, author=enquiry.author, note="Outra coisa")
    assert found(client, text) == [enquiry.pk]


@pytest.mark.parametrize("text", ["renovado", "tome praia", "%", "_", "\\", "'", "renova%"])
def test_what_does_not_stand_there_is_not_found(client, enquiry, text):
    assert found(client, text) == []


def test_signs_that_a_search_could_misread_are_found_as_they_are(client, enquiry):
    Enquiry.objects.filter(pk=enquiry.pk).update(note="50% de_sconto \\ 'entre aspas'")
    for text in ("50%", "de_s", "\\", "'entre"):
        assert found(client, text) == [enquiry.pk]


def test_a_lone_accent_finds_nothing_rather_than_everything(client, enquiry):
    assert found(client, "\u0301") == []


def test_another_office_finds_nothing(client, enquiry, desk_sal):
    client.force_login(desk_sal)
    assert found(client, "renovacao") == []


def searches():
    return list(AccessLog.objects.filter(verb=AccessLog.Verb.SEARCHED))


def test_a_search_in_notes_leaves_a_line_for_each_page_of_it(client, enquiry):
    for _ in range(30):
        EnquiryFactory(office=enquiry.office, author=enquiry.author, topic=enquiry.topic, note="Renovação")
    client.get(LIST)
    assert searches() == []
    page = client.post(LIST, {"q": "renovacao"}, follow=True).context["page"]
    following = client.get(LIST + page.next_url).context["page"]
    later, line = searches()
    assert later.label.startswith(f"PR-{following.rows[0].pk} ")
    assert (line.kind, line.municipality) == ("cases.enquiry", "CV-PR")
    assert line.label.startswith(f"PR-{page.rows[0].pk} ")
    assert "renovacao" not in line.label


def test_a_search_that_finds_nothing_leaves_a_line_too(client, enquiry):
    client.post(LIST, {"q": "ninguém"}, follow=True)
    assert [line.label for line in searches()] == ["–"]


def test_the_filter_by_topic_finds_further_topics(client, enquiry):
    TopicFactory(code="NEG.01", parent=TopicFactory(code="NEG"))
    Enquiry.objects.filter(pk=enquiry.pk).update(further_topics=("NEG.01",))
    EnquiryFactory(office=enquiry.office, author=enquiry.author)
    page = client.get(LIST, {"topic": "NEG"}).context["page"]
    assert [row.pk for row in page] == [enquiry.pk]


@pytest.mark.parametrize(
    ("query", "fields"),
    [
        ("language=wo", {"language": "wo"}),
        ("language=wo", {"further_languages": ("wo",)}),
        ("requester=relative", {"requester": "relative"}),
        ("interpreter=missing", {"interpreter": "missing"}),
        ("groups=on", {"people": 12}),
    ],
)
def test_what_the_quick_log_asks_for_can_be_filtered_by(client, desk_praia, office_praia, query, fields):
    LanguageFactory(code="wo")
    RequesterType.objects.create(code="relative", name_pt="Familiar")
    fields = {f"{name}_id" if name in {"language", "requester"} else name: v for name, v in fields.items()}
    wanted = EnquiryFactory(office=office_praia, author=desk_praia, **fields)
    EnquiryFactory(office=office_praia, author=desk_praia)
    client.force_login(desk_praia)
    response = client.get(f"/workspace/desk/enquiries/?{query}")
    assert [row.pk for row in response.context["page"].rows] == [wanted.pk]
