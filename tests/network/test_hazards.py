"""Fords, tidal ways and winter roads: closed, unless the table of speeds opens them."""

import pytest
from passages import node_letters, way_letters

from geoservice.errors import StudyError
from geoservice.network.speeds import read_speeds

TABLE = read_speeds()
MODES = ("walk", "cycle", "drive")


@pytest.mark.parametrize(
    ("tags", "hazard", "closed"),
    [
        ("ford=yes", "ford", "xx xx xx"),
        ("ford=boat", "ford", "xx xx xx"),
        ("ford=stepping_stones", "ford", "oo xx xx"),
        ("tidal=yes", "tidal", "xx xx xx"),
        ("winter_road=yes", "winter_road", "xx xx xx"),
        ("ice_road=yes", "winter_road", "xx xx xx"),
        ("seasonal=winter", "winter_road", "xx xx xx"),
    ],
)
def test_a_way_with_a_hazard_is_closed_unless_the_table_opens_it(tags: str, hazard: str, closed: str) -> None:
    way = f"highway=residential {tags}"
    others = {"ford", "tidal", "winter_road"} - {hazard}
    assert way_letters(way, TABLE, MODES) == closed
    assert way_letters(way, TABLE.model_copy(update={"open_hazards": frozenset(others)}), MODES) == closed
    assert way_letters(way, TABLE.model_copy(update={"open_hazards": frozenset({hazard})}), MODES) == "oo oo oo"


@pytest.mark.parametrize("tags", ["ford=no", "tidal=no", "winter_road=no", "ice_road=no", "seasonal=yes", "seasonal=summer"])
def test_a_way_without_a_hazard_is_open(tags: str) -> None:
    assert way_letters(f"highway=residential {tags}", TABLE, MODES) == "oo oo oo"


@pytest.mark.parametrize(
    ("tags", "closed"),
    [
        ("ford=yes", "xxx"),
        ("highway=ford", "xxx"),
        ("ford=stepping_stones", "oxx"),
        ("ford=no", "ooo"),
        ("ford=yes foot=yes", "xxx"),
    ],
)
def test_a_ford_on_a_node(tags: str, closed: str) -> None:
    assert node_letters(tags, TABLE) == closed
    assert node_letters(tags, TABLE.model_copy(update={"open_hazards": frozenset({"ford"})})) == "ooo"


def test_a_file_of_the_user_opens_fords(tmp_path) -> None:
    file = tmp_path / "dry.toml"
    file.write_text('open_hazards = ["ford"]\n', encoding="utf-8")
    assert way_letters("highway=track ford=yes", read_speeds(file), MODES) == "oo oo xx"
    file.write_text('open_hazards = ["mud"]\n', encoding="utf-8")
    with pytest.raises(StudyError, match=r"dry\.toml: open_hazards"):
        read_speeds(file)
