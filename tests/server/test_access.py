"""Access control: authentication, what a token lets its holder read, and that every non-public read is recorded."""

import os
import sqlite3
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import anyio
import pytest
from asking import BY, UNKNOWN, Caller, given, prefix, strip
from starlette.types import ASGIApp

from geoservice.errors import Conflict, Forbidden, InputError
from geoservice.release import open_store
from geoservice.server.access import AccessStore, Token, TokenRequest, open_access
from geoservice.server.access.issue import area_containment
from geoservice.server.access.token import invalid_reason, new_token, rfc3339
from geoservice.server.access.tokens import HASHER, TokenVerifier
from geoservice.server.app import create_app
from geoservice.settings import Settings

# nothing here depends on the release's store
pytestmark = [pytest.mark.usefixtures("published"), pytest.mark.parametrize("published", ["duckdb"], indirect=True)]


@pytest.fixture
def access(tmp_path: Path) -> Iterator[AccessStore]:
    store = open_access(tmp_path, None, "x", owner=True)
    yield store
    store.close()


@pytest.fixture
def opened(published: Any, tmp_path: Path) -> Callable[..., ASGIApp]:
    """Return ``opened(**settings)``: the app over the published release, with its access store in ``tmp_path``."""
    return lambda **settings: create_app(Settings(home=tmp_path, **settings), published.open())


def test_a_forbidden_layer_looks_like_a_missing_one(opened: Callable[..., ASGIApp], access: AccessStore) -> None:
    app, planner, steward = opened(), given(access, "p", "planner"), given(access)
    for caller in (Caller(app), Caller(app, planner)):
        for path in ("/collections/secret", "/collections/secret/items", "/tiles/secret/1/0/0.mvt", "/styles/secret"):
            hidden, absent = caller.get(path), caller.get(path.replace("secret", "sekret"))
            assert (hidden.status_code, absent.status_code) == (404, 404), path
            assert strip(hidden.text.replace("secret", "sekret")) == strip(absent.text)
            assert hidden.headers.keys() == absent.headers.keys()
    assert Caller(app, steward).get("/collections/secret").status_code == 200


def test_a_token_opens_what_its_role_reads(opened: Callable[..., ASGIApp], access: AccessStore) -> None:
    caller = Caller(opened(), given(access))
    listed = caller.get("/collections?f=json").json()["collections"]
    assert "secret" in [c["id"] for c in listed]
    answer = caller.get("/collections/secret/items?f=json")
    assert len(answer.json()["features"]) == 3
    assert "private" in answer.headers["cache-control"]
    assert "Authorization" in answer.headers["vary"]


def test_a_token_may_be_bound_to_layers(opened: Callable[..., ASGIApp], access: AccessStore) -> None:
    caller = Caller(opened(), given(access, layers=("other",)))
    assert caller.get("/collections/secret").status_code == 404
    assert caller.get("/collections/coverage").status_code == 200


def test_access_lists_what_the_caller_may_read(opened: Callable[..., ASGIApp], access: AccessStore) -> None:
    app = opened()
    anybody, steward = Caller(app).get("/access").json(), Caller(app, given(access, "门户", areas=("34",))).get("/access")
    assert anybody == {
        "name": "anybody",
        "role": "public",
        "areas": None,
        "layers": ["coverage", "stations", "table"],
        "expires": None,
    }
    access = steward.json()
    assert (access["name"], access["role"], access["areas"]) == ("门户", "steward", ["34"])
    assert "secret" in access["layers"]
    assert access["expires"] > rfc3339()
    assert steward.headers["cache-control"] == "private, no-store"


SCHEMES = [
    "", "Bearer", "Bearer ", "Basic YTpi", "bearer\tx", "Bearer x y", "Bearer gs_0_0", "Bearer " + "a" * 9000, "Bearer a.b.c",
    "Bearer gs_" + "0" * 16 + "_" + "0" * 64,
]  # fmt: skip


