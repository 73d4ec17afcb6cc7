"""The guess of columns, measured on header sets as hospitals, schools, police, survey tools and open data write them."""

import csv
import tomllib
from pathlib import Path
from typing import Any, NamedTuple

import pyarrow as pa
import pytest

from geoservice.ingest.columns import map_columns
from geoservice.ingest.headers import clean_headers
from geoservice.ingest.report import Options
from geoservice.ingest.value_checks import Sample
from geoservice.study import Study

FOLDER = Path(__file__).parent / "header_sets"
NOT_COUNTED = {"address", "code_system"}
TITLES = {"under_6": ("6岁以下", "Under 6"), "over_65": ("65岁及以上", "65 and over"), "disabled": ("残疾人", "Disabled")}


class Score(NamedTuple):
    """Fields of a set: how many there are, and a line for each that has no header and each that has a wrong one."""

    name: str
    held_out: bool
    fields: int
    missing: list[str]
    wrong: list[str]


def study_of(groups: list[str]) -> Study:
    """Return a study that counts these groups."""
    return Study.model_validate(
        {
            "id": "headers",
            "title": {"zh": "表头", "en": "Headers"},
            "services": [{"id": "health_check", "title": {"zh": "健康检查", "en": "Health check"}}],
            "groups": [{"id": g, "title": dict(zip(("zh", "en"), TITLES[g], strict=True))} for g in groups],
        }
    )


def mapping_of(table: Any, one: dict[str, Any]) -> dict[str, str]:
    """Return the guess for a set without its personal columns, which the import refuses."""
    header, *rows = csv.reader(one["table"].splitlines(keepends=True)[0:], delimiter="|")
    columns = pa.table(list(zip(*rows, strict=True)), clean_headers(header, []))
    columns = columns.drop_columns(clean_headers(one.get("personal", []), []))
    study = study_of(one.get("groups", []))
    return map_columns(table, columns.column_names, study, Options(), None, Sample(columns))


def score(table: Any, one: dict[str, Any]) -> Score:
    """Compare the guess for a set with the right mapping."""
    right = {f: clean_headers([h], [])[0] for f, h in one["right"].items()}
    got = mapping_of(table, one)
    if table == "areas":
        alone = "name_zh" if "name_zh" in got or "name_en" in right else "name_en"
        got = {"name" if f == alone else f: h for f, h in got.items()}
        right = {"name" if f == "name_zh" else f: h for f, h in right.items()}
    free = {*one.get("either", []), *NOT_COUNTED}
    missing = [f"{f}: {h!r}" for f, h in right.items() if f not in free and f not in got]
    wrong = [f"{f}: {h!r}, right is {right.get(f)!r}" for f, h in got.items() if f not in free and right.get(f) != h]
    return Score(f"{table} {one['id']}", one["held_out"], len(set(right) - free), missing, wrong)


def scores() -> list[Score]:
    """Score every set."""
    files = [tomllib.loads(p.read_text("utf-8")) for p in sorted(FOLDER.glob("*.toml"))]
    return [score(file["table"], one) for file in files for one in file["set"]]


@pytest.mark.parametrize("held_out", [False, True])
def test_headers_are_understood_and_seldom_misunderstood(held_out: bool) -> None:
    sets = [s for s in scores() if s.held_out is held_out]
    fields = sum(s.fields for s in sets)
    missing, wrong = sum(len(s.missing) for s in sets), sum(len(s.wrong) for s in sets)
    print(f"{len(sets)} sets, {fields} fields: {missing} without a header, {wrong} with a wrong one")
    for s in sets:
        print(*(f"{s.name}: {line}" for line in [*(f"no {m}" for m in s.missing), *s.wrong]), sep="\n", end="\n")
    assert fields > 180
