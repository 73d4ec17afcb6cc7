"""Closed and slow streets of tiny towns, with times by hand.

Blocks are 0.001 degrees along the equator and along meridians, 111.195 m, so 80 060 ms on foot at 5 km/h and 13 343 ms by car
at 30 km/h.
"""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import shapely

from geoservice.durable import building
from geoservice.errors import Conflict, NotFound, StudyError
from geoservice.network.build import build_network
from geoservice.network.closures import ClosedStreets, StreetClosure
from geoservice.network.graph import graph_digest, load_graph, read_index
from geoservice.network.snap import snap
from geoservice.network.source import kept_source
from geoservice.network.travel import UNREACHED, nearest
from geoservice.network.variants import KEPT, VARIANTS, StreetChanges, changed_network, closed_streets
from geoservice.progress import quiet

from .extracts import NODES, Ways, write_extract

WALK, DRIVE = 80_060, 13_343
STREET, PATH = {"highway": "residential"}, {"highway": "footway"}
SPEEDS = "[drive]\njunction_seconds = 0\nsignal_seconds = 0\n[drive.highway]\nresidential = 30\n"
LADDER: Ways = {
    # 13-14-15-16 above, 1-2-3-4 below, and between them the bridges 1-5-9-13 and 4-8-12-16
    1: ([1, 2, 3, 4], STREET),
    2: ([13, 14, 15, 16], STREET),
    3: ([1, 5, 9, 13], STREET),
    4: ([4, 8, 12, 16], STREET),
    5: ([2, 6], PATH),
}


def closure(what: str = "", **options: Any) -> StreetClosure:
    """Return a closure of the shape of a WKT text, or of ids such as ``w3 n5``."""
    if what[:1].isupper():
        return StreetClosure("x", ("walk", "drive"), shapes=np.array([shapely.from_wkt(what)], object), **options)
    ids = {letter: tuple(int(i[1:]) for i in what.split() if i[0] == letter) for letter in "wn"}
    return StreetClosure("x", ("walk", "drive"), ways=ids["w"], nodes=ids["n"], **options)


def build(folder: Path, ways: Ways = LADDER, node_tags: Any = None) -> Path:
    (folder / "speeds.toml").write_text(SPEEDS, encoding="utf-8")
    extract = write_extract(folder / "town.osm.pbf", ways, node_tags=node_tags)
    build_network(extract, folder / "net", ["walk", "drive"], folder / "speeds.toml", quiet)
    return folder / "net"


@pytest.fixture(scope="module")
def ladder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build(tmp_path_factory.mktemp("ladder"))


def changed(net: Path, *closures: StreetClosure, progress: Any = quiet, **changes: Any) -> Path:
    return changed_network(net, ["walk", "drive"], StreetChanges(closures, **changes), net.parent / "terrain", progress)


def blocks(net: Path, mode: str, a: int, b: int, block: int) -> float | None:
    """Return the time from node ``a`` to ``b`` in blocks, None if there is no way; both are at the street, without a walk."""
    graph = load_graph(net, mode)
    start, end = (snap(graph, *(np.array([c]) for c in NODES[n]), 1.0) for n in (a, b))
    if not (start.ok & end.ok).all():
        return None
    ms = int(nearest(graph, end, np.zeros(1, np.int32), start, 10**8, "to")[0][0])
    return None if ms == UNREACHED else round(ms / block, 3)


EAST_BRIDGE = "LINESTRING (0.0025 0.0015, 0.0035 0.0015)"
BOTH_BRIDGES = "LINESTRING (-0.001 0.0015, 0.004 0.0015)"
MIDDLE = "POLYGON ((0.0029 0.0012, 0.0031 0.0012, 0.0031 0.0018, 0.0029 0.0018, 0.0029 0.0012))"


@pytest.mark.parametrize(
    ("closures", "walk", "drive"),
    [
        # from node 4 to node 16 three blocks over the bridge in the east, nine over the one in the west
        ([], 3, 3),
        ([closure("w4")], 9, 9),
        ([closure(EAST_BRIDGE)], 9, 9),
        ([closure(MIDDLE)], 9, 9),
        ([closure("n8")], 9, 9),
        ([closure("n12 n8")], 9, 9),
        ([closure("w5")], 3, 3),
        ([closure(BOTH_BRIDGES)], None, None),
        ([closure("w4 w3")], None, None),
        ([closure("w4"), closure("n5")], None, None),
        ([closure("POLYGON ((-1 -1, 1 -1, 1 0.0005, -1 0.0005, -1 -1))")], None, None),  # node 4 has no street left
        # slower: twice is six blocks, four times would be twelve, so nine the other way round
        ([closure("w4", factor=2)], 6, 6),
        ([closure("w4", factor=2.5)], 7.5, 7.5),
        ([closure("w4", factor=4)], 9, 9),
        ([closure(EAST_BRIDGE, factor=2)], 4, 4),  # the middle block alone
        ([closure(EAST_BRIDGE, factor=4)], 6, 6),
        ([closure(BOTH_BRIDGES, factor=50)], 2 + 50, 2 + 50),
        ([closure("w4", factor=2), closure(EAST_BRIDGE, factor=3)], 7, 7),  # 2 + 3 + 2: the slowest counts
        ([closure("w4", factor=2), closure(EAST_BRIDGE)], 9, 9),
        # modes
        ([replace(closure("w4"), modes=("drive",))], 3, 9),
        ([replace(closure("n8"), modes=("walk",))], 9, 3),
        ([replace(closure("w4", factor=2), modes=("walk",))], 6, 3),
        ([replace(closure("w3"), modes=("drive",)), replace(closure("w4"), modes=("walk",))], 9, 3),
    ],
)
def test_times_from_south_to_north(
    ladder: Path, closures: list[StreetClosure], walk: float | None, drive: float | None
) -> None:
    named = [replace(c, id=f"c{i}") for i, c in enumerate(closures)]
    net = changed(ladder, *named)
    assert blocks(net, "walk", 4, 16, WALK) == walk
    assert blocks(net, "drive", 4, 16, DRIVE) == pytest.approx(drive, abs=0.001)


