"""Glyphs for clients that cannot render text themselves: 256 code points per file, from the build of the web page."""

from typing import Any

import pytest

from geoservice.server.styles import glyphs

URL = "/fonts/Noto Sans SC"
built = pytest.mark.skipif(
    not glyphs.folder().is_dir(), reason="build the page to run this test: npm run build in geoservice/web"
)


@built
def test_letters_and_chinese_characters_have_glyphs(client: Any) -> None:
    for span, least in (("0-255", 190), ("256-511", 30), ("26368-26623", 60)):
        answer = client.get(f"{URL}/{span}.pbf")
        assert answer.headers["content-type"] == "application/x-protobuf"
        assert answer.content.startswith(b"\n")
        assert b"\x12" + bytes([len(span)]) + span.encode() in answer.content[:40]
        assert answer.content.count(b"\x1a") > least


def test_a_range_that_the_font_lacks_is_empty_without_an_error(client: Any) -> None:
    for span in ("1280-1535", "1536-1791", "131072-131327"):
        answer = client.get(f"{URL}/{span}.pbf")
        assert (answer.status_code, answer.content) == (200, glyphs.without_glyphs(span))


@pytest.mark.parametrize(
    "path",
    ["/fonts/Arial/0-255.pbf", f"{URL}/1-256.pbf", f"{URL}/0-256.pbf", f"{URL}/256-255.pbf", f"{URL}/x.pbf",
     f"{URL}/٠-٢٥٥.pbf", f"{URL}/9999872-10000127.pbf", f"{URL}/..%2f0-255.pbf", "/fonts/..%2f..%2fsrc/0-255.pbf"],
)  # fmt: skip
def test_an_unknown_font_or_range_is_404(client: Any, path: str) -> None:
    assert client.get(path).status_code == 404


def test_a_font_stack_may_name_other_fonts_too(client: Any) -> None:
    assert client.get("/fonts/Open Sans,Noto Sans SC/0-255.pbf").content == client.get(f"{URL}/0-255.pbf").content


def test_glyphs_are_cached_and_revalidated(client: Any) -> None:
    answer = client.get(f"{URL}/0-255.pbf")
    assert answer.headers["cache-control"] == "public, max-age=3600"
    assert client.get(f"{URL}/0-255.pbf", If_None_Match=answer.headers["etag"]).status_code == 304


@built
def test_a_style_names_its_glyphs_and_uses_their_font(client: Any) -> None:
    style = client.json("/styles/map")
    assert style["glyphs"] == "http://geo.test/fonts/{fontstack}/{range}.pbf"
    for layer in style["layers"]:
        for font in layer.get("layout", {}).get("text-font", []):
            assert client.get(f"/fonts/{font}/0-255.pbf").status_code == 200


def test_without_a_built_page_a_style_has_no_glyphs(client: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> None:
    monkeypatch.setattr(glyphs, "STATIC", tmp_path)
    assert "glyphs" not in client.json("/styles/map")
