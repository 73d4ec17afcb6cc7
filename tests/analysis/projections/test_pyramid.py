import numpy as np
import pytest

from geoservice.age_labels import age_label
from geoservice.analysis.projections.pyramid import AgeGroups
from geoservice.analysis.projections.pyramid_columns import pyramid_columns
from geoservice.errors import InputError, MissingColumn, ParameterError

FIVES = [f"{a}-{a + 4}" for a in range(0, 85, 5)]


@pytest.mark.parametrize(
    ("name", "label"),
    [
        ("0-4", ("all", 0, 4)),
        ("0—4岁", ("all", 0, 4)),
        ("０～４岁", ("all", 0, 4)),
        ("5至9岁人口", ("all", 5, 9)),
        ("85+", ("all", 85, None)),
        ("85岁及以上", ("all", 85, None)),
        ("90岁以上女", ("female", 90, None)),
        ("85 and over", ("all", 85, None)),
        ("AGES_85P", ("all", 85, None)),
        ("over_65", ("all", 65, None)),
        ("under_5", ("all", 0, 4)),
        ("不满5岁", ("all", 0, 4)),
        ("male_5_9", ("male", 5, 9)),
        ("Females aged 10 to 14", ("female", 10, 14)),
        ("男0-4岁", ("male", 0, 4)),
        ("pop2020_f_15_19", ("female", 15, 19)),
        ("0岁", ("all", 0, 0)),
        ("age 37", ("all", 37, 37)),
    ],
)
def test_labels(name, label) -> None:
    assert tuple(age_label(name)) == label


@pytest.mark.parametrize("name", ["persons", "总人口", "code", "beds_10_20", "9-5", "rooms 3", "2020", ""])
def test_columns_that_are_not_ages(name) -> None:
    assert age_label(name) is None


def test_single_years_are_added_up() -> None:
    columns = pyramid_columns([*(f"{s}_{a}" for s in ("m", "f") for a in range(100)), "f_100+", "m_100+"])
    assert columns.ages == AgeGroups(5, 100)
    assert columns.sexes == ("female", "male")
    table = {n: [float(i)] for i, s in enumerate(columns.columns) for g in s for n in g}
    assert columns.read(table).tolist() == [[[0.0] * 21, [5.0] * 20 + [1.0]]]


def test_columns_by_sex_are_preferred_if_complete() -> None:
    by_sex = [f"{s}_{a}" for s in ("male", "female") for a in (*FIVES, "85+")]
    both = [*FIVES, "85+"]
    assert pyramid_columns(both + by_sex).sexes == ("female", "male")
    assert pyramid_columns(both + by_sex[:-1]).sexes == ("all",)


def test_wider_groups() -> None:
    columns = pyramid_columns([f"{a}-{a + 9}" for a in range(0, 80, 10)] + ["80+"])
    assert columns.ages == AgeGroups(10, 80)


@pytest.mark.parametrize(
    ("names", "error", "message"),
    [
        (["town"], MissingColumn, "the ages from 0"),
        (FIVES, MissingColumn, "the ages from 85"),
        (["0-4", "10-14", "15+"], MissingColumn, "the ages from 5"),
        (["0-6", "7-14", "15+"], InputError, "multiple of 8"),
        (["0-5", "6-9", "10-17", "18-23", "24+"], InputError, "column 6-9 crosses"),
        (["m_0-4", "m_5+", "f_0-4", "f_5-9", "f_10+"], InputError, r"open age groups from \[5, 10\]"),
    ],
)
def test_columns_that_make_no_pyramid(names, error, message) -> None:
    with pytest.raises(error, match=message):
        pyramid_columns(names)


def test_spans_and_steps() -> None:
    ages = AgeGroups(5, 85)
    assert ages.labels == (*FIVES, "85+")
    assert ages.span(65, None) == slice(13, 18)
    assert ages.span(85, None) == slice(17, 18)
    assert np.arange(18)[ages.span(15, 49)].tolist() == [3, 4, 5, 6, 7, 8, 9]
    for first, last in ((3, 9), (0, 90), (85, 89), (10, 9)):
        with pytest.raises(ParameterError, match="not made of whole age groups"):
            ages.span(first, last)
    assert ages.shift(10) == 2
    with pytest.raises(ParameterError, match="open group starts at 83"):
        AgeGroups(5, 83)
