"""The servers of the soak test: one over a folder of releases, one over PostGIS, each with the same two layers of points."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from geoservice.bench.serve import data, servers
from geoservice.layer import Label
from geoservice.release import open_store
from geoservice.release.base import TABLE, LayerContent, Manifest, ReleaseContent

POINTS = 20_000
LAYERS = ("clinics", "schools")
LIMITS = {"GEOSERVICE_RATE_LIMIT": ""}


@dataclass(frozen=True)
class Site:
    """A running server: ``dsn`` is None where the releases are in the folder."""

    name: str
    url: str
    pid: int
    releases: Path
    dsn: str | None

    def publish(self, seed: int) -> None:
        """Write a release whose every value depends on ``seed``."""
        publish(self.releases, self.dsn, seed)

    def workers(self) -> list[int]:
        """Return the process ids of the server's workers."""
        children = Path(f"/proc/{self.pid}/task/{self.pid}/children").read_text().split()
        return [int(child) for child in children if "spawn_main" in Path(f"/proc/{child}/cmdline").read_text()]


def publish(folder: Path, dsn: str | None, seed: int) -> None:
    """Write a release of both layers into a folder, or into the database ``dsn``."""
    store = open_store(folder, dsn, "geoservice", read_only=False)
    store.write(_content(seed))
    store.close()


def _content(seed: int) -> ReleaseContent:
    layers = []
    for number, layer_id in enumerate(LAYERS):
        title = Label(zh=layer_id, en=layer_id)
        layer = data.layer(POINTS).model_copy(update={"id": layer_id, "title": title})
        layers.append(LayerContent(layer, data.features(POINTS, seed + 10 * number)))
    study: dict[str, Any] = {"id": "soak", "title": {"zh": "基准", "en": "Soak"}, "synthetic": True, "note": str(seed)}
    manifest = Manifest(
        code_version="soak", study=study, inputs={}, parameters={}, table_digest="", layers=(), disclosure={},
    )  # fmt: skip
    return ReleaseContent(layers, TABLE.empty_table(), manifest)


@contextmanager
def serve(name: str, home: Path, dsn: str | None, seed: int) -> Iterator[Site]:
    """Publish a first release and serve it with two workers."""
    releases = home / "releases"
    home.mkdir()
    publish(releases, dsn, seed)
    environment = LIMITS if dsn is None else {**LIMITS, "GEOSERVICE_SERVE_DSN": dsn}
    with servers.ours(home, environment) as (url, pid):
        yield Site(name, url, pid, releases, dsn)
