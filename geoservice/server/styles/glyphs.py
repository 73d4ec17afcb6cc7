"""Glyphs of the styles' labels, for clients that cannot render text themselves: files from the build of the web page."""

import pathlib
import re
from typing import Annotated

from fastapi import APIRouter, Path, Request, Response

from geoservice.errors import NotFound
from geoservice.maps.basemap_style import FONT
from geoservice.server import schemas
from geoservice.server.formats import GLYPHS
from geoservice.server.static_files import STATIC
from geoservice.server.styles.sprites import static_response

router = APIRouter(tags=["styles"])

PATH = "/fonts/{fontstack}/{span}.pbf"
TEMPLATE = "/fonts/{fontstack}/{range}.pbf"
"""The URL template in a style; GL clients fill in ``range``."""
SPAN = re.compile(r"(\d{1,7})-(\d{1,7})", re.ASCII)
MAX_CODE_POINT = 0x10FFFF


def folder() -> pathlib.Path:
    """Return the folder of the font's files, which exists only after the web page was built."""
    return STATIC / "fonts" / FONT


def glyphs(fontstack: str, span: str) -> bytes:
    """Return the glyphs of 256 code points, those that the font has; raises :class:`NotFound`."""
    if FONT not in {name.strip() for name in fontstack.split(",")}:
        raise NotFound(f"no font {fontstack!r:.100}, allowed is {FONT}")
    match = SPAN.fullmatch(span)
    first, last = map(int, match.groups()) if match else (-1, -1)
    if first % 256 or last != first + 255 or last > MAX_CODE_POINT:
        raise NotFound(f"no glyphs {span!r:.40}; allowed are 0-255, 256-511 and so on")
    path = folder() / f"{first}-{last}.pbf"
    return path.read_bytes() if path.is_file() else without_glyphs(f"{first}-{last}")


def without_glyphs(span: str) -> bytes:
    r"""Return a file without glyphs: a protocol buffer with one font stack, its name and range.

    >>> without_glyphs("0-255")
    b'\n\x15\n\x0cNoto Sans SC\x12\x050-255'
    """
    name, range_ = FONT.encode(), span.encode()
    stack = b"\n%c%b\x12%c%b" % (len(name), name, len(range_), range_)
    return b"\n%c%b" % (len(stack), stack)


RESPONSES = {
    **schemas.responses(schemas.BINARY, missing=True),
    200: {"description": "the glyphs", "content": {GLYPHS: {"schema": schemas.BINARY}}},
}

Stack = Annotated[str, Path(description=f"fonts, separated by commas, including {FONT}", json_schema_extra={"example": FONT})]
Span = Annotated[
    str, Path(description="the code points, as 0-255 or 256-511", json_schema_extra={"pattern": "^[0-9]+-[0-9]+$"})
]


@router.get(PATH, operation_id="getGlyphs", summary="Glyphs of a font for labels of the styles", responses=RESPONSES)
def font_glyphs(fontstack: Stack, span: Span, request: Request) -> Response:
    """Return the glyphs of 256 code points."""
    return static_response(request, glyphs(fontstack, span), GLYPHS)
