"""Builds: their report, their determinism, and what remains after a killed or failed build."""

import fcntl
from pathlib import Path

import numpy as np
import osmium
import pytest

from geoservice.errors import Conflict, NetworkError, NotFound, UnreadableFile
from geoservice.network.build import build_network
from geoservice.network.check import check_network
from geoservice.network.graph import ARRAYS, graph_digest, load_graph, read_index, release_pages
from geoservice.network.peak import slowed
from geoservice.progress import quiet

NODES = {1: (117.0, 30.5), 2: (117.01, 30.5), 3: (117.02, 30.5), 4: (117.02, 30.51), 5: (117.2, 30.5), 6: (117.21, 30.5)}
WAYS = {
    10: ([1, 2, 3], {"highway": "residential"}),
    11: ([3, 4], {"highway": "service"}),
    12: ([5, 6], {"highway": "residential"}),  # an island
    13: ([4, 1], {"highway": "primary", "oneway": "yes"}),
    14: ([3, 99], {"highway": "residential"}),  # leaves the extract
}


def write_osm(path: Path, ways: dict[int, tuple[list[int], dict[str, str]]] = WAYS) -> Path:
    with osmium.SimpleWriter(str(path), overwrite=True) as out:
        for ref, place in NODES.items():
            out.add_node(osmium.osm.mutable.Node(id=ref, location=place))
        for ref, (nodes, tags) in ways.items():
            out.add_way(osmium.osm.mutable.Way(id=ref, nodes=nodes, tags=tags))
    return path


@pytest.fixture
def extract(tmp_path: Path) -> Path:
    return write_osm(tmp_path / "town.osm.pbf")


def test_the_report_counts_streets_and_parts(extract: Path, tmp_path: Path) -> None:
    report = build_network(extract, tmp_path / "net", ["drive", "walk"], None, quiet)
    drive = report.modes["drive"]
    assert (drive.osm_nodes, drive.segments, drive.components, drive.large_components, report.streets.ways_cut) == (
        6,
        5,
        2,
        1,
        1,
    )
    island = 0.958  # 0.01 degree at 30.5 north, shorter than a kilometre
    assert drive.km - drive.km_large == pytest.approx(island, abs=0.002)
    assert drive.km_large == pytest.approx(2 * island + 1.112 + 2.215, abs=0.01)
    assert [line.split(":")[0] for line in report.lines()] == ["walk", "drive", "streets", "places", "slope"]
    assert "1 connected parts with 5.2 km, and 1 small ones with 1.0 km" in report.lines()[1]
    index = read_index(tmp_path / "net")
    assert index["digest"] == report.digest
    assert index["modes"]["drive"]["report"] == drive.as_dict()


def test_a_graph_reads_its_files_again_after_its_memory_was_given_back(extract: Path, tmp_path: Path) -> None:
    build_network(extract, tmp_path / "net", ["walk"], None, quiet)
    graph = load_graph(tmp_path / "net", "walk")
    before = graph_digest(graph)
    release_pages(graph)
    assert _resident_kb(tmp_path / "net") == 0
    assert graph_digest(graph) == before
    assert _resident_kb(tmp_path / "net") > 0
    release_pages(slowed(graph, 1.5))  # some of its arrays are not mapped


def _resident_kb(folder: Path) -> int:
    """Return how much of the files in a folder is in this process's memory."""
    total, own = 0, False
    for line in Path("/proc/self/smaps").read_text().splitlines():
        if not line.split()[0].endswith(":"):
            own = str(folder) in line
        elif own and line.startswith("Rss:"):
            total += int(line.split()[1])
    return total


def test_contraction_by_hand(extract: Path, tmp_path: Path) -> None:
    build_network(extract, tmp_path / "net", ["walk", "drive"], None, quiet)
    walk, drive = load_graph(tmp_path / "net", "walk"), load_graph(tmp_path / "net", "drive")
    assert (walk.junctions, walk.edges) == (3, 2)  # a ring on foot, and the island
    assert sorted(drive.osm_id.tolist()) == [1, 3, 4, 5, 6]  # the one-way street and the service way begin or end there
    assert min(drive.ms_backward.tolist()) == -1
    assert graph_digest(drive) == read_index(tmp_path / "net")["modes"]["drive"]["digest"]


def test_the_same_streets_give_the_same_digest(extract: Path, tmp_path: Path) -> None:
    first = build_network(extract, tmp_path / "a", ["walk", "drive"], None, quiet)
    turned = write_osm(tmp_path / "turned.osm.pbf", dict(zip(WAYS, reversed(WAYS.values()), strict=True)))
    assert build_network(turned, tmp_path / "b", ["drive", "walk"], None, quiet).digest == first.digest
    assert build_network(extract, tmp_path / "a", ["walk", "drive"], None, quiet).digest == first.digest


