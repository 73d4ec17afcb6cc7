"""The texts of classes on pages begin with the title of the class of the analysis."""

import pytest

from geoservice.analysis.trend.labels import CLASSES
from geoservice.number_text import CLASSES as TEXTS


@pytest.mark.parametrize("code", [c for c in CLASSES if c])
def test_an_emerging_class_is_called_as_in_the_analysis(code: int) -> None:
    text = TEXTS["emerging_class"][code]
    assert text.zh.startswith(CLASSES[code].title["zh"])
    assert text.en.startswith(CLASSES[code].title["en"].lower())
    assert len(TEXTS["emerging_class"]) == len(CLASSES) == 17
