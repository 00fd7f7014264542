"""Loads from data/: islands, municipalities, known figures, outlines and partners."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils.text import slugify

from accounts.models import User
from accounts.roles import Role
from gai_portal.lib.outlines import Polygons, simplify_together
from gai_portal.lib.reference import (
    CsvLine,
    ReferenceFault,
    ReferenceFile,
    Tally,
    faults_at,
    put_row,
    read_csv,
    read_text,
)
from municipalities.models import DemographicFigure, Island, Municipality, Office, Partner
from municipalities.services import save_figure

DATA = Path(__file__).parent / "data"

COLUMNS = [
    "iso_3166_2",
    "ine_code",
    "name_pt",
    "display_name",
    "alt_name",
    "island",
    "island_group",
    "island_group_iso",
    "seat",
    "municipal_day_mm_dd",
    "area_km2_osm",
    "center_lon",
    "center_lat",
    "sources",
    "notes",
]
ISO_3166_2 = re.compile(r"[A-Z]{2}-[A-Z0-9]{1,3}")
# About 300 m: the outlines are for finding a municipality on a small map, not for surveying.
TOLERANCE = 0.003


@dataclass(frozen=True)
class FigureColumn:
    """A column of the territory file that holds figures of one kind and year.

    Their standing ("preliminary") is in the column `<name>_status`, where there is one.
    """

    name: str
    kind: DemographicFigure.Kind
    year: int
    subject: str  # what the column "sources" calls it


FIGURE_COLUMNS = [
    FigureColumn("population_2010", DemographicFigure.Kind.POPULATION, 2010, "população 2010"),
    FigureColumn("population_2021", DemographicFigure.Kind.POPULATION, 2021, "população 2021"),
    FigureColumn(
        "foreign_residents_2022_est",
        DemographicFigure.Kind.FOREIGN_RESIDENTS,
        2022,
        "residentes estrangeiros",
    ),
    FigureColumn(
        "share_of_immigrants_2013_pct",
        DemographicFigure.Kind.IMMIGRANT_SHARE,
        2013,
        "percentagem de imigrantes",
    ),
]


@transaction.atomic
def load_reference(folder: Path = DATA) -> dict[str, Tally]:
    """Brings the database in line with the files. Nothing is deleted, and a fault leaves all as it was."""
    tallies = {
        name: Tally() for name in ("islands", "municipalities", "demographic figures", "outlines", "partners")
    }
    lines = list(read_csv(folder / "municipalities.csv", [*COLUMNS, *(c.name for c in FIGURE_COLUMNS)]))
    islands = _put_islands(lines, tallies["islands"])
    _put_municipalities(lines, islands, tallies["municipalities"])
    _put_figures(lines, tallies["demographic figures"])
    _put_outlines(
        folder / "municipalities.geojson",
        {line.text("iso_3166_2"): line.text("island") for line in lines},
        tallies["outlines"],
    )
    _put_partners(folder / "partners.yaml", tallies["partners"])
    return tallies


def _put_islands(lines: list[CsvLine], tally: Tally) -> dict[str, Island]:
    """The islands in the order of their first municipality, by name."""
    groups: dict[str, tuple[str, str]] = {}
    islands: dict[str, Island] = {}
    for line in lines:
        name = line.text("island", required=True)
        group = line.text("island_group", required=True)
        group_code = line.text("island_group_iso", required=True)
        if not ISO_3166_2.fullmatch(group_code):
            raise line.fault("island_group_iso", f"{group_code!r} is not an ISO 3166-2 code")
        if groups.setdefault(name, (group, group_code)) != (group, group_code):
            raise line.fault("island_group", f"{name} belongs to {groups[name][0]} on another line")
        if name not in islands:
            values = {"group": group, "group_code": group_code, "order": len(islands) + 1}
            with faults_at(line.path, line.number):
                islands[name] = put_row(Island, {"name": name}, values, tally)
    return islands


def _put_municipalities(lines: list[CsvLine], islands: Mapping[str, Island], tally: Tally) -> None:
    seen: dict[str, set[str]] = {"iso_3166_2": set(), "display_name": set(), "address": set()}
    for line in lines:
        code = line.text("iso_3166_2", required=True)
        if not ISO_3166_2.fullmatch(code):
            raise line.fault("iso_3166_2", f"{code!r} is not an ISO 3166-2 code")
        display_name = line.text("display_name", required=True)
        slug = slugify(display_name)
        for column, value in zip(seen, (code, display_name, slug), strict=True):
            if value in seen[column]:
                raise line.fault(column, f"{value!r} is on another line already")
            seen[column].add(value)
        alternative_name = line.text("alt_name")
        values = {
            "island": islands[line.text("island")],
            "name": line.text("name_pt", required=True),
            "display_name": display_name,
            "alternative_name": "" if alternative_name == display_name else alternative_name,
            "slug": slug,
            "seat": line.text("seat"),
            "municipal_day": line.text("municipal_day_mm_dd"),
            "area_km2": line.decimal("area_km2_osm", least=0),
            "ine_code": line.text("ine_code"),
            "longitude": _degrees(line, "center_lon", 180),
            "latitude": _degrees(line, "center_lat", 90),
            "sources": line.text("sources"),
            "notes": line.text("notes"),
        }
        with faults_at(line.path, line.number):
            put_row(Municipality, {"code": code}, values, tally)


def _degrees(line: CsvLine, column: str, most: int) -> float | None:
    value = line.decimal(column, least=-most)
    if value is not None and value > most:
        raise line.fault(column, f"{value} is above {most}")
    return None if value is None else float(value)


def _put_figures(lines: list[CsvLine], tally: Tally) -> None:
    """What is not known has no row. A municipality's own figures stand beside these and stay as they are."""
    for line in lines:
        for column in FIGURE_COLUMNS:
            value = line.decimal(column.name, least=0)
            if value is None:
                continue
            key = {
                "municipality_id": line.text("iso_3166_2"),
                "kind": column.kind,
                "nationality": "",
                "year": column.year,
                "origin": DemographicFigure.Origin.NATIONAL,
            }
            values = {
                "value": value,
                "status": line.cells.get(f"{column.name}_status", "").strip(),
                "source": _source_of(line, column.subject),
            }
            with faults_at(line.path, line.number):
                put_row(DemographicFigure, key, values, tally)


