"""The 274 predicates of CQL2's abstract test suite (OGC 21-065, Annex A), for items and tiles over HTTP."""

import json

import cql2
import httpx
import mapbox_vector_tile
import pytest
from annex import annex_cases

pytestmark = pytest.mark.reference


@pytest.fixture
def cases(reference):
    found = annex_cases(reference / "cql2")
    assert len(found) == 274
    return found


@pytest.fixture
def client(url):
    with httpx.Client(base_url=url, timeout=30) as client:
        yield client


@pytest.mark.parametrize("lang", ["cql2-text", "cql2-json"])
def test_items_match_as_many_as_the_suite_says(client, cases, lang):
    wrong = []
    for case in cases:
        text = case.text if lang == "cql2-text" else json.dumps(cql2.parse_text(case.text).to_json())
        query = {"filter": text, "filter-lang": lang, "limit": 1000, "f": "json"}
        answer = client.get(f"/collections/{case.layer}/items", params=query)
        got = len(answer.json()["features"]) if answer.status_code == 200 else answer.text[:200]
        if got != case.expected or answer.json()["numberMatched"] != case.expected:
            wrong.append((case, got))
    assert not wrong


def test_the_tile_of_the_world_holds_as_many_as_the_suite_says(client, cases):
    wrong = []
    for case in cases:
        answer = client.get(f"/tiles/{case.layer}/0/0/0.mvt", params={"filter": case.text})
        got = ids(answer.content) if answer.status_code == 200 else answer.status_code
        if got != case.expected and (case.expected or got != 204):
            wrong.append((case, got))
    assert not wrong


def ids(body):
    return len({f["id"] for layer in mapbox_vector_tile.decode(body).values() for f in layer["features"]})
