"""The current gazetteer of a project: ``gazetteer.json`` in its folder names the folders of the files.

A gazetteer is built aside and becomes current when ``gazetteer.json`` is replaced, so a reader sees one or the other.
"""

import json
from pathlib import Path
from typing import Any, NamedTuple

from geoservice.addresses.gazetteer import FORMAT
from geoservice.errors import GazetteerError, NotFound

POINTER = "gazetteer.json"
NO_GAZETTEER = "there is no gazetteer yet; make one with: geoservice gazetteer build"


class CurrentGazetteer(NamedTuple):
    """Folders of the gazetteer of all sources, and of the one of public sources only, and the digest of their inputs.

    Without private sources both are the same folder.
    """

    folder: Path
    public: Path
    digest: str
    public_digest: str


def current_gazetteer(folder: Path) -> CurrentGazetteer:
    """Return the current gazetteer in the gazetteer folder of a project.

    Raises
    ------
    NotFound
        None was built.
    GazetteerError
        Its pointer is damaged, or of another format.
    """
    try:
        pointer: Any = json.loads((folder / POINTER).read_text(encoding="utf-8"))
        version, names = pointer["format"], [str(pointer[name]) for name in ("build", "public", "digest", "public_digest")]
    except FileNotFoundError as e:
        raise NotFound(NO_GAZETTEER) from e
    except (OSError, ValueError, KeyError, TypeError) as e:
        raise GazetteerError(f"the gazetteer is damaged: {POINTER} cannot be read; build it again") from e
    if version != FORMAT:
        raise GazetteerError(f"the gazetteer has format {version}, this version reads {FORMAT}; build it again")
    build, public, digest, public_digest = names
    return CurrentGazetteer(folder / build, folder / public, digest, public_digest)