def _source_of(line: CsvLine, subject: str) -> str:
    """The sentence about `subject`: "população 2010 e código INE: INE; população 2021: ..." has two."""
    for sentence in line.text("sources").split("; "):
        subjects, _, source = sentence.partition(": ")
        if subject in subjects:
            return source
    return ""


def _put_outlines(path: Path, islands: Mapping[str, str], tally: Tally) -> None:
    """The outlines, simplified together; `islands` says on which island each known code lies."""
    try:
        collection = json.loads(read_text(path))
    except json.JSONDecodeError as error:
        raise ReferenceFault(path, error.lineno, "JSON", error.msg) from error
    features = collection.get("features") if isinstance(collection, dict) else None
    if not isinstance(features, list):
        raise ReferenceFault(path, 1, "features", "a feature collection is expected")
    outlines: dict[str, Polygons] = {}
    for number, feature in enumerate(features, start=1):
        place = f"feature {number}"
        if not isinstance(feature, dict) or not isinstance(code := feature.get("id"), str):
            raise ReferenceFault(path, 1, place, "it has no id")
        if code not in islands:
            raise ReferenceFault(path, 1, f"{place}, id", f"{code!r} is no municipality of this territory")
        if code in outlines:
            raise ReferenceFault(path, 1, f"{place}, id", f"{code!r} has an outline already")
        island = (feature.get("properties") or {}).get("island")
        if island != islands[code]:
            raise ReferenceFault(
                path, 1, f"{place}, island", f"{island!r} is not the island of {code}, {islands[code]}"
            )
        try:
            outlines[code] = _polygons(feature["geometry"])
        except (KeyError, TypeError, ValueError) as error:
            raise ReferenceFault(
                path, 1, f"{place}, geometry", "closed polygons of longitude and latitude are expected"
            ) from error
    for code, polygons in simplify_together(outlines, TOLERANCE).items():
        geometry = {
            "type": "MultiPolygon",
            "coordinates": [[[list(point) for point in ring] for ring in polygon] for polygon in polygons],
        }
        with faults_at(path, 1):
            put_row(Municipality, {"code": code}, {"geometry": geometry}, tally)