def test_a_new_build_replaces_the_old_and_open_maps_live_on(extract: Path, tmp_path: Path) -> None:
    net = tmp_path / "net"
    build_network(extract, net, ["walk"], None, quiet)
    old = load_graph(net, "walk")
    before = old.lon.tolist()
    fewer = write_osm(tmp_path / "fewer.osm.pbf", {10: WAYS[10]})
    build_network(fewer, net, ["walk"], None, quiet)
    assert load_graph(net, "walk").nodes == 2
    assert old.lon.tolist() == before
    assert len([p for p in net.iterdir() if p.is_dir()]) == 1


def test_a_failed_build_leaves_the_old_one(extract: Path, tmp_path: Path) -> None:
    net = tmp_path / "net"
    digest = build_network(extract, net, ["walk"], None, quiet).digest

    def killed(stage: str, _fraction: float) -> None:
        if stage == "building":
            return
        if stage.startswith("building"):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        build_network(extract, net, ["walk", "drive"], None, killed)
    assert read_index(net)["digest"] == digest
    assert load_graph(net, "walk").edges == 2
    (net / ".building").mkdir(exist_ok=True)
    assert build_network(extract, net, ["walk"], None, quiet).digest == digest
    assert not (net / ".building").exists()


def test_two_builders_do_not_meet(extract: Path, tmp_path: Path) -> None:
    net = tmp_path / "net"
    net.mkdir()
    with (net / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with pytest.raises(Conflict):
            build_network(extract, net, ["walk"], None, quiet)


def test_arrays_are_mapped_and_read_only(extract: Path, tmp_path: Path) -> None:
    build_network(extract, tmp_path / "net", ["drive"], None, quiet)
    graph = load_graph(tmp_path / "net", "drive")
    for name in ARRAYS:
        assert not getattr(graph, name).flags.writeable
    assert np.isfinite(graph.bbox).all()
    assert graph.line(0)[0][0] == graph.lon[graph.u[0]]


def test_errors_say_what_is_wrong(extract: Path, tmp_path: Path) -> None:
    net = tmp_path / "net"
    with pytest.raises(NotFound, match="no street network"):
        load_graph(net, "walk")
    with pytest.raises(UnreadableFile, match=r"none\.pbf not found"):
        build_network(tmp_path / "none.pbf", net, ["walk"], None, quiet)
    with pytest.raises(NetworkError, match="fly"):
        build_network(extract, net, ["fly"], None, quiet)
    (tmp_path / "text.osm.pbf").write_text("not a map", encoding="utf-8")
    with pytest.raises(UnreadableFile, match=r"text\.osm\.pbf"):
        build_network(tmp_path / "text.osm.pbf", net, ["walk"], None, quiet)
    with pytest.raises(NetworkError, match="no way has the tag highway"):
        build_network(write_osm(tmp_path / "empty.osm.pbf", {}), net, ["walk"], None, quiet)
    build_network(extract, net, ["walk"], None, quiet)
    with pytest.raises(NotFound, match="drive"):
        load_graph(net, "drive")
    nothing_for_cars = r"^foot\.osm\.pbf: mode drive: .*; import an extract with streets for it, or take drive out of modes"
    with pytest.raises(NetworkError, match=nothing_for_cars):
        build_network(write_osm(tmp_path / "foot.osm.pbf", {1: ([1, 2], {"highway": "footway"})}), net, ["drive"], None, quiet)


@pytest.mark.parametrize("share", [0.0, 0.5, 0.99, -1])
@pytest.mark.parametrize("name", ["walk/forward_ms.npy", "walk/shape_lon.npy", "places/lon.npy"])
def test_a_damaged_file_is_found_and_the_next_import_mends_it(extract: Path, tmp_path: Path, name: str, share: float) -> None:
    net = tmp_path / "net"
    build_network(extract, net, ["walk"], None, quiet)
    check_network(net, ["walk"])
    file = net / read_index(net)["build"] / name
    data = file.read_bytes()
    file.write_bytes(data[: int(len(data) * share)] if share >= 0 else data[:-1] + bytes([data[-1] ^ 1]))
    with pytest.raises(NetworkError, match=r"the street network is damaged: .* import it again"):
        check_network(net, ["walk"])
    build_network(extract, net, ["walk"], None, quiet)
    check_network(net, ["walk"])
    assert file.read_bytes() == data


@pytest.mark.parametrize("text", ["", "{", "[]", "\0"])
def test_an_index_that_cannot_be_read_is_named(extract: Path, tmp_path: Path, text: str) -> None:
    (tmp_path / "network.json").write_text(text, encoding="utf-8")
    with pytest.raises(NetworkError, match=r"network\.json .*import it again"):
        read_index(tmp_path)
    build_network(extract, tmp_path, ["walk"], None, quiet)
    check_network(tmp_path, ["walk"])
