"""The proxy examples of docker/ in front of a running service: nginx and Caddy, with TLS and a path prefix."""

import datetime as dt
import http.client
import json
import os
import shutil
import socket
import ssl
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

DOCKER = Path(__file__).parents[2] / "docker"
NAME = "maps.example.org"


class Front(NamedTuple):
    """A proxy: its port and its certificate."""

    port: int
    certificate: Path

    def get(self, path: str, **headers: str) -> tuple[int, Any, bytes]:
        """Ask as a client that knows the public name."""
        context = ssl.create_default_context(cafile=str(self.certificate))
        raw = socket.create_connection(("127.0.0.1", self.port), timeout=30)
        connection = http.client.HTTPConnection(NAME, self.port)
        connection.sock = context.wrap_socket(raw, server_hostname=NAME)
        connection.request("GET", path, headers={k.replace("_", "-"): v for k, v in headers.items()})
        answer = connection.getresponse()
        found = answer.status, {k.lower(): v for k, v in answer.getheaders()}, answer.read()
        connection.close()
        return found


def certificate(folder: Path) -> tuple[Path, Path]:
    """Make a certificate of the public name and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name, now = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, NAME)]), dt.datetime.now(dt.UTC)
    made = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
        .serial_number(1).not_valid_before(now - dt.timedelta(1)).not_valid_after(now + dt.timedelta(1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(NAME)]), critical=False).sign(key, hashes.SHA256())
    )  # fmt: skip
    paths = folder / "tls.pem", folder / "tls.key"
    paths[0].write_bytes(made.public_bytes(serialization.Encoding.PEM))
    plain = serialization.NoEncryption()
    paths[1].write_bytes(key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain))
    return paths


def nginx(folder: Path, port: int, upstream: str) -> list[str]:
    pem, key = certificate(folder)
    text = (DOCKER / "nginx.conf").read_text()
    for old, new in (
        ("127.0.0.1:8080", upstream), ("listen 443", f"listen 127.0.0.1:{port}"),
        ("/etc/ssl/certs/maps.example.org.pem", str(pem)), ("/etc/ssl/private/maps.example.org.key", str(key)),
    ):  # fmt: skip
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    (folder / "site.conf").write_text(text)
    spare = "".join(f"{n}_temp_path {folder}/{n}; " for n in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
    user = "user root; " if os.geteuid() == 0 else ""
    http = f"access_log off; {spare} include site.conf;"
    (folder / "nginx.conf").write_text(f"{user}pid {folder}/pid; events {{}} http {{ {http} }}")
    return ["nginx", "-p", str(folder), "-c", str(folder / "nginx.conf"), "-e", str(folder / "error.log"), "-g", "daemon off;"]


def caddy(folder: Path, port: int, upstream: str) -> list[str]:
    pem, key = certificate(folder)
    text = (DOCKER / "Caddyfile").read_text()
    for old, new in (
        ("127.0.0.1:8080", upstream),
        (f"\n{NAME} {{\n", f"\nhttps://{NAME}:{port} {{\n\ttls {pem} {key}\n\tbind 127.0.0.1\n"),
    ):
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    (folder / "Caddyfile").write_text("{\n\tadmin off\n\tauto_https disable_redirects\n}\n" + text)
    return ["caddy", "run", "--config", str(folder / "Caddyfile"), "--adapter", "caddyfile"]


@pytest.fixture(scope="module")
def upstream(published: Any, serve: Any) -> Iterator[str]:
    """A service that believes the proxies of this machine, as the examples say."""
    office = {"GEOSERVICE_SERVE_DSN": published.dsn} if published.dsn else {}
    with serve(published.home, GEOSERVICE_SCHEMA_PREFIX=published.prefix, GEOSERVICE_PROXY_HEADERS="true", **office) as served:
        yield served.url.removeprefix("http://")


@pytest.fixture(scope="module", params=[nginx, caddy], ids=["nginx", "caddy"])
def front(request: pytest.FixtureRequest, upstream: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Front]:
    make = request.param
    if not shutil.which(make.__name__):
        pytest.skip(f"install {make.__name__} to run this test")
    folder = tmp_path_factory.mktemp(make.__name__)
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        port = s.getsockname()[1]
    own = {**os.environ, "HOME": str(folder), "XDG_DATA_HOME": str(folder), "XDG_CONFIG_HOME": str(folder)}
    with (
        (folder / "log").open("w") as log,
        subprocess.Popen(make(folder, port, upstream), stdout=log, stderr=log, env=own) as proxy,
    ):
        found = Front(port, folder / "tls.pem")
        for _ in range(100):
            try:
                found.get("/geo/health/live")
                break
            except OSError:
                assert proxy.poll() is None, (folder / "log").read_text()
                time.sleep(0.1)
        yield found
        proxy.terminate()


def links_in(content: Any) -> list[str]:
    if isinstance(content, dict):
        own = [content["href"]] if isinstance(content.get("href"), str) else []
        return own + [i for v in content.values() for i in links_in(v)]
    return [i for v in content for i in links_in(v)] if isinstance(content, list) else []


@pytest.mark.parametrize("path", ["/?f=json", "/collections", "/collections/coverage/items?limit=1", "/styles", "/tiles"])
def test_every_link_has_the_scheme_host_and_prefix_of_the_client(front: Front, path: str) -> None:
    status, _, body = front.get(f"/geo{path}", Accept="application/json")
    assert status == 200
    links = links_in(json.loads(body))
    assert links
    base = f"https://{NAME}:{front.port}/geo"
    assert [x for x in links if not x.startswith((f"{base}/", "http://www.opengis.net/"))] == []
    assert front.get(links[0].removeprefix(f"https://{NAME}:{front.port}"))[0] == 200


def test_tiles_of_a_style_have_the_prefix(front: Front) -> None:
    style = json.loads(front.get("/geo/styles/coverage")[2])
    base = f"https://{NAME}:{front.port}"
    tile = style["sources"]["coverage"]["tiles"][0].format(z=9, x=291, y=148)
    assert tile.startswith(f"{base}/geo/tiles/")
    status, headers, _ = front.get(tile.removeprefix(base), Accept_Encoding="gzip")
    assert (status, headers["content-encoding"]) == (200, "gzip")
    assert "immutable" in headers["cache-control"]
    assert front.get("/geo/tiles/coverage.pmtiles", Range="bytes=0-6")[0::2] == (206, b"PMTiles")


def test_a_redirect_of_a_slash_keeps_the_prefix(front: Front) -> None:
    assert front.get("/geo")[1]["location"].endswith("/geo/")
    status, headers, _ = front.get("/geo/collections/")
    assert (status, headers["location"]) == (301, "../collections")


@pytest.mark.parametrize(
    "sent", [{"X_Forwarded_Host": "evil.example", "X_Forwarded_Proto": "http", "X_Forwarded_Prefix": "/evil"},
             {"Forwarded": "host=evil.example;proto=http"}],
)  # fmt: skip
def test_forwarding_headers_of_a_client_are_ignored(front: Front, sent: dict[str, str]) -> None:
    body = front.get("/geo/collections?f=json", **sent)[2]
    assert b"evil" not in body
    assert json.loads(body)["links"][0]["href"] == f"https://{NAME}:{front.port}/geo/collections?f=json"