def test_a_polygon_that_meets_one_segment_leaves_the_rest_of_a_long_street(ladder: Path) -> None:
    net = changed(ladder, closure(MIDDLE))
    assert blocks(net, "walk", 4, 8, WALK) == 1
    assert blocks(net, "walk", 12, 16, WALK) == 1
    assert blocks(net, "walk", 8, 12, WALK) == 11
    graph = load_graph(net, "walk")
    # half way along the closed block; the nearest street is at either end of it, 55.29 m away on the ellipsoid
    point = snap(graph, np.array([0.003]), np.array([0.0015]), 100.0)
    assert point.metres[0] == pytest.approx(55.29, abs=0.01)
    assert not snap(graph, np.array([0.003]), np.array([0.0015]), 50.0).ok[0]


def test_a_closed_node_is_a_barrier_for_all_streets_that_meet_there(tmp_path: Path) -> None:
    net = build(tmp_path, {1: ([5, 6, 7], STREET), 2: ([2, 6, 10], STREET), 3: ([5, 9, 10], STREET)})
    assert blocks(net, "walk", 7, 10, WALK) == 2
    cut = changed(net, closure("n6"))
    assert blocks(cut, "walk", 7, 10, WALK) is None
    assert blocks(cut, "walk", 2, 10, WALK) is None
    assert blocks(cut, "walk", 5, 10, WALK) == 2


def test_what_a_closure_meets_is_in_the_index(ladder: Path) -> None:
    net = changed(ladder, closure("w5 n3 n6"), replace(closure(BOTH_BRIDGES), id="y"))
    met = closed_streets(read_index(net))
    assert met["x"] == {"walk": ClosedStreets(1, 111.2, 2), "drive": ClosedStreets(0, 0.0, 1)}
    assert met["y"] == dict.fromkeys(["walk", "drive"], ClosedStreets(2, 222.4, 0))
    assert closed_streets(read_index(ladder)) == {}


@pytest.mark.parametrize(("opened", "walk"), [(frozenset(), 9), (frozenset({"ford"}), 3), (frozenset({"tidal"}), 9)])
def test_a_study_opens_fords(tmp_path: Path, opened: frozenset[Any], walk: float) -> None:
    net = build(tmp_path, LADDER | {4: ([4, 8, 12, 16], STREET | {"ford": "yes"})})
    assert blocks(changed(net, open_hazards=opened), "walk", 4, 16, WALK) == walk
    assert blocks(changed(net, replace(closure("w1"), modes=("drive",)), open_hazards=opened), "walk", 4, 16, WALK) == walk


def test_hazards_that_the_table_of_speeds_opens_need_no_other_network(tmp_path: Path) -> None:
    (tmp_path / "open.toml").write_text('open_hazards = ["ford", "tidal"]\n', encoding="utf-8")
    extract = write_extract(tmp_path / "town.osm.pbf", LADDER)
    build_network(extract, tmp_path / "net", ["walk", "drive"], tmp_path / "open.toml", quiet)
    assert changed(tmp_path / "net", open_hazards=frozenset({"ford"})) == tmp_path / "net"
    assert changed(tmp_path / "net", open_hazards=frozenset({"winter_road"})) != tmp_path / "net"


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        (closure("w99"), r"study\.toml: closures\.x\.osm: no street of town\.osm\.pbf has w99"),
        (closure("w4 n99 n98"), r"closures\.x\.osm: no street of town\.osm\.pbf has n99, n98"),
        (
            closure("LINESTRING (5 5, 6 6)"),
            r"closures\.x: it meets no street of town\.osm\.pbf .* walk, drive; check its place",
        ),
        (replace(closure("w5"), modes=("drive",)), r"closures\.x: it meets no street .* open to drive; check their ids"),
        (replace(closure("n6"), modes=("drive",)), r"closures\.x: it meets no street .* open to drive; check their ids"),
        (
            closure("POLYGON ((-1 -1, 1 -1, 1 1, -1 1, -1 -1))"),
            r"closures: no street of town\.osm\.pbf is left open to .* walk by x",
        ),
    ],
)
def test_closures_that_cannot_be_meant_are_refused(ladder: Path, wrong: StreetClosure, message: str) -> None:
    before = {f.name for f in ladder.iterdir()}
    with pytest.raises(StudyError, match=message):
        changed(ladder, wrong)
    assert {f.name for f in ladder.iterdir()} == before, "nothing half-built"


