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
    check_graphs(folder, modes)
    if places_digest(load_places(folder)) != read_index(folder)[PLACES]["digest"]:
        raise _damaged(PLACES)


def check_graphs(folder: Path, modes: Sequence[str]) -> None:
    """Compare the graphs of modes with the digests in the index; raises as :func:`check_network`."""
    digests = {mode: graph_digest(load_graph(folder, mode)) for mode in modes}
    written = read_index(folder)["modes"]
    for mode, digest in digests.items():
        if digest != written[mode]["digest"]:
            raise _damaged(mode)


def _damaged(name: str) -> NetworkError:
    return NetworkError(f"the street network is damaged: {name} is not what was written; import it again")
