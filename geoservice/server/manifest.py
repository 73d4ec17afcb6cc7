"""What the release says of itself, as far as clients may know it."""

from collections.abc import Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Response

from geoservice.maps.symbology import BACKGROUND, FAINT, Symbology, graded, symbology_of
from geoservice.release.base import Manifest, PublishedLayer, ReleaseReader
from geoservice.server import schemas
from geoservice.server.deps import RequestContext, request_context, version_of
from geoservice.server.principal import Principal
from geoservice.server.responses import document

router = APIRouter(tags=["service"])

SECRETS = frozenset({"secret", "seed", "key", "keys", "salt"})
"""What would undo the protection. No release should hold it; it is never published, at whatever depth it stands."""


def without_secrets(content: Any) -> Any:
    """Return a report without what must stay secret, at any depth; how much noise there is may be known.

    >>> without_secrets({"profile": "planner", "rho": 1.0, "seed": 8, "levels": [{"key": 6, "level": "county"}]})
    {'profile': 'planner', 'rho': 1.0, 'levels': [{'level': 'county'}]}
    """
    if isinstance(content, dict):
        return {k: without_secrets(v) for k, v in content.items() if str(k).lower() not in SECRETS}
    if isinstance(content, list | tuple):
        return [without_secrets(v) for v in content]
    return content


def public_part(reader: ReleaseReader, layers: Sequence[PublishedLayer], who: Principal) -> dict[str, Any]:
    """Return the public part of the manifest: inputs, parameters and digests of the run stay inside."""
    manifest: Manifest = reader.manifest
    return {
        "release": reader.number,
        "version": version_of(reader),
        "hash": manifest.hash,
        "created": manifest.created,
        "codeVersion": manifest.code_version,
        "study": manifest.study,
        "layers": [layer_part(layer, who) for layer in layers],
        "notes": [note.model_dump() for note in manifest.notes],
        "disclosure": without_secrets(manifest.disclosure),
        "baseMap": manifest.base_map,
        "ground": BACKGROUND["day"],
        "darkGround": BACKGROUND["dark"],
        "processes": list(manifest.processes),
    }


def layer_part(layer: PublishedLayer, who: Principal) -> dict[str, Any]:
    """Return a layer; how many features it has is not said to a caller who may see those of some areas only."""
    part = layer.model_dump(mode="json", exclude={"role"} if who.within(layer) is None else {"role", "features"})
    day, dark = symbology_of(layer.style, "day"), symbology_of(layer.style, "dark")
    return {**part, "style": {**part["style"], "legend": legend_colours(day), "dark": dark_part(layer, dark)}}


def dark_part(layer: PublishedLayer, dark: Symbology) -> dict[str, Any]:
    """Return what of a style is other on dark ground, under the same names."""
    count = len(layer.style.colours)
    beyond = dark.colours[count] if layer.style.beyond and graded(layer.style) else None
    return {
        "colours": dark.colours[:count], "beyond": beyond, "uncertain": dark.uncertain, "legend": legend_colours(dark),
    }  # fmt: skip


def legend_colours(shown: Symbology) -> dict[str, Any]:
    """Return the colours of a layer as they are seen on the ground: of each class, uncertain, and beyond the minutes chosen."""
    faint = [shown.swatch(colour, FAINT) for colour in shown.colours]
    return {"colours": shown.swatches, "uncertain": shown.swatch(shown.uncertain), "faint": faint, "faint_opacity": FAINT}


@router.get("/manifest", operation_id="getManifest", summary="The release", responses=schemas.ok(schemas.ANY))
def manifest(ask: Annotated[RequestContext, Depends(request_context("json", "html"))]) -> Response:
    """Answer with the release's number and hash, study, layers, notes and disclosure report."""
    return document(ask, public_part(ask.reader, ask.layers, ask.who), f"Release {ask.reader.number}")
