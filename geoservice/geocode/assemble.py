"""The tables of a gazetteer from all its sources."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import shapely

from geoservice.addresses.area_names import shortest
from geoservice.geo import Floats, Ints
from geoservice.geocode.area_shapes import VILLAGE_LEVEL, AreaShapes, half_extent_m
from geoservice.geocode.area_tree import AreaRow, AreaTree
from geoservice.geocode.code_changes import AreaAlias, CodeChange, add_aliases, add_changes
from geoservice.geocode.door_plates import Plates, add_plates
from geoservice.geocode.place_rows import PlaceRows
from geoservice.geocode.place_table import DOOR
from geoservice.geocode.road_lines import SCHEMA, road_lines
from geoservice.geocode.roads import Road, parts_by_area, plane_of, roads_of
from geoservice.geocode.sources.osm import BUILDING, COMPOUND, GROUP, POI, ROAD, SETTLEMENT, OsmNames, OsmPlace
from geoservice.progress import Progress

OSM, STATIONS = "osm", "stations"
SAME_PLACE_M = 300.0
"""Places of one name, kind and area that are closer together are one place."""


@dataclass(frozen=True)
class AreaTable:
    """A table of areas of a source; ``own`` are those of the study, with the shapes of some rows."""

    source: str
    rows: Sequence[AreaRow]
    own: bool = False
    shapes: Mapping[int, shapely.Geometry] = field(default_factory=dict)


class NamedTable(NamedTuple):
    """Rows of a user's table of places, changes or aliases, with the source and the code system of its codes."""

    source: str
    system: str
    rows: pa.Table


@dataclass(frozen=True)
class Sources:
    """Everything that a gazetteer is made of.

    ``common`` is the code system of China's divisions, None outside China; ``areas`` are in the order of their weight, the most
    reliable names last; ``system`` is the study's code system. ``stations`` has the columns id, name, lon and lat.
    """

    system: str
    common: str | None = None
    areas: Sequence[AreaTable] = ()
    changes: Sequence[NamedTable] = ()
    aliases: Sequence[NamedTable] = ()
    stations: pa.Table | None = None
    places: Sequence[NamedTable] = ()
    osm: OsmNames | None = None


@dataclass
class Assembled:
    """The rows of a gazetteer, what has no place in it, for the report, and points along its roads."""

    rows: PlaceRows
    notes: list[str] = field(default_factory=list)
    lines: pa.Table = field(default_factory=SCHEMA.empty_table)


def assemble(sources: Sources, progress: Progress) -> Assembled:
    """Return the places of all sources: areas joined into one tree, other places in the lowest area around them."""
    progress("areas of the gazetteer", 0.0)
    tree, shapes = _tree(sources)
    notes = [f"{source}: {n:,} areas have nothing above them" for source, n in tree.unplaced.items() if tree.common]
    notes += [
        f"{table.source}: {lost:,} of {table.rows.num_rows:,} changes are of areas that are in no table, or have no new one"
        for table in sources.changes
        if (lost := add_changes(tree, [CodeChange(**r) for r in table.rows.to_pylist()], table.system))
    ]
    notes += [
        f"{table.source}: {lost:,} of {table.rows.num_rows:,} aliases are of unknown or ambiguous areas"
        for table in sources.aliases
        if (lost := add_aliases(tree, [AreaAlias(**r) for r in table.rows.to_pylist()], table.system))
    ]
    progress("areas of the gazetteer", 1.0)
    progress("places of the gazetteer", 0.0)
    builder = _PlaceBuilder(sources, tree, AreaShapes(shapes, [r.level for r in tree.rows], tree.parent))
    builder.add_all(progress)
    progress("places of the gazetteer", 1.0)
    return Assembled(builder.rows, notes + builder.notes, builder.road_lines())


def _tree(sources: Sources) -> tuple[AreaTree, dict[int, shapely.Geometry]]:
    tree, shapes = AreaTree(sources.common), dict[int, shapely.Geometry]()
    for table in sources.areas:
        area = tree.add(table.rows, table.source, own=table.own)
        shapes |= {area[i]: shape for i, shape in table.shapes.items() if area[i] >= 0}
    return tree, shapes