def _polygons(geometry: dict[str, Any]) -> Polygons:
    """The coordinates of a GeoJSON polygon or of several; ValueError for anything else."""
    coordinates = geometry["coordinates"]
    many = {"Polygon": [coordinates], "MultiPolygon": coordinates}[geometry["type"]]
    polygons = [[[(float(x), float(y)) for x, y in ring] for ring in polygon] for polygon in many]
    for polygon in polygons:
        for ring in polygon:
            if len(ring) < 4 or ring[0] != ring[-1]:
                raise ValueError("a ring is not closed")
            if not all(-180 <= x <= 180 and -90 <= y <= 90 for x, y in ring):
                raise ValueError("a point is not on the globe")
    return polygons


def _put_partners(path: Path, tally: Tally) -> None:
    file = ReferenceFile(path)
    seen: set[str] = set()
    for row in file.rows(file.content, "partners"):
        code = file.text(row, "code")
        if code in seen:
            raise file.fault(row, "code", f"{code!r} is on another line already")
        seen.add(code)
        values = {"kind": file.text(row, "kind", required=False), **file.words(row, column="name")}
        # A number that the administration has typed is kept where the file has none.
        if phone := file.text(row, "phone", required=False):
            values["phone"] = phone
        file.put(Partner, row, {"code": code}, values, tally)


@transaction.atomic
def load_demo_offices(path: Path = DATA / "demo_offices.yaml") -> Tally:
    """Invented offices, for demonstrations only. Those that exist are left alone: somebody may edit them."""
    file, tally = ReferenceFile(path), Tally()
    for row in file.rows(file.content, "offices"):
        code = file.text(row, "code")
        municipality = Municipality.objects.filter(pk=file.text(row, "municipality")).first()
        if municipality is None:
            raise file.fault(row, "municipality", f"{row['municipality']!r} is not known")
        if Office.objects.filter(code=code).exists():
            tally.unchanged += 1
            continue
        values: dict[str, Any] = {
            field: file.text(row, field, required=False)
            for field in (
                "address",
                "phone",
                "email",
                "hours_pt",
                "hours_en",
                "hours_fr",
                "services_pt",
                "services_en",
                "services_fr",
            )
        }
        values["municipality"] = municipality
        values["name"] = f"{settings.LABELS['office']} {municipality} (demonstração)"
        with faults_at(path, row.line):
            office = Office(code=code, **values)
            office.full_clean(validate_unique=False, validate_constraints=False)
            office.save()
        tally.created += 1
    return tally


DEMO_SOURCE = "Dado de demonstração, inventado"


@transaction.atomic
def load_demo_figures(path: Path = DATA / "demo_figures.yaml") -> Tally:
    """Invented figures, entered by each invented planner. What is there already is left alone."""
    file, tally = ReferenceFile(path), Tally()
    for row in file.rows(file.content, "figures"):
        municipality = file.text(row, "municipality")
        planner = User.objects.with_role({Role.PLANNER}, municipality).order_by("pk").first()
        place = {
            "municipality_id": municipality,
            "kind": file.text(row, "kind"),
            "nationality": file.text(row, "nationality", required=False),
            "year": row["year"],
        }
        origin = DemographicFigure.Origin.MUNICIPAL
        if planner is None or DemographicFigure.objects.filter(**place, origin=origin).exists():
            tally.unchanged += 1
            continue
        save_figure(DemographicFigure(**place, value=row["value"], source=DEMO_SOURCE), by=planner)
        tally.created += 1
    return tally
