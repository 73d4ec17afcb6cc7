"""A page as the build leaves it, in small, in place of the real one."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from geoservice.server.styles import glyphs
from geoservice.static_site import page

FONT = "fonts/Noto Sans SC"


@contextmanager
def built_page(folder: Path) -> Iterator[None]:
    """Write a page into a folder, and let exports copy that one while the block runs."""
    for name in ("assets/page-1.js", f"{FONT}/0-255.pbf", f"{FONT}/LICENSE.txt"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(name)
    html = '<!doctype html>\n<meta charset="utf-8" />\n<script type="module" src="./assets/page-1.js"></script>\n'
    (folder / "index.html").write_text(html)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(page, "STATIC", folder)
        patch.setattr(glyphs, "STATIC", folder)
        yield
