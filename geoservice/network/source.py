"""What a street network was built from, kept beside it to build it again when the terrain changes."""

import hashlib
import shutil
from pathlib import Path
from typing import NamedTuple

from geoservice.errors import NotFound
from geoservice.network.graph import read_index

SOURCE = "source"
_SPEEDS = "speeds.toml"


class NetworkSource(NamedTuple):
    """An OSM extract, and a file of speeds that overrides the built-in ones."""

    extract: Path
    speeds: Path | None

    def digest(self) -> str:
        """Return the SHA-256 of the names and contents of both files."""
        total = hashlib.sha256(self.extract.name.encode())
        for path in filter(None, self):
            with path.open("rb") as file:
                total.update(hashlib.file_digest(file, "sha256").digest())
        return total.hexdigest()

    def keep(self, build: Path) -> None:
        """Copy both files into the folder of a build."""
        (build / SOURCE).mkdir(parents=True)
        shutil.copyfile(self.extract, build / SOURCE / self.extract.name)
        if self.speeds:
            (build / SOURCE / "speeds").mkdir()
            shutil.copyfile(self.speeds, build / SOURCE / "speeds" / _SPEEDS)


def kept_source(folder: Path) -> NetworkSource:
    """Return the files that the current network was built from; raises :class:`NotFound` if they were not kept."""
    index = read_index(folder)
    source = folder / index["build"] / SOURCE
    extract, speeds = source / index["source"], source / "speeds" / _SPEEDS
    if not extract.is_file():
        raise NotFound(
            f"the extract {index['source']} was not kept with the street network; import it again: "
            "geoservice import network FILE"
        )
    return NetworkSource(extract, speeds if speeds.is_file() else None)