@pytest.mark.parametrize("header", SCHEMES, ids=range(len(SCHEMES)))
@pytest.mark.parametrize("path", ["/collections", "/tiles/coverage/10/583/296.mvt", "/health/live"])
def test_a_bad_header_is_401_everywhere(opened: Callable[..., ASGIApp], header: str, path: str) -> None:
    app = opened()
    assert Caller(app).get(path).status_code == 200
    answer = Caller(app).get(path, Authorization=header)
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"].startswith("Bearer")
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["access-control-allow-origin"] == "*"


def test_an_unknown_id_and_a_wrong_secret_get_the_same_response(opened: Callable[..., ASGIApp], access: AccessStore) -> None:
    text = given(access)
    wrong, unknown = text[:-8] + "00000000", "gs_" + "0" * 16 + text[19:]
    app = opened()
    answers = [Caller(app, t).get("/access") for t in (wrong, unknown)]
    assert [a.status_code for a in answers] == [401, 401]
    assert strip(answers[0].text) == strip(answers[1].text)
    assert Caller(app, text).get("/access").status_code == 200


@pytest.mark.parametrize("query", ["token=x", "access_token=x", "f=json&Token=x", "%74oken=x", "token"])
def test_a_token_in_the_url_is_refused_with_the_reason(opened: Callable[..., ASGIApp], query: str) -> None:
    answer = Caller(opened()).get(f"/collections?{query}")
    assert answer.status_code == 400
    assert "Authorization: Bearer" in answer.json()["detail"]


def test_the_store_does_not_contain_the_secret(access: AccessStore, tmp_path: Path) -> None:
    text = given(access)
    access.close()
    assert access.tokens()[0].hash.startswith("$argon2id$")
    content = b"".join(f.read_bytes() for f in (tmp_path / "access").iterdir())
    assert text[:19].removeprefix("gs_").encode() in content, "control: the id is there"
    assert text[20:].encode() not in content


def test_a_token_and_those_under_it_are_revoked_within_a_second(opened: Callable[..., ASGIApp], access: AccessStore) -> None:
    county = given(access, "county", "planner", areas=("340811",))
    township = given(access, "township", "planner", "county", areas=("340811100",))
    app = opened()
    for text in (county, township):
        assert Caller(app, text).get("/access").status_code == 200
    access.revoke("county", BY)
    time.sleep(1)
    for text in (county, township):
        answer = Caller(app, text).get("/access")
        assert (answer.status_code, "revoked" in answer.json()["detail"]) == (401, True)


def test_a_new_token_is_accepted_within_a_second(opened: Callable[..., ASGIApp], access: AccessStore) -> None:
    app = opened()
    assert Caller(app, UNKNOWN).get("/access").status_code == 401
    text = given(access)
    time.sleep(0.6)
    assert Caller(app, text).get("/access").status_code == 200


def example_token(**changed: Any) -> Token:
    fields: dict[str, Any] = {"id": "p", "name": "p", "role": "planner", "areas": None, "layers": None, "created": "2026"}
    return Token(**{**fields, "expires": "2999", "parent": None, "revoked": None, "hash": "", **changed})


def test_reasons_why_a_token_is_invalid() -> None:
    parent, child = example_token(), example_token(id="c", parent="p")
    now = rfc3339()
    for changed, reason in (({}, None), ({"expires": "2001"}, "expired"), ({"revoked": "2001"}, "revoked")):
        by_id = {"p": example_token(**changed), "c": child}
        assert invalid_reason(by_id["p"], by_id, now) == invalid_reason(child, by_id, now) == reason
    assert invalid_reason(child, {"c": child}, now) == "revoked"
    assert invalid_reason(example_token(expires="2001"), {"p": parent}, now) == "expired"


EXCEEDING = [
    (TokenRequest("x", "steward"), "role steward"),
    (TokenRequest("x", "planner", areas=("340822",)), "area 340822"),
    (TokenRequest("x", "planner", areas=("340811100", "34")), "area 34"),
    (TokenRequest("x", "planner", layers=("gaps", "flows")), "layer flows"),
]


@pytest.mark.parametrize(("token_request", "message"), EXCEEDING, ids=[t for _, t in EXCEEDING])
def test_a_token_under_another_cannot_exceed_it(token_request: TokenRequest, message: str) -> None:
    parent = example_token(areas=("340811",), layers=("gaps",))
    with pytest.raises(Forbidden, match=message):
        new_token(token_request, "1", "", parent, prefix)


