"""What a release says about slopes."""

from pathlib import Path
from typing import Any

import pytest

from geoservice.network.terrain import INDEX
from geoservice.pipeline.slope_notes import input_digests, outdated_notes, slope_notes

USED = {"digest": "t1", "sources": ["N30E116.hgt", "N30E117.hgt"], "unknown": 0.025}


@pytest.mark.parametrize("terrain", [None, USED | {"unknown": 1.0}])
def test_without_terrain_the_release_says_so(terrain: Any) -> None:
    (note,) = slope_notes(["walk", "drive", "ebike"], {"digest": "n", "terrain": terrain})
    assert note.zh == "没有地形数据，坡度未计入（步行、电动自行车）。"
    assert note.en == "Slope is not counted, there is no terrain (walking, e-bike)."


def test_with_terrain_the_release_names_it() -> None:
    (note,) = slope_notes(["walk"], {"digest": "n", "terrain": USED})
    assert note.zh == "坡度已计入（步行），高程来自N30E116.hgt、N30E117.hgt；2.5%的道路没有高程，按平路计算。"
    assert note.en == (
        "Slope is counted (walking), from N30E116.hgt, N30E117.hgt; 2.5% of the streets have no elevation and count as flat."
    )


def test_a_study_of_driving_needs_no_note() -> None:
    assert slope_notes(["drive"], {"digest": "n", "terrain": USED}) == slope_notes(["drive"], {"digest": "n"}) == ()


def test_digests_of_the_inputs() -> None:
    assert input_digests({"digest": "n", "terrain": USED}) == {"network": "n", "terrain": "t1"}
    assert input_digests({"digest": "n"}) == {"network": "n"}


@pytest.mark.parametrize(
    ("present", "used", "notes"), [(None, None, 0), ("t1", USED, 0), ("t2", USED, 1), ("t1", None, 1), (None, USED, 1)]
)
def test_a_network_of_other_terrain_is_noted(tmp_path: Path, present: str | None, used: Any, notes: int) -> None:
    if present:
        (tmp_path / INDEX).write_text(f'{{"format": 1, "grid": {{}}, "digest": "{present}", "sources": []}}', encoding="utf-8")
    assert len(outdated_notes({"terrain": used}, tmp_path)) == notes
