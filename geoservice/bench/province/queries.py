"""Requests for features and tiles over HTTP, the same ones of a province and of a county, in turn."""

from collections.abc import Mapping
from statistics import median
from urllib.parse import quote

from geoservice.bench.access.figures import Figures
from geoservice.bench.serve import load

WARM_UP = 5
MOST_TIMES = 2.0
"""How many times as long as of a county a request of a province may take."""
QUICK_MS = 10.0
"""What takes no longer may have any ratio: nobody notices it, and most of it is not the query."""
_TABLE = "/collections/table/items?geography=township&measure=covered_share&service=health&mode=walk&group=resident"
_COVERAGE = "/collections/coverage/items?f=json"
_TOWNSHIPS, _VILLAGES, _HUNDRED = f"{_COVERAGE}&geography=township", f"{_COVERAGE}&geography=village", f"{_COVERAGE}&limit=100"
_GAPS = "/collections/gaps/items?service=health&mode=walk&sortby=-new_persons"
_SHARE = "share_health_walk_15"


def requests(county: str) -> Mapping[str, str]:
    """Return the paths of requests by what they measure; ``county`` is a county of the release, with 30 townships.

    Each answers with as many features of the same kind in a county as in a province.
    """
    township = f"{county}005"
    name = quote("persons > 500 AND name_zh LIKE '青%'")
    some = "115.1,29.6,115.2,29.7"
    return {
        "page of 30 townships": f"{_TOWNSHIPS}&limit=30",
        "page of 100 areas, 3 of 108 properties": f"{_HUNDRED}&skipGeometry=true&properties=unit,{_SHARE},{_SHARE}_margin",
        "areas below a parent": f"{_HUNDRED}&parent={county}",
        "villages within a county": f"{_VILLAGES}&limit=100&within={county}",
        "villages within a township": f"{_VILLAGES}&limit=100&within={township}",
        "townships, filter by a number": f"{_TOWNSHIPS}&limit=5&filter={quote(f'{_SHARE} < 60')}",
        "villages, filter by a number and a text": f"{_VILLAGES}&limit=50&filter={name}",
        "townships, sorted by a number": f"{_TOWNSHIPS}&limit=30&sortby={_SHARE}",
        "areas of all levels, sorted by a number": f"{_HUNDRED}&sortby=-{_SHARE}",
        "villages in a box": f"{_VILLAGES}&limit=100&bbox={some}",
        "release table, a measure within a county": f"{_TABLE}&within={county}&limit=10000",
        "release table, an area": f"/collections/table/items?unit={township}&limit=100",
        "stations within a county": f"/collections/stations/items?within={county}&limit=100",
        "gaps, the first 10": f"{_GAPS}&limit=10",
    }


def larger_requests() -> Mapping[str, str]:
    """Return the paths of requests whose answer is larger for a province: longer outlines, or more features."""
    return {
        "page of the first 100 areas, which in a province are its cities and counties": _HUNDRED,
        "the first 200 gaps, of which a county has 15": f"{_GAPS}&limit=200",
    }


def compare(province: str, county: str, repeat: int) -> Figures:
    """Return the p50 of each request of the province at one URL, beside that of the county at another."""
    clients = load.Client(province), load.Client(county)
    figures: Figures = {}
    alike = requests("340101")
    for name, path in {**alike, **larger_requests()}.items():
        spent: tuple[list[float], list[float]] = ([], [])
        for n in range(20 * repeat + WARM_UP):
            for client, of in zip(clients, spent, strict=True):
                of.append(1000 * client.seconds(path))
                if n < WARM_UP:
                    of.clear()
        figures[name] = _figure(median(spent[0]), median(spent[1]), has_bar=name in alike)
    for client in clients:
        client.close()
    return figures


def _figure(ours: float, county: float, has_bar: bool) -> dict[str, object]:
    ratio = ours / county
    bar = {"bar": MOST_TIMES, "holds": ratio <= MOST_TIMES or ours <= QUICK_MS} if has_bar else {}
    return {"value": round(ours, 2), "unit": "ms", **bar, "peer": f"a county {county:.2f} ms", "ratio": round(ratio, 2)}
