"""The table of modes, and the other places that have something for each mode."""

import json
import tomllib
from pathlib import Path

import pytest
from pydantic import TypeAdapter, ValidationError

from geoservice.labels import MODE_LABELS
from geoservice.modes import MODES
from geoservice.network.speeds import DEFAULTS, read_speeds
from geoservice.study import Mode

LOCALES = Path(__file__).parents[1] / "geoservice" / "web" / "src" / "locales"


def test_every_mode_has_speeds():
    of_all = {"never", "open_hazards", "country", "countries", "ferry"}
    assert set(tomllib.loads(DEFAULTS.read_text("utf-8"))) - of_all == set(MODES)
    assert all(read_speeds().of(mode).highway for mode in MODES)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_page_calls_modes_as_the_tables_do(language):
    words = json.loads((LOCALES / f"{language}.json").read_text("utf-8"))["mode"]
    assert {k: v.lower() for k, v in words.items()} == {k: getattr(label, language) for k, label in MODE_LABELS.items()}


def test_a_study_accepts_these_modes_only():
    mode = TypeAdapter(Mode)
    assert [mode.validate_python(m) for m in MODES] == list(MODES)
    assert mode.json_schema()["enum"] == list(MODES)
    with pytest.raises(ValidationError, match="allowed are walk, cycle, ebike, drive"):
        mode.validate_python("swim")
