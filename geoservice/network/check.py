"""Whether the files of a street network are what was written."""

from collections.abc import Sequence
from pathlib import Path

from geoservice.errors import NetworkError
from geoservice.network.graph import graph_digest, load_graph, read_index
from geoservice.network.places import PLACES, load_places, places_digest


def check_network(folder: Path, modes: Sequence[str]) -> None:
    """Read the current network whole, and compare it with the digests in its index.

    Raises :class:`NetworkError` where it is damaged, :class:`geoservice.errors.NotFound` where there is none of a mode.
    """
    digests = {mode: graph_digest(load_graph(folder, mode)) for mode in modes} | {PLACES: places_digest(load_places(folder))}
    index = read_index(folder)
    written = {**index["modes"], PLACES: index["places"]}
    for name, digest in digests.items():
        if digest != written[name]["digest"]:
            raise NetworkError(f"the street network is damaged: {name} is not what was written; import it again")