def test_limits_not_stated_are_those_of_the_parent() -> None:
    soon = "2026-12-01T00:00:00.000Z" if rfc3339() < "2026-12" else "2001"
    parent = example_token(areas=("340811",), layers=("gaps",), expires=soon)
    child = new_token(TokenRequest("x", "planner", days=3650), "1", "", parent, prefix)
    assert (child.areas, child.layers, child.expires, child.parent) == (("340811",), ("gaps",), soon, "p")


MALFORMED = [
    {"name": ""}, {"name": "a\nb"}, {"name": "x" * 61}, {"role": "public"}, {"role": "root"}, {"areas": ("a/b",)},
    {"areas": ("",)}, {"areas": ("a,b",)}, {"layers": ("A",)}, {"layers": ("a b",)},
]  # fmt: skip


@pytest.mark.parametrize("values", MALFORMED, ids=map(str, MALFORMED))
def test_malformed_values_are_refused(values: dict[str, Any]) -> None:
    new_token(TokenRequest("a", "planner"), "1", "", None, prefix)
    with pytest.raises(InputError, match="allowed are"):
        new_token(TokenRequest(**{"name": "a", "role": "planner", **values}), "1", "", None, prefix)


def test_no_token_is_issued_under_a_revoked_one(access: AccessStore) -> None:
    given(access, "county", "planner")
    access.revoke("county", BY)
    with pytest.raises(Exception, match="no active token"):
        given(access, "x", "planner", "county")
    with pytest.raises(Conflict):
        given(access, given(access, "y", "planner") and "y", "planner")


def test_concurrent_first_requests_of_a_token_compute_one_hash(opened: Callable[..., ASGIApp], access: AccessStore) -> None:
    text, app = given(access), opened()
    hasher = Counting()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("geoservice.server.access.tokens.HASHER", hasher)
        answers = Caller(app, text).many(*["/access"] * 8)
    assert [a.status_code for a in answers] == [200] * 8
    assert hasher.calls == 1


class Counting:
    """Argon2 that counts its calls, and the largest number of concurrent ones."""

    def __init__(self) -> None:
        self.calls = self.running = self.most = 0

    def verify(self, secret_hash: str, text: str) -> bool:
        self.calls, self.running = self.calls + 1, self.running + 1
        self.most = max(self.most, self.running)
        try:
            return HASHER.verify(secret_hash, text)
        finally:
            self.running -= 1


