"""Tokens of an identity provider: each way to forge one is refused, beside a control that passes."""

import base64
import hashlib
import hmac
import http.server
import json
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from asking import Caller
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA256
from joserfc import jwt
from joserfc.jwk import ECKey, KeySet, OctKey, RSAKey

from geoservice.errors import Unauthorized, Unavailable
from geoservice.server.access import jwks
from geoservice.server.access.jwks import MAX_BYTES, REFRESH_S, Keys, check_source, fetch, parse
from geoservice.server.access.oidc import Oidc
from geoservice.server.app import create_app
from geoservice.server.principal import Principal
from geoservice.settings import Settings

RSA = RSAKey.generate_key(2048, {"kid": "r1", "use": "sig"})
OTHER = RSAKey.generate_key(2048, {"kid": "r1"})
EC = ECKey.generate_key("P-256", {"kid": "e1"})
ISSUER, AUDIENCE = "https://id.example/realm", "geoservice"
JWKS = json.dumps(KeySet([RSA, EC]).as_dict(private=False)).encode()
Key = RSAKey | ECKey | OctKey


def settings(**changed: Any) -> Settings:
    values = {"oidc_issuer": ISSUER, "oidc_audience": AUDIENCE, "oidc_jwks": "jwks.json", "oidc_algorithms": "RS256,ES256"}
    return Settings(**{**values, **changed})


def oidc(read: Callable[[], bytes] = lambda: JWKS, clock: Callable[[], float] = time.monotonic, **changed: Any) -> Oidc:
    return Oidc(settings(**changed), Keys(read, clock))


def claims(**changed: Any) -> dict[str, Any]:
    now = int(time.time())
    values = {"iss": ISSUER, "aud": AUDIENCE, "sub": "王", "exp": now + 300, "geoservice_role": "planner"}
    values |= {"geoservice_areas": ["340811"]} | changed
    return {k: v for k, v in values.items() if v is not None}


def signed(header: dict[str, Any] | None = None, key: Key = RSA, **changed: Any) -> str:
    return jwt.encode({"alg": "RS256", "kid": "r1", **(header or {})}, claims(**changed), key)


def b64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def unsigned(alg: str) -> str:
    return f"{b64(json.dumps({'alg': alg, 'kid': 'r1'}).encode())}.{b64(json.dumps(claims()).encode())}."


def raw(header: dict[str, Any], **changed: Any) -> str:
    """Sign as the provider would, whatever the header says."""
    return by_hand(header, json.dumps(claims(**changed)).encode())


def by_hand(header: dict[str, Any], payload: bytes) -> str:
    text = f"{b64(json.dumps({'alg': 'RS256', 'kid': 'r1', **header}).encode())}.{b64(payload)}"
    return f"{text}.{b64(RSA.private_key.sign(text.encode(), PKCS1v15(), SHA256()))}"


def signed_with_the_public_key() -> str:
    """HS256 with the text of the public key as its secret: accepted by a check that lets the token choose the algorithm."""
    secret = RSA.as_pem(private=False)
    head = f"{b64(json.dumps({'alg': 'HS256', 'kid': 'r1'}).encode())}.{b64(json.dumps(claims()).encode())}"
    return f"{head}.{b64(hmac.digest(secret, head.encode(), hashlib.sha256))}"


def tampered() -> str:
    head, _, signature = signed().split(".")
    return f"{head}.{b64(json.dumps(claims(geoservice_role='steward')).encode())}.{signature}"


NOW = int(time.time())
FORGED: dict[str, Callable[[], str]] = {
    "alg none": lambda: unsigned("none"),
    "alg None": lambda: unsigned("None"),
    "no alg": lambda: unsigned(""),
    "HS256 with the public key": signed_with_the_public_key,
    "an algorithm that is not pinned": lambda: jwt.encode({"alg": "RS512", "kid": "r1"}, claims(), RSA, ["RS512"]),
    "another's key under the same kid": lambda: signed(key=OTHER),
    "EC key under RS256's kid": lambda: signed({"alg": "ES256", "kid": "r1"}, EC),
    "unknown kid": lambda: signed({"kid": "x"}),
    "no kid": lambda: jwt.encode({"alg": "RS256"}, claims(), RSA),
    "kid that is no text": lambda: raw({"kid": ["r1"]}),
    "key brought along": lambda: jwt.encode({"alg": "RS256", "kid": "x", "jwk": OTHER.as_dict(private=False)}, claims(), OTHER),
    "another issuer": lambda: signed(iss="https://id.example/other"),
    "no issuer": lambda: signed(iss=None),
    "another audience": lambda: signed(aud="shop"),
    "other audiences": lambda: signed(aud=["shop", "bank"]),
    "no audience": lambda: signed(aud=None),
    "expired": lambda: signed(exp=NOW - 120),
    "never expiring": lambda: signed(exp=None),
    "expiry that is no number": lambda: signed(exp="tomorrow"),
    "not yet valid": lambda: signed(nbf=int(time.time()) + 300),
    "issued in the future": lambda: signed(iat=int(time.time()) + 300),
    "nobody's": lambda: signed(sub=None),
    "tampered payload": tampered,
    "no signature": lambda: signed().rpartition(".")[0] + ".",
    "not base64": lambda: "a.b.c",
    "no object": lambda: f"{b64(b'[1]')}.{b64(b'[2]')}.x",
    "critical extension": lambda: raw({"crit": ["x"], "x": 1}),
    "critical extensions that are no list": lambda: raw({"crit": 5}),
    "critical extension that is no word": lambda: raw({"crit": [[]]}),
    "nested too deep": lambda: f"{b64(b'[' * 1400 + b']' * 1400)}.{b64(b'{}')}.x",
    "claims nested too deep": lambda: by_hand({}, b"[" * 4000 + b"]" * 4000),
    "expiry beyond every calendar": lambda: raw({}, exp=1e300),
    "expiry that is no time": lambda: raw({}, exp=float("nan")),
}


