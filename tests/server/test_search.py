"""The place search over HTTP: formats, languages, caching, refusals, and that no search is in a log."""

from pathlib import Path

import pytest
from asking import Caller, given

from geoservice.release.protocols import ReleaseStore
from geoservice.server.access import open_access
from geoservice.server.app import create_app
from geoservice.settings import Settings

from .conftest import Client, Place, close_releases


def names(client: Client, query: str) -> list[str]:
    return [f["properties"]["name_zh"] for f in client.json(f"/search?{query}")["features"]]


def test_places_are_features_with_their_areas(client: Client) -> None:
    answer = client.get("/search?q=yonglin&lang=zh")
    assert answer.headers["content-type"] == "application/geo+json"
    content = answer.json()
    assert (content["type"], content["numberReturned"]) == ("FeatureCollection", 2)
    first, second = content["features"]
    assert (first["id"], first["geometry"]) == ("340811100201", {"type": "Point", "coordinates": [117.02, 30.61]})
    assert len(first["bbox"]) == 4
    found = first["properties"]
    assert (found["name"], found["kind"], found["level"], found["kind_title"]) == ("永林村委会", "area", "village", "村级")
    assert found["within"] == "安徽省 安庆市 宜秀区 大龙山镇"
    assert second["properties"]["within"] == "安徽省 安庆市 怀宁县 高河镇"
    english = client.json("/search?q=yonglin&lang=en")["features"][0]["properties"]
    assert (english["within"], english["kind_title"]) == ("大龙山镇, 宜秀区, 安庆市, 安徽省", "village")


def test_the_query_the_limit_and_the_kinds_are_parameters(client: Client) -> None:
    assert names(client, "q=大龙山") == ["大龙山镇", "大龙山中学"]
    assert names(client, "q=大龙山&limit=1") == ["大龙山镇"]
    assert names(client, "q=大龙山&kind=poi,road") == ["大龙山中学"]
    assert names(client, "") == names(client, "q=") == []
    assert len(names(client, "q=x&limit=999")) <= 50


@pytest.mark.parametrize(
    ("query", "text"),
    [
        ("q=x&kind=river", "kind: got 'river', allowed are area, station"),
        ("q=x&kind=", "kind: got '', allowed are area"),
        ("q=x&limit=0", "limit: got '0', allowed is a whole number from 1 to 50"),
        ("q=" + "x" * 1001, "q: got 1001 characters, allowed are at most 1000"),
        ("q=x&name=y", "'name' is unknown here, allowed are f, lang, q, limit, kind"),
    ],
)
def test_a_bad_parameter_is_refused_with_what_is_allowed(client: Client, query: str, text: str) -> None:
    answer = client.get(f"/search?{query}")
    assert (answer.status_code, text in answer.json()["detail"]) == (400, True), answer.text


def test_the_answer_is_cached_with_an_etag_of_the_release(
    client: Client, changing: Client, release_store: ReleaseStore, content
) -> None:  # type: ignore[no-untyped-def]
    first = client.get("/search?q=yongl")
    assert first.headers["cache-control"] == "no-cache"
    assert client.get("/search?q=yongl", If_None_Match=first.headers["etag"]).status_code == 304
    assert client.get("/search?q=yongli", If_None_Match=first.headers["etag"]).status_code == 200
    before = changing.get("/search?q=yongl").headers["etag"]
    release_store.write(content("two"))
    after = changing.get("/search?q=yongl", If_None_Match=before)
    assert (after.status_code, len(after.json()["features"])) == (200, 2)


def test_an_html_page_has_the_places_and_no_markup_of_the_query(client: Client) -> None:
    answer = client.get("/search?q=<script>大龙山&f=html&lang=zh")
    assert answer.headers["content-type"].startswith("text/html")
    assert "<script>" not in answer.text
    page = client.get("/search?q=大龙山&f=html&lang=zh").text
    assert "大龙山中学" in page
    assert "地点" in page


def test_the_landing_page_and_the_manifest_name_the_search_where_there_is_a_gazetteer(client: Client, yixiu: Client) -> None:
    (link,) = [x for x in client.json("/")["links"] if x["rel"] == "search"]
    assert link["href"] == "http://geo.test/search?q={q}"
    assert client.json("/manifest")["search"] is True
    assert not [x for x in yixiu.json("/")["links"] if x["rel"] == "search"]
    assert yixiu.json("/manifest")["search"] is False


def test_a_release_without_a_gazetteer_says_so(yixiu: Client) -> None:
    answer = yixiu.get("/search?q=x")
    assert answer.status_code == 404
    assert "has no gazetteer; build one with: geoservice gazetteer build" in answer.json()["detail"]


def test_a_search_with_a_token_is_not_in_the_audit_log(published: Place, tmp_path: Path) -> None:
    access = open_access(tmp_path, None, "x", owner=True)
    app = create_app(Settings(home=tmp_path), published.open())
    caller = Caller(app, given(access))
    before = access.head().n
    first = caller.get("/search?q=yongl")
    assert first.status_code == 200
    assert caller.get("/search?q=yongl", If_None_Match=first.headers["etag"]).status_code == 304
    assert access.head().n == before
    assert caller.get("/collections/secret/items?limit=1").status_code == 200
    assert access.head().n == before + 1  # what should be in it is
    close_releases(app)
    access.close()