class _PlaceBuilder:
    """Adds the places that are no areas."""

    def __init__(self, sources: Sources, tree: AreaTree, shapes: AreaShapes) -> None:
        self.rows, self.notes = PlaceRows(tree), list[str]()
        self._sources, self._tree, self._shapes = sources, tree, shapes
        osm = sources.osm or OsmNames()
        places = [t.rows for t in sources.places]
        points = [shapely.points(*(t.column(c).to_numpy() for c in ("lon", "lat"))) for t in places if t.num_rows]
        self._plane = plane_of(osm.shapes, osm.plate_shapes, *points)
        self._osm, self._roads = osm, dict[int, Road]()

    def add_all(self, progress: Progress) -> None:
        """Add the places of all sources; the first of several descriptions of one place stays."""
        self._add_roads()
        progress("places of the gazetteer", 0.3)
        self._add_user_places()
        self._add_stations()
        self._add_osm_places()
        progress("places of the gazetteer", 0.7)
        self._add_doors()

    def road_lines(self) -> pa.Table:
        """Return points along the roads of the extract, by the position of each road and of its part in each village."""
        parts = [self._roads[row]._replace(lon=lon, lat=lat) for row, _, lon, lat, *_ in self.rows.road_parts]
        return road_lines([*self._roads.values(), *parts], self._plane)

    def _town_at(self, lon: Floats, lat: Floats) -> Ints:
        return self._shapes.town(self._shapes.locate(lon, lat))

    def _add_roads(self) -> None:
        """Add the roads of the extract, one for each name, town and connected part."""
        index = [i for i, place in enumerate(self._osm.places) if place.kind == ROAD]
        places = [self._osm.places[i] for i in index]
        numbers = {name: n for n, name in enumerate(dict.fromkeys(p.name for p in places))}
        roads = roads_of(self._osm.shapes[index], [numbers[p.name] for p in places], self._town_at, self._plane)
        described: dict[str, OsmPlace] = {}
        names: dict[str, dict[tuple[str, int], None]] = {}
        for place in places:
            names.setdefault(place.name, {}).update(dict.fromkeys(place.names))
            if place.name_en or place.name not in described:
                described[place.name] = place
        for road in sorted(roads, key=lambda r: (r.name, r.town, r.line)):
            first = places[road.line]
            number = f"{OSM}:{first.id}" + ("" if road.town < 0 else f"@{self._tree.rows[road.town].code}")
            place = described[first.name]
            row = self.rows.add(
                number,
                ROAD,
                first.name,
                road.town,
                (road.lon, road.lat),
                road.radius_m,
                OSM,
                name_en=place.name_en,
                names=tuple(n for n in names[first.name] if n[0] != place.name_en),
            )
            self._roads[row] = road
        self._add_road_parts()

    def _add_road_parts(self) -> None:
        """Add the part of each road in each village."""
        if not self._roads:
            return
        sizes = np.cumsum([len(road.lengths) for road in self._roads.values()])
        middles = np.concatenate([road.middles for road in self._roads.values()])
        area = np.asarray(self._shapes.locate(middles[:, 0], middles[:, 1]))
        is_village = np.array([r.level == VILLAGE_LEVEL for r in self._tree.rows] + [False])
        village = np.where(is_village[area], area, -1)
        for (row, road), inside in zip(self._roads.items(), np.split(village, sizes[:-1]), strict=True):
            self.rows.road_parts.extend((row, *part) for part in parts_by_area(road, inside))

    def _add_user_places(self) -> None:
        """Add the places of users' tables, buildings after the compounds that they may be in."""
        for table in self._sources.places:
            records = table.rows.to_pylist()
            area = self._areas_of(table, records)
            for last in (False, True):
                for i, record in enumerate(records):
                    if record["kind"] != DOOR and (record["kind"] == BUILDING) == last:
                        self._add_user_place(table.source, i, record, area[i])

    def _add_user_place(self, source: str, number: int, record: Mapping[str, object], area: int) -> None:
        name, kind = str(record["name"]), str(record["kind"])
        position = (float(str(record["lon"])), float(str(record["lat"])))
        aliases = record["alias"] if isinstance(record["alias"], list) else []
        names = tuple((str(alias), 2) for alias in aliases)
        parent = self._compound(str(record["parent"]), position) if record["parent"] else -1
        parent = area if parent < 0 else parent
        if (same := self._same(kind, name, area, position)) >= 0:
            self.rows.add_names(same, names)
            return
        period = (record["valid_from"], record["valid_to"])
        self.rows.add(
            f"{source}:{number + 1}",
            kind,
            name,
            parent,
            position,
            0.0,
            source,
            names=names,
            valid=period,  # type: ignore[arg-type]  # dates
        )

    def _areas_of(self, table: NamedTable, records: Sequence[Mapping[str, object]]) -> list[int]:
        """Return the area of each place: the lowest around its point, or the stated one where that is more precise."""
        lon, lat = (table.rows.column(c).to_numpy() for c in ("lon", "lat"))
        located = self._shapes.locate(lon, lat).tolist() if len(records) else []
        stated: dict[str, list[int]] = {}
        unknown = other = 0
        for i, record in enumerate(records):
            if record["area"] is None:
                continue
            text = str(record["area"])
            if text not in stated:
                coded = self._tree.coded(table.system, text)
                stated[text] = [coded] if coded >= 0 else self._tree.named(text)
            options = [a for a in stated[text] if located[i] < 0 or a == located[i] or located[i] in self._tree.above(a)]
            around = [a for a in stated[text] if located[i] >= 0 and a in self._tree.above(located[i])]
            unknown += not stated[text]
            if len(options) == 1 and not around:
                located[i] = options[0]
            elif not around and stated[text] and located[i] >= 0:
                other += 1
        if unknown:
            self.notes.append(f"{table.source}: {unknown:,} places state an area that is in no table")
        if other:
            self.notes.append(f"{table.source}: {other:,} places are outside the area that they state; their points count")
        return located

    def _compound(self, name: str, position: tuple[float, float]) -> int:
        near = [(self._distance(row, position), row) for row in self.rows.by_name.get(name, ())]
        near = [(d, row) for d, row in near if self.rows.kind_of(row) in {COMPOUND, POI, GROUP}]
        return min(near)[1] if near and min(near)[0] < 2000 else -1

    def _distance(self, row: int, position: tuple[float, float]) -> float:
        x, y = self._plane.forward(*(np.array(v) for v in zip(self.rows.position(row), position, strict=True)))
        return float(np.hypot(x[0] - x[1], y[0] - y[1]))

    def _same(self, kind: str, name: str, area: int, position: tuple[float, float]) -> int:
        """Return the row that a place is already, -1 if it is new."""
        for row in self.rows.by_name.get(name, ()):
            near = self.rows.radius_m[self.rows.at(row)] if kind == ROAD else 0.0
            is_here = self.rows.kind_of(row) == kind and self.rows.area_of(row) in {area, *self._towns(area)}
            if is_here and self._distance(row, position) <= SAME_PLACE_M + near:
                return row
        return -1

    def _towns(self, area: int) -> list[int]:
        return [] if area < 0 else [int(self._shapes.town(np.array([area]))[0])]

    def _add_stations(self) -> None:
        if self._sources.stations is None or not self._sources.stations.num_rows:
            return
        lon, lat = (self._sources.stations.column(c).to_numpy() for c in ("lon", "lat"))
        area = self._shapes.locate(lon, lat).tolist()
        for i, record in enumerate(self._sources.stations.select(["id", "name"]).to_pylist()):
            position = (float(lon[i]), float(lat[i]))
            if self._same(POI, record["name"], area[i], position) < 0:
                self.rows.add(f"station:{record['id']}", POI, record["name"], area[i], position, 0.0, STATIONS)

    def _add_osm_places(self) -> None:
        """Add compounds, points of interest, groups and then buildings of the extract, and positions of settlements."""
        index = [i for i, place in enumerate(self._osm.places) if place.kind != ROAD]
        if not index:
            return
        shapes = self._osm.shapes[index]
        radius = half_extent_m(shapes).tolist()
        points = np.where(shapely.get_dimensions(shapes) == 2, shapely.point_on_surface(shapes), shapely.centroid(shapes))
        lon, lat = shapely.get_x(points), shapely.get_y(points)
        area = self._shapes.locate(lon, lat)
        compounds = _Compounds()
        order = sorted(range(len(index)), key=lambda i: (self._osm.places[index[i]].kind == BUILDING, i))
        for i in order:
            place, position = self._osm.places[index[i]], (float(lon[i]), float(lat[i]))
            kind = place.kind
            if kind == SETTLEMENT:
                if self._is_area(place, int(area[i]), position):
                    continue
                kind = GROUP
            parent = compounds.around(points[i]) if kind == BUILDING else -1
            parent = int(area[i]) if parent < 0 else parent
            if (same := self._same(kind, place.name, int(area[i]), position)) >= 0:
                self.rows.add_names(same, place.names)
                continue
            extent = radius[i] if shapely.get_dimensions(shapes[i]) == 2 or kind == POI else np.nan
            row = self.rows.add(
                f"{OSM}:{place.id}", kind, place.name, parent, position, extent, OSM, name_en=place.name_en, names=place.names
            )
            if kind in {COMPOUND, POI} and shapely.get_dimensions(shapes[i]) == 2:
                compounds.add(shapes[i], row)

    def _is_area(self, place: OsmPlace, located: int, position: tuple[float, float]) -> bool:
        """Whether a settlement is an area of the project around it or below that; one without a position gets this one."""
        below = list(self._tree.children(located).values()) if located >= 0 else []
        for area in dict.fromkeys([*([located, *self._tree.above(located)] if located >= 0 else []), *below]):
            row = self._tree.rows[area]
            names = {place.name, shortest(place.name, row.level), *(n for n, _ in place.names)}
            if names & {row.name, row.name_en, shortest(row.name, row.level)}:
                if row.lon != row.lon:
                    self._tree.rows[area] = row._replace(lon=position[0], lat=position[1])
                return True
        return False

    def _add_doors(self) -> None:
        """Add the door plates of users' tables and of the extract."""
        points = shapely.centroid(self._osm.plate_shapes) if len(self._osm.plate_shapes) else self._osm.plate_shapes
        tables = [(t.source, t.rows.filter(pc.equal(t.rows.column("kind"), pa.scalar(DOOR)))) for t in self._sources.places]
        for source, table in tables:
            streets, numbers = ([str(text) for text in table.column(c).to_pylist()] for c in ("name", "number"))
            lon, lat = (table.column(c).to_numpy() for c in ("lon", "lat"))
            self._add_plates(source, streets, numbers, lon, lat)
        streets, numbers = [p.street for p in self._osm.plates], [p.number for p in self._osm.plates]
        self._add_plates(OSM, streets, numbers, shapely.get_x(points), shapely.get_y(points))

    def _add_plates(self, source: str, streets: list[str], numbers: list[str], lon: Floats, lat: Floats) -> None:
        if not streets:
            return
        area, country = self._shapes.locate(lon, lat), "CN" if self._tree.common else ""
        plates = Plates(source, streets, numbers, lon, lat, area, self._shapes.town(area), country)
        if unreadable := add_plates(plates, self.rows, self._roads, self._plane):
            self.notes.append(f"{source}: {unreadable:,} door plates have no number")


class _Compounds:
    """Compounds with borders, and which of them is around a point; the tree is made once all were added."""

    def __init__(self) -> None:
        self._shapes, self._rows = list[shapely.Geometry](), list[int]()
        self._tree: shapely.STRtree | None = None

    def add(self, shape: shapely.Geometry, row: int) -> None:
        self._shapes.append(shape)
        self._rows.append(row)

    def around(self, point: shapely.Geometry) -> int:
        if self._tree is None:
            self._tree = shapely.STRtree(self._shapes)
        found = self._tree.query(point, predicate="covered_by")
        smallest = min(found.tolist(), key=lambda i: (self._shapes[i].area, i), default=-1)
        return -1 if smallest < 0 else self._rows[smallest]
