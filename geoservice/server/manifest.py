"""The public part of a release's manifest."""

from collections.abc import Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Response

from geoservice.maps.symbology import BACKGROUND, FAINT, Symbology, has_classes, symbology_of
from geoservice.release.base import Manifest, PublishedLayer
from geoservice.release.protocols import ReleaseReader
from geoservice.server import schemas
from geoservice.server.deps import RequestContext, request_context
from geoservice.server.gazetteer.searches import has_gazetteer
from geoservice.server.principal import Principal
from geoservice.server.release_pool import version_of
from geoservice.server.responses import document

router = APIRouter(tags=["service"])

SECRETS = frozenset({"secret", "seed", "key", "keys", "salt"})
"""Keys whose values would undo the disclosure protection: never published, at any depth. No release should hold them."""


def without_secrets(content: Any) -> Any:
    """Return a report without secret values, at any depth; the amount of noise is not secret.

    >>> without_secrets({"profile": "planner", "rho": 1.0, "seed": 8, "levels": [{"key": 6, "level": "county"}]})
    {'profile': 'planner', 'rho': 1.0, 'levels': [{'level': 'county'}]}
    """
    if isinstance(content, dict):
        return {k: without_secrets(v) for k, v in content.items() if str(k).lower() not in SECRETS}
    if isinstance(content, list | tuple):
        return [without_secrets(v) for v in content]
    return content


def public_part(reader: ReleaseReader, layers: Sequence[PublishedLayer], principal: Principal) -> dict[str, Any]:
    """Return the public part of the manifest, without inputs, parameters and digests of the pipeline run."""
    manifest: Manifest = reader.manifest
    return {
        "release": reader.number,
        "version": version_of(reader),
        "hash": manifest.hash,
        "created": manifest.created,
        "codeVersion": manifest.code_version,
        "study": manifest.study,
        "layers": [layer_part(layer, principal) for layer in layers],
        "notes": [note.model_dump() for note in manifest.notes],
        "disclosure": without_secrets(manifest.disclosure),
        "baseMap": manifest.base_map,
        "search": has_gazetteer(reader),
        "ground": BACKGROUND["day"],
        "darkGround": BACKGROUND["dark"],
        "processes": list(manifest.processes),
    }


def layer_part(layer: PublishedLayer, principal: Principal) -> dict[str, Any]:
    """Return the manifest entry of a layer, without the number of features if the caller may see some areas only."""
    part = layer.model_dump(mode="json", exclude={"role"} if principal.within(layer) is None else {"role", "features"})
    day, dark = symbology_of(layer.style, "day"), symbology_of(layer.style, "dark")
    return {**part, "style": {**part["style"], "legend": legend_colours(day), "dark": dark_part(layer, dark)}}


def dark_part(layer: PublishedLayer, dark: Symbology) -> dict[str, Any]:
    """Return the properties of a style that differ on a dark background, under the same names."""
    count = len(layer.style.colours)
    beyond = dark.colours[count] if layer.style.beyond and has_classes(layer.style) else None
    return {
        "colours": dark.colours[:count], "beyond": beyond, "uncertain": dark.uncertain, "legend": legend_colours(dark),
    }  # fmt: skip


def legend_colours(symbology: Symbology) -> dict[str, Any]:
    """Return the legend colours of a layer, blended with the background: each class, uncertain, and faint beyond the limit."""
    faint = [symbology.swatch(colour, FAINT) for colour in symbology.colours]
    uncertain = symbology.swatch(symbology.uncertain)
    return {"colours": symbology.swatches, "uncertain": uncertain, "faint": faint, "faint_opacity": FAINT}


@router.get("/manifest", operation_id="getManifest", summary="The release", responses=schemas.responses(schemas.ANY))
def manifest(context: Annotated[RequestContext, Depends(request_context("json", "html"))]) -> Response:
    """Return the release's number and hash, study, layers, notes and disclosure report."""
    return document(context, public_part(context.reader, context.layers, context.principal), f"Release {context.reader.number}")