@pytest.mark.parametrize("how", FORGED)
def test_a_forged_token_is_refused(how: str) -> None:
    check = oidc()
    assert check.principal(signed()).role == "planner", "control"
    with pytest.raises(Unauthorized) as caught:
        check.principal(FORGED[how]())
    assert "example" not in str(caught.value)


GOOD: dict[str, Callable[[], str]] = {
    "signed by hand": lambda: raw({}),
    "RS256": signed,
    "ES256": lambda: signed({"alg": "ES256", "kid": "e1"}, EC),
    "one of several audiences": lambda: signed(aud=["shop", AUDIENCE]),
    "within the leeway, expired": lambda: signed(exp=int(time.time()) - 30),
    "within the leeway, not yet valid": lambda: signed(nbf=int(time.time()) + 30),
    "URLs of keys that are not requested": lambda: signed({"jku": "http://127.0.0.1:9/k", "x5u": "http://127.0.0.1:9/c"}),
}


@pytest.mark.parametrize("how", GOOD)
def test_a_valid_token_is_accepted(how: str) -> None:
    who = oidc().principal(GOOD[how]())
    assert (who.name, who.role, who.areas, who.token) == ("王", "planner", ("340811",), "oidc")
    assert who.expires is not None


ROLES: dict[str, tuple[dict[str, Any], tuple[str, tuple[str, ...] | None]]] = {
    "all areas": ({"geoservice_role": "steward", "geoservice_areas": "*"}, ("steward", None)),
    "words": ({"geoservice_areas": "340811 340822"}, ("planner", ("340811", "340822"))),
    "highest of several": ({"geoservice_role": ["planner", "steward", "cook"]}, ("steward", ("340811",))),
    "unknown role": ({"geoservice_role": "admin"}, ("public", ("340811",))),
    "no role": ({"geoservice_role": None}, ("public", ("340811",))),
    "no areas open nothing": ({"geoservice_areas": None}, ("public", ())),
    "areas that are no words": ({"geoservice_areas": {"a": 1}}, ("public", ())),
    "role that is no word": ({"geoservice_role": 7}, ("public", ("340811",))),
}


@pytest.mark.parametrize("case", ROLES)
def test_role_and_areas_come_from_the_claims(case: str) -> None:
    values, expected = ROLES[case]
    who: Principal = oidc().principal(signed(**values))
    assert (who.role, who.areas) == expected


def test_after_an_unknown_kid_keys_are_read_again_once_a_minute() -> None:
    now, read = [1000.0], []

    def document() -> bytes:
        read.append(now[0])
        return JWKS if len(read) == 1 else json.dumps(KeySet([RSA, new]).as_dict(private=False)).encode()

    new = RSAKey.generate_key(2048, {"kid": "r2"})
    check = oidc(document, lambda: now[0])
    check.principal(signed())
    for _ in range(5):
        with pytest.raises(Unauthorized):
            check.principal(signed({"kid": "r2"}, new))
    assert read == [1000.0]
    now[0] += 61
    assert check.principal(signed({"kid": "r2"}, new)).role == "planner"
    check.principal(signed())
    assert len(read) == 2
    now[0] += 3600
    check.principal(signed())
    assert len(read) == 3, "keys are not trusted for ever"


def test_cached_keys_stay_when_they_cannot_be_read_again() -> None:
    now, answers = [0.0], iter([JWKS])

    def document() -> bytes:
        if (answer := next(answers, None)) is None:
            raise OSError("down")
        return answer

    check = oidc(document, lambda: now[0])
    check.principal(signed())
    now[0] = 4000
    assert check.principal(signed()).role == "planner"
    now[0] = 24 * 3600 - 1
    assert check.principal(signed()).role == "planner"
    now[0] += 1
    with pytest.raises(Unavailable):
        check.principal(signed())


def test_a_failed_reading_is_retried_after_a_minute() -> None:
    now, read = [0.0], []

    def document() -> bytes:
        read.append(now[0])
        if len(read) == 2:
            raise OSError("down")
        return JWKS

    check = oidc(document, lambda: now[0])
    for now[0] in (0, 3600, 3659, 3660, 3720, 7259):
        check.principal(signed())
    assert read == [0, 3600, 3660]


