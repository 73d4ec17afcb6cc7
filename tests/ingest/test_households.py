"""Households whose location has a coarse precision."""

from collections.abc import Callable

import pytest
from few_rows import households

from geoservice.ingest import Report
from geoservice.register import Register

Load = Callable[..., Report]


@pytest.mark.parametrize(
    ("word", "area"), [("点", "V"), ("street", "V"), ("村", "V"), ("乡镇", "T"), ("township", "T"), ("区县", "C")]
)
def test_a_household_lives_in_the_area_that_its_precision_reaches(
    load: Load, register: Register, places: Callable[..., str], box: Callable[..., object], word: str, area: str
) -> None:
    ground = box(116.9, 30.5, 117.1, 30.7)
    levels = (("C", "县", None), ("T", "镇", "C"), ("V", "村", "T"))
    load("areas", "a.geojson", places(*(({"code": c, "name": c, "level": v, "parent": p}, ground) for c, v, p in levels)))
    report = load("households", "h.csv", households("精度", word))
    first, second = sorted(register.read("households").to_pylist(), key=lambda r: -int(r["persons"]))
    assert (first["residence_area"], second["residence_area"]) == (area, "V")
    noted = any(n.startswith("1 households are located only to their village, township or county") for n in report.notes)
    assert noted == (word not in {"点", "street"})
