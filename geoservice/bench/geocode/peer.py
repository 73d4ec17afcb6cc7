"""Peers of the parser, run by the Python of ``.venv-peers``: cpca and JioNLP, which find provinces, cities and counties.

``python peer.py NAME IN.json OUT.json``; the input is a list of addresses, the output the seconds that the peer took.
"""

import json
import sys
from pathlib import Path
from time import perf_counter


def cpca(addresses: list[str]) -> float:
    """Return the seconds of cpca."""
    import cpca as package

    package.transform(addresses[:10])  # it reads its tables
    start = perf_counter()
    package.transform(addresses)
    return perf_counter() - start


def jionlp(addresses: list[str]) -> float:
    """Return the seconds of JioNLP, with townships and villages, which it finds by its own tables."""
    import jionlp as package

    package.parse_location(addresses[0], town_village=True)
    start = perf_counter()
    for address in addresses:
        package.parse_location(address, town_village=True)
    return perf_counter() - start


PEERS = {f.__name__: f for f in (cpca, jionlp)}

if __name__ == "__main__":
    name, source, target = sys.argv[1:]
    Path(target).write_text(json.dumps(PEERS[name](json.loads(Path(source).read_text(encoding="utf-8")))), encoding="utf-8")