@pytest.mark.parametrize(
    ("what", "ways", "node_tags"),
    [
        ("w4", {k: v for k, v in LADDER.items() if k != 4}, None),
        ("w3 w5", {k: v for k, v in LADDER.items() if k not in (3, 5)}, None),
        (EAST_BRIDGE, LADDER | {4: ([4, 8], STREET), 40: ([12, 16], STREET)}, None),
        ("n8", LADDER, {8: {"barrier": "wall"}}),
        ("n4 n9", LADDER, {4: {"barrier": "wall"}, 9: {"barrier": "fence"}}),
    ],
)
def test_a_closure_gives_the_graphs_of_an_extract_without_the_street(
    ladder: Path, tmp_path: Path, what: str, ways: Ways, node_tags: Any
) -> None:
    variant, other = changed(ladder, closure(what)), build(tmp_path, ways, node_tags)
    for mode in ("walk", "drive"):
        assert graph_digest(load_graph(variant, mode)) == graph_digest(load_graph(other, mode))


class Stages(list[str]):
    """A progress function that remembers the stages."""

    def __call__(self, stage: str, _fraction: float) -> None:
        self.append(stage)


def test_a_variant_is_built_once(tmp_path: Path) -> None:
    net = build(tmp_path)
    first, second = Stages(), Stages()
    variant = changed(net, closure("w4 w3"), progress=first)
    assert "reading streets" in first
    assert changed(net, closure("w3 w4"), progress=second) == variant
    assert second == []
    others = [replace(closure("w4 w3"), modes=("walk",)), closure("w4 w3", factor=2), closure("w4"), closure("n5")]
    assert len({variant, *(changed(net, c) for c in others)}) == 1 + len(others)


def test_without_changes_it_is_the_network_itself(tmp_path: Path) -> None:
    net = build(tmp_path)
    digest = read_index(net)["digest"]
    assert changed(net) == net
    variant = changed(net, replace(closure("w4"), modes=("drive",)))
    assert read_index(net)["digest"] == digest != read_index(variant)["digest"]
    digests = {m: {graph_digest(load_graph(n, m)) for n in (net, variant)} for m in ("walk", "drive")}
    assert [len(digests[m]) for m in ("walk", "drive")] == [1, 2], "what is closed to cars changes nothing on foot"


def test_a_damaged_variant_is_built_again(tmp_path: Path) -> None:
    net = build(tmp_path)
    variant = changed(net, closure("w4"))
    (variant / "walk" / "forward_ms.npy").write_bytes(b"")
    assert changed(net, closure("w4")) == variant
    assert blocks(variant, "walk", 4, 16, WALK) == 9


def test_few_variants_are_kept_and_none_over_a_new_import(tmp_path: Path) -> None:
    net = build(tmp_path)
    variants = net / read_index(net)["build"] / VARIANTS
    made = [changed(net, closure("w4", factor=2 + n)).name for n in range(KEPT + 2)]
    assert {f.name for f in variants.iterdir()} == set(made[-KEPT:])
    build(tmp_path, LADDER | {6: ([3, 7], STREET)})
    assert not variants.exists()


def test_a_variant_needs_the_extract_the_mode_and_the_lock(tmp_path: Path) -> None:
    net = build(tmp_path)
    with pytest.raises(NotFound, match="no mode 'cycle'"):
        changed_network(net, ["walk", "cycle"], StreetChanges((closure("w4"),)), tmp_path / "terrain", quiet)
    with building(net, "street network"), pytest.raises(Conflict):
        changed(net, closure("w4"))
    kept_source(net).extract.unlink()
    with pytest.raises(NotFound, match="was not kept"):
        changed(net, closure("w4"))


def test_closed_streets_bind_no_turn(tmp_path: Path) -> None:
    """A turn restriction over a closed street bans nothing."""
    restriction = {
        20: ([("w", 1, "from"), ("n", 2, "via"), ("w", 2, "to")], {"type": "restriction", "restriction": "only_left_turn"})
    }
    ways: Ways = {1: ([1, 2], STREET), 2: ([2, 6], STREET), 3: ([2, 3], STREET), 4: ([6, 7, 3], STREET)}
    (tmp_path / "speeds.toml").write_text(SPEEDS, encoding="utf-8")
    extract = write_extract(tmp_path / "town.osm.pbf", ways, restriction)
    build_network(extract, tmp_path / "net", ["walk", "drive"], tmp_path / "speeds.toml", quiet)
    assert blocks(tmp_path / "net", "drive", 1, 3, DRIVE) == pytest.approx(4, abs=0.001)
    assert blocks(changed(tmp_path / "net", closure("w2")), "drive", 1, 3, DRIVE) == pytest.approx(2, abs=0.001)
