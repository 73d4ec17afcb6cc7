"""Totals of areas that do not fit the land, the buildings or the population there.

An area stands out if the logarithm of its value is far from the median of the areas of its level: beyond 3.5 robust standard
deviations, 1.4826 times the median absolute deviation (Iglewicz and Hoaglin, "How to detect and handle outliers", 1993).
"""

from collections.abc import Iterator

import numpy as np
import pyarrow as pa
import shapely

from geoservice.areas import area_outlines, first_containing
from geoservice.disclosure.data_quality.base import Bilingual, QualityItem
from geoservice.disclosure.data_quality.quality_data import QualityData
from geoservice.disclosure.data_quality.regions import Regions, sum_by_region
from geoservice.disclosure.data_quality.results import CheckResult, MarkedAreas
from geoservice.geo import EARTH_RADIUS_M, Bools, Floats, Int32s, Objects

CHECK = "area_totals"
LEAST_AREAS = 8
MOST_DEVIATIONS = 3.5
LEAST_SPREAD = 0.1
"""Smallest robust standard deviation, of logarithms: areas that differ by less than a tenth do not stand out."""
LEAST_HOUSEHOLDS, LEAST_BUILDINGS, LEAST_PERSONS = 20, 20, 100.0
POPULATION_RATIO = 2.0


def _item(name: str, title: Bilingual, what: Bilingual) -> QualityItem:
    return QualityItem(
        name,
        CHECK,
        "warning",
        title,
        Bilingual(
            f"{{areas}} 个区域（{{rows}} 户）的{what.zh}与其他区域相差悬殊。",
            f"{{areas}} areas with {{rows}} households have {what.en} far from that of the others.",
        ),
        Bilingual(
            f"{what.zh}：{{value}}，同级区域的中位数为 {{expected}}。",
            f"There is {what.en} of {{value}}; the median of the areas of this level is {{expected}}.",
        ),
    )


DENSITY = _item(
    "density", Bilingual("户数与面积不符", "Households and land"), Bilingual("每平方公里户数", "a number of households per km²")
)
PER_BUILDING = _item(
    "per_building",
    Bilingual("户数与建筑不符", "Households and buildings"),
    Bilingual("每栋建筑户数", "a number of households per building"),
)
SIZE = _item(
    "household_size",
    Bilingual("平均户规模异常", "Mean size of households"),
    Bilingual("平均每户人数", "a number of persons per household"),
)
EMPTY = QualityItem(
    "no_households",
    CHECK,
    "warning",
    Bilingual("有建筑但没有住户", "Buildings but no households"),
    Bilingual("{areas} 个区域有建筑，但登记册中没有住户。", "{areas} areas have buildings and no household."),
    Bilingual(
        "没有住户，但地图上有 {value} 栋可能住人的建筑。",
        "There is no household, and {value} buildings on the map may have homes.",
    ),
)
POPULATION = QualityItem(
    "population", CHECK, "warning", Bilingual("人数与人口数据不符", "Persons and population"),
    Bilingual(
        "{areas} 个区域（{rows} 户）的登记人数不到人口数据的一半，或超过其两倍。",
        "{areas} areas with {rows} households have less than half of the persons of the population data, or more than twice as "
        "many.",
    ),
    Bilingual("登记 {value} 人，人口数据为 {expected} 人。", "The register has {value} persons, the population {expected}."),
)  # fmt: skip


def check_area_totals(data: QualityData) -> Iterator[CheckResult]:
    """Yield the areas whose totals stand out, by level; buildings and population only if they are loaded."""
    households = {level: data.households(level).astype(float) for level in data.residence}
    persons = {level: _persons(data, level) for level in data.residence}
    shapes = area_outlines(data.around.areas)
    land = {level: _square_km(data.regions, level, shapes) for level in data.residence}
    yield _outliers(DENSITY, households, households, land)
    yield _outliers(SIZE, households, persons, households)
    places = data.around.places
    if places is not None:
        built = np.asarray(places.building, bool)
        homes = _totals(data, shapes, np.asarray(places.lon)[built], np.asarray(places.lat)[built], np.ones(int(built.sum())))
        yield _outliers(PER_BUILDING, households, households, homes)
        empty = {level: np.flatnonzero((households[level] == 0) & (homes[level] >= LEAST_BUILDINGS)) for level in homes}
        yield MarkedAreas(EMPTY, empty, homes, {level: np.full(len(n), np.nan) for level, n in homes.items()})
    if data.around.population is not None and data.around.population.num_rows:
        yield _against_population(data, shapes, persons, data.around.population)


