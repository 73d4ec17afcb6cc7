"""The example configuration of nginx for copies: what may be cached for ever, and the character sets of texts."""

import urllib.request
from collections.abc import Iterator
from urllib.parse import quote

import pytest
from plain_servers import nginx_with

FILES = ("assets/page-1a2b.js", "collections/assets/index.json", "fonts/Noto Sans SC/0-255.pbf", "items.csv", "items.ics",
         "README.md", "ATTRIBUTION.txt", "tiles/a.pmtiles", "index.html")  # fmt: skip


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("copy")
    for name in FILES:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text("x")
    with nginx_with(folder, tmp_path_factory.mktemp("nginx")) as url:
        yield url


def field(url: str, name: str) -> str:
    with urllib.request.urlopen(url, timeout=5) as answer:
        return str(answer.headers[name])


def test_only_what_never_changes_is_immutable(served: str) -> None:
    paths = (*map(quote, FILES), "tiles/a.pmtiles?v=3-9f1c", "index.html?v=")
    immutable = [path for path in paths if "immutable" in field(served + path, "Cache-Control")]
    assert immutable == ["assets/page-1a2b.js", "tiles/a.pmtiles?v=3-9f1c"]


def test_texts_are_utf_8(served: str) -> None:
    kinds = {name: field(served + name, "Content-Type") for name in ("items.csv", "items.ics", "README.md", "ATTRIBUTION.txt")}
    assert kinds == {
        "items.csv": "text/csv; charset=utf-8", "items.ics": "text/calendar; charset=utf-8",
        "README.md": "text/markdown; charset=utf-8", "ATTRIBUTION.txt": "text/plain; charset=utf-8",
    }  # fmt: skip
    assert field(served + "tiles/a.pmtiles", "Content-Type") == "application/vnd.pmtiles"