def test_many_wrong_secrets_compute_at_most_two_hashes_concurrently(
    access: AccessStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = given(access)
    hasher = Counting()
    monkeypatch.setattr("geoservice.server.access.tokens.HASHER", hasher)
    tokens, errors = TokenVerifier(access), []

    async def one(wrong: str) -> None:
        try:
            await tokens.principal(wrong)
        except Exception as error:  # noqa: BLE001 - which error it is, is the question
            errors.append(type(error).__name__)

    async def go() -> None:
        async with anyio.create_task_group() as group:
            for i in range(30):
                group.start_soon(one, f"{text[:-4]}{i:04d}")

    anyio.run(go)
    assert hasher.most <= 2
    assert errors.count("TooManyRequests") == 12
    assert errors.count("Unauthorized") == hasher.calls == 18


def test_public_layers_are_served_while_the_store_cannot_be_read(opened: Callable[..., ASGIApp], tmp_path: Path) -> None:
    (tmp_path / "access").mkdir()
    (tmp_path / "access/access.db").write_bytes(b"no database" * 500)
    app = opened()
    assert Caller(app, UNKNOWN).get("/collections").status_code == 503
    assert Caller(app).get("/collections").status_code == 200


def rows_of(access: AccessStore) -> list[dict[str, Any]]:
    return [row.entry for row in access.rows() if row.entry["what"] == "GET"]


READS = [
    "/collections/secret", "/collections/secret/items?f=csv", "/collections/secret/items/1", "/tiles/secret/10/583/296.mvt",
    "/collections", "/styles/secret", "/collections/secret/tilejson",
]  # fmt: skip


@pytest.mark.parametrize("path", READS)
def test_a_read_of_a_non_public_layer_is_recorded(opened: Callable[..., ASGIApp], access: AccessStore, path: str) -> None:
    app, text = opened(), given(access)
    answer = Caller(app, text).get(path, X_Request_ID="r-1")
    assert answer.status_code in {200, 204}
    (row,) = rows_of(access)
    expected = {
        "name": "a",
        "role": "steward",
        "path": path.partition("?")[0],
        "layers": ["secret"],
        "status": answer.status_code,
    }
    assert {k: row[k] for k in expected} == expected
    assert row["request"] == "r-1"
    assert row["token"] == text[3:19]
    assert row["query"] == path.partition("?")[2]
    assert text[20:] not in str(row)


def test_a_304_is_recorded_and_private(opened: Callable[..., ASGIApp], access: AccessStore) -> None:
    caller = Caller(opened(), given(access))
    for path in ("/collections/secret/items", "/tiles/secret/10/583/296.mvt", "/collections"):
        first = caller.get(path)
        again = caller.get(path, If_None_Match=first.headers["etag"])
        assert again.status_code == 304, path
        assert again.headers["cache-control"].startswith("private"), path
    assert [r["status"] for r in rows_of(access)].count(304) == 3


def test_reads_of_public_layers_are_not_recorded(opened: Callable[..., ASGIApp], access: AccessStore) -> None:
    app, text = opened(), given(access)
    before = access.head()
    for caller in (Caller(app), Caller(app, text)):
        assert caller.get("/collections/coverage/items").status_code == 200
        assert caller.get("/tiles/coverage/10/583/296.mvt").status_code == 200
        caller.get("/access")
    assert access.head() == before


def test_a_response_that_cannot_be_recorded_is_not_sent(opened: Callable[..., ASGIApp], access: AccessStore) -> None:
    app, text = opened(), given(access)
    caller = Caller(app, text)
    assert caller.get("/collections/secret/items").status_code == 200
    with sqlite3.connect(access_file(access)) as connection:
        connection.execute("CREATE TRIGGER broken BEFORE INSERT ON audit BEGIN SELECT RAISE(ABORT, 'disk'); END")
    answer = caller.get("/collections/secret/items")
    assert answer.status_code == 503
    assert "features" not in answer.text
    assert caller.get("/collections/coverage/items").status_code == 200
    connection.close()


def access_file(access: AccessStore) -> Path:
    with access._database.session() as session:
        return Path(session.execute("PRAGMA database_list")[0][2])


def test_concurrent_responses_form_one_chain(opened: Callable[..., ASGIApp], access: AccessStore) -> None:
    caller = Caller(opened(requests_at_once=64), given(access))
    answers = caller.many(*[f"/tiles/secret/10/{x}/296.mvt" for x in range(570, 600)])
    assert {a.status_code for a in answers} <= {200, 204}
    assert len(rows_of(access)) == 30
    assert access.verify().n == 31


def test_the_hot_tile_of_anybody_is_not_given_to_a_bad_token(opened: Callable[..., ASGIApp], access: AccessStore) -> None:
    app, path = opened(), "/tiles/coverage/10/583/296.mvt"
    for _ in range(2):
        assert Caller(app).get(path).status_code == 200
    assert Caller(app, "x").get(path).status_code == 401


def test_serving_makes_no_file_before_there_is_something_to_write(opened: Callable[..., ASGIApp], tmp_path: Path) -> None:
    app = opened()
    Caller(app).get("/collections")
    Caller(app, UNKNOWN).get("/collections")
    assert os.listdir(tmp_path) == []  # noqa: PTH208 - names are what is compared


def test_places_decide_where_the_release_knows_an_area_and_digits_elsewhere(published: Any) -> None:
    reader = open_store(published.home / "releases", published.dsn, published.prefix, read_only=True).open()
    lies_in = area_containment(reader)
    assert lies_in("340811100", ("340811",))
    assert not lies_in("340811", ("340811100",))
    assert not lies_in("t1", ("t2",))
