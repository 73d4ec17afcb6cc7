"""A template is imported as it is: every header is recognised, and its own examples are accepted, in both languages."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook, load_workbook

from geoservice.errors import InputError, ParameterError
from geoservice.geocode.add import add_file
from geoservice.geocode.place_table import SOURCE_KINDS
from geoservice.geocode.sources.tables import KINDS as PLACE_WORDS
from geoservice.geocode.sources.tables import fields_of as gazetteer_fields
from geoservice.ingest.candidates import candidate_fields, read_candidates
from geoservice.ingest.columns import fields_of
from geoservice.ingest.header_vocabulary import Fields
from geoservice.ingest.report import Options
from geoservice.ingest.template import KINDS, TemplateColumn, template
from geoservice.ingest.template_workbook import write_template
from geoservice.project import Project
from geoservice.schema import TABLES
from geoservice.study import Study

Load = Callable[..., Any]
LANGUAGES = ("zh", "en")
NOT_IN_TEMPLATES = {"coordinates", "wkt", "h3", "code_system", "age_from", "age_to"}
"""Columns of files from elsewhere: a position in another form, ages in two columns, an option of the command."""


def fields(kind: Any, study: Study) -> Fields:
    if kind in TABLES:
        return fields_of(kind, study)
    return candidate_fields() if kind == "candidates" else gazetteer_fields(kind)


def filled(columns: Sequence[TemplateColumn], language: Any, path: Path) -> Path:
    """Write a template and fill its first sheet with the examples of its second one."""
    write_template(columns, language, path)
    book: Workbook = load_workbook(path)
    data, explained = book.worksheets
    examples = [[cell.value for cell in row[5:]] for row in explained.iter_rows(min_row=2)]
    for row in zip(*examples, strict=True):
        data.append(row)
    book.save(path)
    return path


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", KINDS)
def test_a_template_has_every_column_that_is_imported(kind: Any, language: Any, study: Study) -> None:
    columns = template(kind, language, study)
    assert {c.field for c in columns} | NOT_IN_TEMPLATES >= set(fields(kind, study))
    assert len({c.header for c in columns}) == len(columns)
    assert all(c.header and c.meaning and c.allowed and c.examples for c in columns)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", [k for k in KINDS if k in TABLES])
def test_the_examples_of_a_table_are_imported_and_every_column_is_recognised(
    kind: Any, language: Any, study: Study, project: Project, areas: None, load: Load, tmp_path: Path
) -> None:
    columns = template(kind, language, study, project.read("areas"))
    path = filled(columns, language, tmp_path / f"{kind}.xlsx")
    report = load(kind, path.name)
    assert dict(report.mapping) == {c.field: c.header for c in columns}
    assert (report.rows_accepted, report.rows_rejected, report.unused) == (max(len(c.examples) for c in columns), 0, ())
    assert report.layer == ("填写" if language == "zh" else "data")


@pytest.mark.parametrize("kind", [k for k in KINDS if k in TABLES])
def test_needed_columns_are_needed_and_the_others_are_not(
    kind: Any, study: Study, project: Project, areas: None, load: Load, tmp_path: Path
) -> None:
    columns = template(kind, "zh", study, project.read("areas"))
    needed = [c for c in columns if c.required]
    assert load(kind, filled(needed, "zh", tmp_path / f"{kind}.xlsx").name, dry_run=True).refusal is None
    for column in needed:
        path = filled([c for c in needed if c != column], "zh", tmp_path / f"{column.field}.xlsx")
        with pytest.raises(InputError, match=rf"{column.field}|longitude and latitude|coordinates"):
            load(kind, path.name, dry_run=True)


@pytest.mark.parametrize("language", LANGUAGES)
def test_examples_of_candidates_are_read(language: Any, tmp_path: Path, project: Project, areas: None) -> None:
    columns = template("candidates", language, None, project.read("areas"))
    rows = read_candidates(filled(columns, language, tmp_path / "c.xlsx"), None).to_pylist()
    assert [(r["id"], r["cost"], r["capacity"], r["forced"]) for r in rows] == [("C0001", 1.0, 5000.0, False)]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", SOURCE_KINDS)
def test_examples_of_tables_of_the_gazetteer_are_added(
    kind: Any, language: Any, study: Study, project: Project, areas: None, tmp_path: Path
) -> None:
    columns = template(kind, language, study, project.read("areas"))
    path = filled(columns, language, tmp_path / f"{kind}.xlsx")
    report = add_file(project, study, path, kind, Options(), lambda stage, fraction: None)
    assert dict(report.mapping) == {c.field: c.header for c in columns}
    assert (report.rows_accepted, report.rows_rejected, report.unused) == (1, 0, ())


@pytest.mark.parametrize("language", LANGUAGES)
def test_words_of_choices_of_the_gazetteer_are_known(language: Any) -> None:
    kinds = next(c for c in template("places", language) if c.field == "kind")
    words = kinds.allowed.split("、" if language == "zh" else ", ")
    assert set(map(PLACE_WORDS.get, words)) == set(PLACE_WORDS.values())


@pytest.mark.parametrize("kind", KINDS)
def test_no_cell_is_a_formula(kind: Any, study: Study, tmp_path: Path) -> None:
    risky = study.model_dump()
    risky["groups"][0]["title"] = {"zh": "=1+1", "en": "@SUM(A1)"}
    risky["services"][0]["title"] = {"zh": "=HYPERLINK(1)", "en": "+A1"}
    for language in LANGUAGES:
        path = tmp_path / f"{language}.xlsx"
        write_template(template(kind, language, Study.model_validate(risky)), language, path)  # type: ignore[arg-type]
        for sheet in load_workbook(path).worksheets:
            cells = [cell for row in sheet.iter_rows() for cell in row if cell.value is not None]
            assert {cell.data_type for cell in cells} == {"s"}
            assert not [cell.value for cell in cells if str(cell.value)[:1] in "=@+"]


def test_a_group_whose_title_is_no_header_is_named_by_its_id(study: Study) -> None:
    told = study.model_dump()
    told["groups"] = [
        {"id": "a", "title": {"zh": "经度", "en": "Longitude"}},
        {"id": "b", "title": {"zh": "同名", "en": "Same"}},
        {"id": "c", "title": {"zh": "同名", "en": "Same"}},
    ]
    columns = template("households", "zh", Study.model_validate(told))
    assert [c.header for c in columns[-3:]] == ["a", "b", "c"]


def test_an_unknown_kind_is_refused() -> None:
    with pytest.raises(ParameterError, match="kind: got 'people', allowed are areas, stations, households"):
        template("people", "zh")
