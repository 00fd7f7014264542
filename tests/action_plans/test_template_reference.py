"""The starter template comes from a file, as a draft; what the national level wrote is never overwritten."""

from pathlib import Path

import pytest
import yaml
from django.utils import timezone

from action_plans import reference
from action_plans.models import (
    FrameworkTarget,
    StrategicGoal,
    Template,
    TemplateArea,
    TemplateIndicator,
    TemplateMeasure,
    TemplateObjective,
    TemplateSection,
)
from gai_portal.lib.reference import ReferenceFault, Tally
from tests.factories import PartnerFactory, TopicFactory

ITEMS = 9 + 13 + 15 + 44 + 30


@pytest.fixture
def partners(db):
    """What the files name: partners, and the topics of the desk."""
    content = yaml.safe_load(reference.TEMPLATE_FILE.read_text(encoding="utf-8"))
    for row in yaml.safe_load(reference.TOPICS_FILE.read_text(encoding="utf-8"))["areas"]:
        for code in row["topics"]:
            TopicFactory(code=code)
    return [PartnerFactory(code=code) for code in content["entities"]]


@pytest.fixture
def edited_file(tmp_path):
    """A copy of the starter with one part replaced."""

    def edit(old: str, new: str) -> Path:
        text = reference.TEMPLATE_FILE.read_text(encoding="utf-8")
        assert old in text
        path = tmp_path / "starter.yaml"
        path.write_text(text.replace(old, new, 1), encoding="utf-8")
        return path

    return edit


def test_the_whole_starter_is_loaded_as_a_draft(partners):
    tallies = reference.load_reference()
    template = Template.objects.get()
    assert (template.number, template.state) == (1, "draft")
    models = [TemplateSection, TemplateArea, TemplateObjective, TemplateMeasure, TemplateIndicator]
    assert [model.objects.count() for model in models] == [9, 13, 15, 44, 30]
    assert StrategicGoal.objects.filter(parent=None).count() == 4
    assert FrameworkTarget.objects.filter(framework="gcm").count() == 23
    assert tallies["national template"] == Tally(created=ITEMS)


def test_a_measure_takes_the_tags_of_its_area_and_is_optional(partners):
    reference.load_reference()
    measure = TemplateMeasure.objects.get(code="ACO.M1")
    assert not measure.is_mandatory
    assert measure.lead.code == "CM"
    assert sorted(goal.code for goal in measure.goals.all()) == ["NIS1", "NIS3"]
    tags = {(target.framework, target.code) for target in measure.targets.all()}
    assert tags == {
        ("gcm", "3"),
        ("gcm", "12"),
        ("gcm", "15"),
        ("sdg", "10.7"),
        ("sdg", "16.6"),
        ("sdg", "16.10"),
    }


def test_the_second_chapter_is_locked_and_the_sixth_holds_the_measures(partners):
    reference.load_reference()
    assert [s.code for s in TemplateSection.objects.filter(is_locked=True)] == ["S2"]
    assert [s.code for s in TemplateSection.objects.filter(holds_measures=True)] == ["S6"]


def test_loading_again_changes_nothing(partners):
    reference.load_reference()
    tallies = reference.load_reference()
    assert {tally.created + tally.updated for tally in tallies.values()} == {0}
    assert tallies["national template"].unchanged == ITEMS


def test_a_changed_file_reaches_an_untouched_draft(partners, edited_file):
    reference.load_reference()
    path = edited_file("Instalar ou reforçar o balcão", "Abrir o balcão")
    tallies = reference.load_reference(template_file=path)
    assert tallies["national template"] == Tally(updated=1, unchanged=ITEMS - 1)
    assert TemplateMeasure.objects.get(code="ACO.M1").text_pt.startswith("Abrir o balcão")


def test_a_draft_that_somebody_edited_is_kept(partners, edited_file):
    reference.load_reference()
    TemplateMeasure.objects.filter(code="ACO.M2").update(text_pt="Texto da direção")
    tallies = reference.load_reference(template_file=edited_file("Instalar ou reforçar o balcão", "Abrir"))
    assert tallies["national template"] == Tally(kept=ITEMS)
    assert TemplateMeasure.objects.get(code="ACO.M2").text_pt == "Texto da direção"
    assert not TemplateMeasure.objects.filter(text_pt__startswith="Abrir").exists()


def test_an_issued_version_is_kept(partners, edited_file):
    reference.load_reference()
    Template.objects.update(state="issued", issued_at=timezone.now())
    tallies = reference.load_reference(template_file=edited_file("Instalar ou reforçar o balcão", "Abrir"))
    assert tallies["national template"].kept == ITEMS


@pytest.mark.parametrize(
    ("old", "new", "place"),
    [
        ("lead: CM\n", "lead: NOBODY\n", "line 212, lead: “NOBODY” is not known"),
        ("- code: ACO.M2", "- code: ACO.M1", "line 214, code: ACO.M1 stands already in line 210"),
        ("nis: [NIS1, NIS3]", "nis: [NIS9]", "line 202, nis: “NIS9” is not known"),
        ("frequency: monthly", "frequency: daily", "frequency: “daily” is none of"),
        ("objective: ACO.O1", "objective: REG.O1", "objective: “REG.O1” is no objective of ACO"),
        ("disaggregation: [sex, age,", "disaggregation: [shoe, age,", "disaggregation: "),
        ("code: ACO\n", "code: aco\n", "line 196, code: "),
        ('pt: "Quem chega encontra', 'xx: "Quem chega encontra', "pt: a text is expected"),
        ("default_duration_years: 3", "default_duration_years: three", "default_duration_years: a number"),
        ("required: false}", "required: maybe}", "required: true or false"),
        ("areas:\n", "areas: [\n", "YAML"),
    ],
)
def test_a_malformed_file_is_refused_whole(partners, edited_file, old, new, place):
    with pytest.raises(ReferenceFault) as refusal:
        reference.load_reference(template_file=edited_file(old, new))
    assert str(refusal.value).startswith("starter.yaml, ")
    assert place in str(refusal.value)
    assert not Template.objects.exists()
    assert not StrategicGoal.objects.exists()


def test_the_starter_advises_municipalities_on_some_measures(partners):
    reference.load_reference()
    note = TemplateMeasure.objects.get(code="REG.M2")
    assert note.guidance_pt.startswith("Peça o acordo por escrito")
    assert note.guidance_fr.startswith("Demandez l'accord")
    assert TemplateMeasure.objects.exclude(guidance_pt="").count() == 6