@pytest.mark.parametrize("content", [b"", b"[]", b"{}", b'{"keys": 1}', b'{"keys": [{"kty": "RSA", "kid": "r1"}]}', b"\xff"])
def test_without_keys_tokens_cannot_be_checked(content: bytes) -> None:
    with pytest.raises((Unavailable, Unauthorized)):
        oidc(lambda: content).principal(signed())


def test_a_secret_among_the_keys_is_left_out() -> None:
    secret = OctKey.import_key("x" * 64, {"kid": "s1"})
    document = {"keys": [secret.as_dict(private=True), RSA.as_dict(private=False), {"kty": "?"}, 7]}
    assert list(parse(json.dumps(document).encode())) == ["r1"]


class Provider(http.server.BaseHTTPRequestHandler):
    """Serves keys, a redirect to them, far too many bytes, and a slow trickle."""

    def do_GET(self) -> None:
        self.send_response(302 if self.path == "/moved" else 200)
        if self.path == "/moved":
            self.send_header("Location", "/keys")
        self.end_headers()
        with suppress(OSError):  # nobody listens any more
            for _ in range(40 if self.path == "/drops" else 0):
                self.wfile.write(b" ")
                time.sleep(0.05)
        self.wfile.write({"/keys": JWKS, "/much": b" " * (4 * MAX_BYTES)}.get(self.path, b""))

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


@pytest.fixture
def provider() -> Iterator[str]:
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Provider)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def test_keys_are_fetched_from_the_one_url(provider: str) -> None:
    assert fetch(f"{provider}/keys") == JWKS


@pytest.mark.parametrize("path", ["/moved", "/much"])
def test_neither_redirects_nor_floods_are_followed(provider: str, path: str) -> None:
    with pytest.raises((OSError, ValueError)):
        fetch(provider + path)


def test_a_slow_trickle_of_keys_times_out(provider: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jwks, "DEADLINE_S", 0.2)
    with pytest.raises(TimeoutError):
        fetch(f"{provider}/drops")


@pytest.mark.parametrize("place", ["http://id.example/k", "ftp://127.0.0.1/k", "file:///etc/passwd", "http://localhost.x/k"])
def test_other_sources_are_refused(place: str) -> None:
    assert check_source("https://id.example/k")
    assert check_source("keys/jwks.json")
    with pytest.raises(ValueError, match="https"):
        check_source(place)


def test_half_of_the_settings_is_refused() -> None:
    settings()
    with pytest.raises(ValueError, match="set all three or none"):
        settings(oidc_audience=None)
    for algorithm in ("none", "HS256", "RS256,HS512"):
        with pytest.raises(ValueError, match="RS256"):
            settings(oidc_algorithms=algorithm)


@pytest.mark.usefixtures("published")
@pytest.mark.parametrize("published", ["duckdb"], indirect=True)
def test_a_provider_token_is_accepted_by_the_service(published: Any, tmp_path: Path) -> None:
    (tmp_path / "jwks.json").write_bytes(JWKS)
    app = create_app(settings(home=tmp_path), published.open())
    steward = signed(geoservice_role="steward", geoservice_areas="*")
    assert Caller(app, steward).get("/collections/secret/items").status_code == 200
    assert Caller(app, signed()).get("/collections/secret/items").status_code == 404
    assert Caller(app, FORGED["tampered payload"]()).get("/collections").status_code == 401
    assert (tmp_path / "access/access.db").exists(), "the read was written down"


@pytest.mark.usefixtures("published")
@pytest.mark.parametrize("published", ["duckdb"], indirect=True)
def test_invalid_tokens_are_counted(published: Any, tmp_path: Path) -> None:
    (tmp_path / "jwks.json").write_bytes(JWKS)
    app = create_app(settings(home=tmp_path, failed_token_limit="2/minute"), published.open())
    wrong = Caller(app, tampered(), "203.0.113.7")
    assert [wrong.get("/access").status_code for _ in range(4)] == [401, 401, 429, 429]
    assert Caller(app, signed(), "203.0.113.8").get("/access").status_code == 200


@pytest.mark.usefixtures("published")
@pytest.mark.parametrize("published", ["duckdb"], indirect=True)
def test_without_a_provider_its_tokens_are_unknown(published: Any, tmp_path: Path) -> None:
    assert Caller(create_app(Settings(home=tmp_path), published.open()), signed()).get("/collections").status_code == 401


def test_requests_with_a_cached_key_do_not_wait_for_a_slow_provider() -> None:
    requested, answer, now = threading.Event(), threading.Event(), [0.0]

    def read() -> bytes:
        if now[0]:
            requested.set()
            answer.wait(60)
        return JWKS

    keys = Keys(read, lambda: now[0])
    cached = keys.find("r1")
    now[0] = REFRESH_S + 1.0
    with ThreadPoolExecutor(1) as pool:
        slow = pool.submit(keys.find, "r1")
        assert requested.wait(60)
        assert keys.find("r1") is cached
        assert not slow.done()
        answer.set()
        assert slow.result(60) is not None
    assert keys.find("r1") is not cached
