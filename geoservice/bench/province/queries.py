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
_COVERAGE = "/collections/coverage/items?limit=100&f=json"
_SHARE = "share_health_walk_15"


def requests(county: str) -> Mapping[str, str]:
    """Return the paths of requests by what they measure; ``county`` is a county of the release, with 30 townships."""
    township = f"{county}005"
    large = quote("persons > 500 AND name_zh LIKE '青%'")
    some = "115.1,29.6,115.2,29.7"
    return {
        "page of 100 areas": _COVERAGE,
        "page of 100 areas, 3 of 108 properties": f"{_COVERAGE}&skipGeometry=true&properties=unit,{_SHARE},{_SHARE}_margin",
        "areas below a parent": f"{_COVERAGE}&parent={county}",
        "villages within a county": f"{_COVERAGE}&geography=village&within={county}",
        "villages within a township": f"{_COVERAGE}&geography=village&within={township}",
        "filter by a number": f"{_COVERAGE}&filter={quote(f'{_SHARE} < 20')}",
        "filter by a number and a text": f"{_COVERAGE}&filter={large}",
        "sorted by a number": f"{_COVERAGE}&sortby=-{_SHARE}",
        "sorted by a number, of one level": f"{_COVERAGE}&geography=township&sortby={_SHARE}",
        "box": f"{_COVERAGE}&bbox={some}",
        "release table, a measure within a county": f"{_TABLE}&within={county}&limit=10000",
        "release table, an area": f"/collections/table/items?unit={township}&limit=100",
        "stations within a county": f"/collections/stations/items?within={county}&limit=100",
        "gaps, the first 200": "/collections/gaps/items?service=health&mode=walk&sortby=-new_persons&limit=200",
    }


def compare(province: str, county: str, repeat: int) -> Figures:
    """Return the p50 of each request of the province at one URL, beside that of the county at another."""
    clients = load.Client(province), load.Client(county)
    figures: Figures = {}
    for name, path in requests("340101").items():
        spent: tuple[list[float], list[float]] = ([], [])
        for n in range(20 * repeat + WARM_UP):
            for client, of in zip(clients, spent, strict=True):
                of.append(1000 * client.seconds(path))
                if n < WARM_UP:
                    of.clear()
        figures[name] = _figure(median(spent[0]), median(spent[1]))
    for client in clients:
        client.close()
    return figures


def _figure(ours: float, county: float) -> dict[str, object]:
    ratio = ours / county
    return {
        "value": round(ours, 2), "unit": "ms", "bar": MOST_TIMES, "holds": ratio <= MOST_TIMES or ours <= QUICK_MS,
        "peer": f"a county {county:.2f} ms", "ratio": round(ratio, 2),
    }  # fmt: skip
