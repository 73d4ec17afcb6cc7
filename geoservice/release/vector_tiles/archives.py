"""Archives of a release's tiles, drawn in the background while the rest of the release is built."""

from collections.abc import Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from geoservice.db.duckdb import open_duckdb
from geoservice.layer import Label
from geoservice.release.base import LayerArchives, LayerContent, Manifest, PublishedLayer, ReleaseContent
from geoservice.release.properties import property_types
from geoservice.release.vector_tiles.bake import Baker
from geoservice.release.vector_tiles.budget import COUNT, budget_metadata
from geoservice.scratch import scratch_folder

WORKERS = 2
"""Layers drawn in parallel."""
_FIELDS = {"integer": "Number", "number": "Number", "boolean": "Boolean"}


class TileArchives:
    """PMTiles files, one per layer, in a temporary folder that is removed when the archives are closed."""

    def __init__(self, attribution: Label) -> None:
        self._attribution = attribution
        self._folder = scratch_folder("geoservice-tiles")
        self._connection = open_duckdb(None, threads=1)  # layers are drawn in parallel: a query on two threads costs more
        self._pool = ThreadPoolExecutor(WORKERS, "tiles")
        self._drawn: dict[str, Future[Path | None]] = {}

    def draw(self, content: LayerContent) -> None:
        """Start drawing the tiles of a layer, without waiting for them."""
        self._drawn[content.layer.id] = self._pool.submit(self._draw, content)

    def _draw(self, content: LayerContent) -> Path | None:
        path = Path(self._folder.name) / f"{content.layer.id}.pmtiles"
        with closing(self._connection.cursor()) as own:
            return path if Baker(own).archive(path, content, tilejson(content.layer, self._attribution)) else None

    def path(self, layer_id: str) -> Path | None:
        """Wait for a layer's archive and return its path, None if it has no tiles; raises any error of the work."""
        return self._drawn[layer_id].result()

    def close(self) -> None:
        """Stop drawing and remove the files."""
        self._pool.shutdown(cancel_futures=True)
        self._connection.close()
        self._folder.cleanup()


def attribution_of(study: Mapping[str, Any]) -> Label:
    """Return the data source of a study, from the manifest's study."""
    source = study.get("source") or {}
    return Label(zh=source.get("zh", ""), en=source.get("en", ""))


@contextmanager
def archives_of(content: ReleaseContent, manifest: Manifest) -> Iterator[LayerArchives]:
    """Yield the archives of a release's layers: those that are already being drawn, or new ones, closed after the block."""
    if content.archives is not None:
        yield content.archives
        return
    with closing(TileArchives(attribution_of(manifest.study))) as archives:
        # the largest first, so that none of them is the last
        for layer in sorted(content.layers, key=lambda c: -c.features.num_rows):
            archives.draw(layer)
        yield archives


def _fields(layer: PublishedLayer) -> dict[str, str]:
    """Return the properties of a layer's tiles with TileJSON's types; only aggregated features have the last one."""
    return {**{name: _FIELDS.get(kind, "String") for name, kind in property_types(layer).items()}, COUNT: "Number"}


def tilejson(layer: PublishedLayer, attribution: Label) -> dict[str, Any]:
    """Return the metadata of a layer's archive, after TileJSON 3 and MBTiles; text in both languages."""
    zooms = {"minzoom": layer.minzoom, "maxzoom": layer.maxzoom}
    vector = {"id": layer.id, "description": _both(layer.description), "fields": _fields(layer), **zooms}
    return {
        "name": _both(layer.title),
        "description": _both(layer.description),
        "attribution": _both(attribution),
        "type": "overlay",
        "vector_layers": [vector],
        "budget": budget_metadata(),
    }


def _both(text: Label) -> str:
    return " / ".join(dict.fromkeys(t for t in (text.zh, text.en) if t))
