"""Pyramids table: persons by area, date, sex and age group."""

import numpy as np
import pandas as pd
import pyarrow as pa

from geoservice.age_labels import AgeLabel, age_label, narrowest_groups
from geoservice.geo import Bools, Objects
from geoservice.ingest import value_vocabulary
from geoservice.ingest.area_codes import area_codes
from geoservice.ingest.column_values import ColumnValues
from geoservice.ingest.columns import require
from geoservice.ingest.date_periods import to_day_or_year
from geoservice.ingest.population import MAX_PERSONS
from geoservice.ingest.table_builder import BuildContext, BuiltTable, Columns, finish
from geoservice.ingest.values import floats_or_null

MAX_AGE = 130
ALLOWED_AGE = "an age group such as 0-4, 5-9岁 or 85+"
TOTAL = AgeLabel("all", 0, None)
"""The label of a row with people of all ages, which is left out."""


def build_pyramids(cells: ColumnValues, context: BuildContext) -> BuiltTable:
    """Return the pyramids table.

    Of age groups that overlap, the narrowest are kept, and rows of all ages are left out; rows of an area, date and sex whose
    ages do not follow one another from 0 to an open group are rejected.
    """
    by_label = "age" in cells.mapping or "age_from" not in cells.mapping
    ages = ("age",) if by_label else ("age_from", "age_to")
    require("pyramids", cells.mapping, cells.raw.columns.column_names, ("area", "date", *ages, "persons"))
    area = area_codes(cells, context.areas, context.crosswalk)
    date = cells.parsed("date", to_day_or_year, "a year such as 2020, a month 202011 or a day", required=True)
    labels = _labels(cells) if by_label else _bounds(cells)
    sex = _sexes(cells, labels)
    persons = cells.number("persons", 0, MAX_PERSONS, unit="persons", required=True)
    margin = cells.number("persons_margin", 0, MAX_PERSONS, unit="persons")
    groups = [None if v is None else v._replace(sex="all") for v in labels]
    frame = pd.DataFrame({"area": area.to_numpy(zero_copy_only=False), "date": date, "sex": sex})
    frame["label"] = pd.Series(groups, dtype=object)
    kept = _kept(cells, frame, ages[0])
    columns: Columns = {
        "area": area,
        "date": pa.array(date, pa.date32()),
        "sex": pa.array(sex, pa.string()),
        "age_from": pa.array([0 if v is None else v.first for v in labels], pa.int32()),
        "age_to": pa.array([None if v is None else v.last for v in labels], pa.int32()),
        "persons": persons,
        "persons_margin": floats_or_null(margin),
        "source": cells.text("source"),
    }
    rows = finish("pyramids", columns, cells)
    return BuiltTable(rows.filter(pa.array(kept[~cells.rejects.bad])), "")


def _labels(cells: ColumnValues) -> Objects:
    """Return the age group of each row from its label, None where rejected."""

    def parse(text: str) -> AgeLabel:
        if text.lower() in value_vocabulary.SEX and value_vocabulary.SEX[text.lower()] == "all":
            return TOTAL
        label = age_label(text)
        if label is None or max(label.first, label.last or 0) > MAX_AGE:
            raise ValueError(text)
        return label

    return cells.parsed("age", parse, ALLOWED_AGE, required=True)


def _bounds(cells: ColumnValues) -> Objects:
    """Return the age group of each row from its first and last year, None where rejected."""
    first, _ = cells.integer("age_from", 0, MAX_AGE, unit="years", required=True)
    last, is_open = cells.integer("age_to", 0, MAX_AGE, unit="years")
    cells.reject((last < first) & ~is_open & ~cells.rejects.bad, "age_to", "below age_from", "age_from or more, empty if open")
    labels = np.full(len(cells), None, object)
    for i in np.flatnonzero(~cells.rejects.bad):
        labels[i] = AgeLabel("all", int(first[i]), None if is_open[i] else int(last[i]))
    return labels


def _sexes(cells: ColumnValues, labels: Objects) -> Objects:
    """Return the sex of each row: that of the column, else that of the label of ages, else all."""
    stated = cells.choice("sex", value_vocabulary.SEX)
    of_label = np.array(["all" if v is None else v.sex for v in labels], object)
    differ = np.array([s is not None and "all" not in (s, v) and s != v for s, v in zip(stated, of_label, strict=True)], bool)
    cells.reject(differ, "sex", "not the sex of the age group in the same row", "the same sex in both")
    return np.where((of_label == "all") & ~pd.isna(stated), stated, of_label)


def _kept(cells: ColumnValues, frame: pd.DataFrame, column: str) -> Bools:
    """Return which rows are kept; rows of an area, date and sex with repeated or missing ages are rejected."""
    total = np.array([v == TOTAL for v in frame["label"]], bool)
    labels = [None if v is None or v == TOTAL else f"{v.first}-{v.last}" for v in frame["label"]]
    cells.unique(["area", "date", "sex", column], [*(frame[c].to_numpy(object) for c in ("area", "date", "sex")), labels])
    kept, missing, reasons = ~total, np.zeros(len(frame), bool), dict[int, str]()
    complete = frame[~cells.rejects.bad & ~total]
    for _, rows in complete.groupby(["area", "date", "sex"], sort=False):
        groups, gap = narrowest_groups(rows["label"])
        kept[rows.index] = rows["label"].isin(groups)
        if gap:
            missing[rows.index] = True
            reasons |= dict.fromkeys(map(int, rows.index), f"no age group of this area, date and sex for {gap}")
    ordered = [reasons[int(i)] for i in np.flatnonzero(missing)]
    cells.reject(missing, column, ordered, "the ages from 0 to an open group such as 85+")
    if left_out := int((~kept & ~cells.rejects.bad).sum()):
        cells.notes.append(f"{left_out} rows of all ages, or of wider age groups that overlap narrower ones, were left out")
    return kept
