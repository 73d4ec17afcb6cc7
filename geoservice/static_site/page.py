"""The planner's page in a copy: the built files, told that no server answers, with the policy that a server would send."""

import shutil
from collections.abc import Mapping
from html import escape
from pathlib import Path
from typing import Any

import orjson

from geoservice.errors import NotFound
from geoservice.server.headers import CSP
from geoservice.server.static_files import MEDIA_TYPES, STATIC
from geoservice.static_site.links import CONFIG

PAGE = "index.html"
CHARSET = '<meta charset="utf-8" />'
SUFFIXES = {*MEDIA_TYPES, ".pbf"} - {".map"}


def page_files() -> list[str]:
    """Return the names of the page's files, its fonts and glyphs among them.

    Raises :class:`NotFound` if the page has not been built.
    """
    if not (STATIC / PAGE).is_file():
        raise NotFound("the page has not been built: run npm ci && npm run build in geoservice/web; a wheel contains it")
    files = (path for path in STATIC.rglob("*") if path.is_file() and path.suffix in SUFFIXES)
    return sorted(path.relative_to(STATIC).as_posix() for path in files)


def write_page(folder: Path, config: Mapping[str, Any]) -> None:
    """Copy the page, name the document ``static.json`` in it, and write that."""
    for name in page_files():
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(STATIC / name, target)
    (folder / PAGE).write_text(marked((STATIC / PAGE).read_text(encoding="utf-8")), encoding="utf-8")
    (folder / CONFIG).write_bytes(orjson.dumps(config, option=orjson.OPT_INDENT_2))


def marked(html: str) -> str:
    """Return the page with the name of the copy's document and the content security policy, after its character set."""
    if html.count(CHARSET) != 1:
        raise AssertionError(f"{PAGE}: {CHARSET} is in it {html.count(CHARSET)} times, not once")
    policy = f'<meta http-equiv="Content-Security-Policy" content="{escape(CSP)}" />'
    return html.replace(CHARSET, f'{CHARSET}\n    {policy}\n    <meta name="geoservice-static" content="{CONFIG}" />')