def log_outliers(values: Floats, examined: Bools) -> tuple[Bools, float]:
    """Return which values stand out on a log scale, and the median; none of fewer than eight. Shape ``(areas,)``.

    >>> values = np.array([10.0, 11, 9, 10, 12, 10, 8, 10, 1000])
    >>> outliers, middle = log_outliers(values, np.ones(9, bool))
    >>> np.flatnonzero(outliers).tolist(), round(middle, 1)
    ([8], 10.0)
    """
    used = examined & np.isfinite(values) & (values > 0)
    outliers = np.zeros(len(values), np.bool_)
    if used.sum() < LEAST_AREAS:
        return outliers, float("nan")
    logs = np.log(values[used])
    middle = float(np.median(logs))
    spread = max(1.4826 * float(np.median(np.abs(logs - middle))), LEAST_SPREAD)
    outliers[used] = np.abs(logs - middle) > MOST_DEVIATIONS * spread
    return outliers, float(np.exp(middle))


def _outliers(
    item: QualityItem, households: dict[str, Floats], numerator: dict[str, Floats], denominator: dict[str, Floats]
) -> MarkedAreas:
    marked, values, usual = {}, {}, {}
    for level, n in households.items():
        values[level] = np.divide(
            numerator[level], denominator[level], out=np.full(len(n), np.nan), where=denominator[level] > 0
        )
        outliers, middle = log_outliers(values[level], n >= LEAST_HOUSEHOLDS)
        marked[level], usual[level] = np.flatnonzero(outliers), np.full(len(n), middle)
    return MarkedAreas(item, marked, values, usual)


def _against_population(
    data: QualityData, shapes: dict[str, shapely.Geometry], persons: dict[str, Floats], population: pa.Table
) -> MarkedAreas:
    points = shapely.centroid(shapely.from_wkb(population.column("geometry").to_numpy()))
    counts = np.nan_to_num(population.column("persons").to_numpy())
    public = _totals(data, shapes, shapely.get_x(points), shapely.get_y(points), counts)
    marked = {}
    for level, registered in persons.items():
        most, least = np.maximum(registered, public[level]), np.minimum(registered, public[level])
        marked[level] = np.flatnonzero((public[level] >= LEAST_PERSONS) & (most > POPULATION_RATIO * least))
    return MarkedAreas(POPULATION, marked, persons, public)


def _persons(data: QualityData, level: str) -> Floats:
    persons = np.maximum(data.columns.persons, 0)
    return sum_by_region(data.residence[level], persons, len(data.regions.by_level[level]))


def _square_km(regions: Regions, level: str, shapes: dict[str, shapely.Geometry]) -> Floats:
    return np.array([square_km(shapes[r.code]) if r.code in shapes else np.nan for r in regions.by_level[level]], float)


def square_km(shape: shapely.Geometry) -> float:
    """Return the area of a shape in degrees on the sphere, by the cylindrical equal-area projection.

    >>> round(square_km(shapely.box(117, 30, 118, 31)))
    10653
    """

    def project(degrees: Floats) -> Floats:
        lon, lat = np.radians(degrees).T
        return np.column_stack([lon, np.sin(lat)]) * EARTH_RADIUS_M / 1000

    return float(shapely.area(shapely.transform(shape, project)))


def _totals(
    data: QualityData, shapes: dict[str, shapely.Geometry], lon: Floats, lat: Floats, weight: Floats
) -> dict[str, Floats]:
    """Return by level the sum of the weights of the points in each region."""
    totals = {}
    for level, regions in data.regions.by_level.items():
        known = [i for i, region in enumerate(regions) if region.code in shapes]
        outlines: Objects = np.array([shapes[regions[i].code] for i in known], object)
        position: Int32s = np.append(np.array(known, np.int32), np.int32(-1))[first_containing(outlines, lon, lat)]
        totals[level] = sum_by_region(position, weight, len(regions))
    return totals
