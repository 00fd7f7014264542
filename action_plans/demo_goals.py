"""Invented goals and indicators under the pillars of the national strategy: each says that it is invented."""

from pathlib import Path

from django.db import transaction

from action_plans.models import StrategicGoal, StrategicIndicator
from gai_portal.lib.reference import Tally, read_yaml

DATA = Path(__file__).parent / "data" / "demo_goals.yaml"


@transaction.atomic
def load_demo_goals(path: Path = DATA) -> Tally:
    """Goals of pillars that the reference data has. A code that is taken is left as it is."""
    content, tally = read_yaml(path), Tally()
    pillars = {pillar.code: pillar for pillar in StrategicGoal.objects.pillars()}
    for row in content["goals"]:
        code, _stop, number = row["code"].rpartition(".")
        if code not in pillars:
            continue
        if StrategicGoal.objects.filter(code=row["code"]).exists():
            tally.unchanged += 1
            continue
        pillar = pillars[code]
        goal = StrategicGoal.objects.create(
            strategy=pillar.strategy,
            parent=pillar,
            code=row["code"],
            order=int(number),
            **{f"title_{language}": text for language, text in row["title"].items()},
        )
        for order, indicator in enumerate(row["indicators"], start=1):
            (baseline, baseline_year), (target, target_year) = indicator["baseline"], indicator["target"]
            StrategicIndicator.objects.create(
                goal=goal,
                order=order,
                unit=indicator["unit"],
                baseline_value=baseline,
                baseline_year=baseline_year,
                target_value=target,
                target_year=target_year,
                source=content["source"],
                **{f"text_{language}": text for language, text in indicator["text"].items()},
            )
        tally.created += 1
    return tally
