"""What a national officer does to a draft, in one line each, for tests of what follows from it."""

from itertools import count

from action_plans.models import (
    Template,
    TemplateIndicator,
    TemplateMeasure,
    TemplateObjective,
    TemplateSection,
)
from action_plans.services.template import issue_template, start_draft
from tests.action_plans.factories import (
    TemplateIndicatorFactory,
    TemplateMeasureFactory,
    TemplateSectionFactory,
)

NUMBERS = count(1)


class Draft:
    """The draft of the next version. `choose` picks one of several rows, or None where there is none."""

    def __init__(self, template, choose=lambda rows: rows[0] if rows else None):
        self.template = template
        self.choose = choose

    # Rows

    def measures(self):
        return TemplateMeasure.objects.filter(objective__area__template=self.template).order_by("code")

    def indicators(self):
        return TemplateIndicator.objects.filter(objective__area__template=self.template).order_by("code")

    def sections(self):
        return TemplateSection.objects.filter(template=self.template).order_by("code")

    def objectives(self):
        return TemplateObjective.objects.filter(area__template=self.template).order_by("code")

    def pick(self, rows, code=None):
        return rows.get(code=code) if code else self.choose(list(rows))

    def spare_measures(self):
        """Those without which their objective still has one."""
        rows = list(self.measures())
        crowded = [row.objective_id for row in rows]
        return [row for row in rows if crowded.count(row.objective_id) > 1]

    def write(self, row, **values):
        for name, value in values.items():
            setattr(row, name, value)
        row.save()

    # Edits

    def reword_measure(self, code=None, text=None):
        row = self.pick(self.measures(), code)
        if row:
            self.write(row, text_pt=text or f"Medida reformulada, redação {next(NUMBERS)}.")

    def translate_measure(self, code=None):
        row = self.pick(self.measures(), code)
        if row:
            self.write(row, text_fr=f"Mesure traduite {next(NUMBERS)}.")

    def move_measure(self, code=None, to=None):
        row = self.measures().get(code=code) if code else self.choose(self.spare_measures())
        if row:
            objective = self.pick(self.objectives(), to)
            self.write(row, objective=objective)

    def drop_measure(self, code=None):
        row = self.measures().get(code=code) if code else self.choose(self.spare_measures())
        if row:
            row.delete()

    def add_measure(self, code=None, **values):
        """Also with a code that an earlier version used, or that a municipality gave to its own measure."""
        used = set(self.measures().values_list("code", flat=True))
        free = [
            code for code in ("ACO.M1", "ACO.M3", "REG.M2", "ACO.L1", "ACO.M7", "REG.M8") if code not in used
        ]
        code = code or self.choose(free)
        if code:
            objective = self.objectives().filter(code__startswith=code[:3]).first()
            text = values.pop("text_pt", None) or f"Medida nova, redação {next(NUMBERS)}."
            TemplateMeasureFactory(objective=objective, code=code, text_pt=text, order=90, **values)

    def mandate_measure(self, code=None):
        row = self.pick(self.measures(), code)
        if row:
            self.write(row, is_mandatory=not row.is_mandatory)

    def reword_section(self, code=None):
        row = self.pick(self.sections(), code)
        if row:
            self.write(row, text_pt=f"Texto nacional do capítulo, redação {next(NUMBERS)}.")

    def lock_section(self, code=None):
        row = self.pick(self.sections(), code)
        if row:
            # What plans carry word for word has words.
            self.write(row, is_locked=not row.is_locked, text_pt=row.text_pt or "Texto nacional.")

    def drop_section(self, code=None):
        row = self.pick(self.sections().filter(holds_measures=False), code)
        if row:
            row.delete()

    def add_section(self, code=None):
        used = set(self.sections().values_list("code", flat=True))
        code = code or self.choose([code for code in ("S1", "S3", "S7") if code not in used])
        if code:
            TemplateSectionFactory(template=self.template, code=code, title_pt="Capítulo novo", order=9)

    def reword_indicator(self, code=None):
        row = self.pick(self.indicators(), code)
        if row:
            self.write(row, text_pt=f"Indicador reformulado {next(NUMBERS)}")

    def change_unit(self, code=None):
        row = self.pick(self.indicators(), code)
        if row:
            unit = TemplateIndicator.Unit
            self.write(row, unit=unit.NUMBER if row.unit == unit.PERCENT else unit.PERCENT)

    def drop_indicator(self, code=None):
        row = self.pick(self.indicators(), code)
        if row:
            row.delete()

    def add_indicator(self, code=None):
        used = set(self.indicators().values_list("code", flat=True))
        code = code or self.choose([code for code in ("ACO.I1", "REG.I1", "REG.I5") if code not in used])
        if code:
            objective = self.objectives().filter(code__startswith=code[:3]).first()
            TemplateIndicatorFactory(objective=objective, code=code)


def issue_next(edit, *, by) -> Template:
    """Issue the next version, after `edit(draft)`."""
    template = start_draft(by=by)
    edit(Draft(template))
    return issue_template(template, by=by)
