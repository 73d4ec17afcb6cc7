"""Settings of a running geoservice, read once from the environment by the entry points."""

import ipaddress
import re
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BeforeValidator, Field, SecretStr, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict


def _split(value: object) -> object:
    return tuple(value.replace(",", " ").split()) if isinstance(value, str) else value


TextList = Annotated[tuple[str, ...], NoDecode, BeforeValidator(_split)]
"""Several values in one variable, separated by commas or spaces."""
Rate = Annotated[str, Field(pattern=r"^([1-9][0-9]{0,8}/([1-9][0-9]{0,3} )?(second|minute|hour))?$")]
"""Requests per unit of time, as 600/minute; empty for no limit."""
SignatureAlgorithm = Literal["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "Ed25519"]
"""Signature algorithms with a key pair; with a shared secret (HS256) everyone who can check tokens could issue them."""


def _networks(values: tuple[str, ...]) -> tuple[str, ...]:
    for value in values:
        ipaddress.ip_network(value)
    return values


LOOPBACK = ("127.0.0.0/8", "::1")


def _frames(values: tuple[str, ...]) -> tuple[str, ...]:
    for value in values:
        if not re.fullmatch(r"\*|(https?://)?[A-Za-z0-9*.-]+(:[0-9*]+)?", value):
            raise ValueError(f"{value!r:.80} is not allowed; allowed are self, none, * and origins as https://portal.example")
    if not values or ("none" in values and len(values) > 1):
        raise ValueError("allowed are none alone, or some of self, * and origins")
    return values


class Settings(BaseSettings):
    """Frozen settings; every field is an environment variable with the prefix ``GEOSERVICE_``.

    On PostGIS there are three roles: ``register_dsn`` opens the register; ``dsn`` opens the public inputs and writes releases;
    ``serve_dsn`` reads releases only and is the only one that ``serve`` uses.
    """

    model_config = SettingsConfigDict(env_prefix="GEOSERVICE_", frozen=True, extra="ignore")

    home: Path = Field(Path(), description="the project folder: study.toml, register/, project/ and releases/")
    dsn: SecretStr | None = Field(None, description="PostGIS connection of the project's role; by default DuckDB in the folder")
    register_dsn: SecretStr | None = Field(
        None, description="PostGIS connection of the register's role; by default that of dsn"
    )
    serve_dsn: SecretStr | None = Field(None, description="PostGIS connection of the serving role")
    schema_prefix: str = Field("geoservice", pattern=r"^[a-z][a-z0-9_]{0,30}$", description="prefix of every schema on PostGIS")
    keep_releases: int = Field(5, ge=1, le=100)
    host: str = "127.0.0.1"
    port: int = Field(8080, ge=0, le=65535)
    workers: int = Field(2, ge=1, le=64)
    keep_to_cores: bool = Field(True, description="pin each worker to a core if there are as many workers as cores")
    url: str | None = Field(None, pattern=r"^(https?://[^\s?#]+)?$", description="public base URL when behind a proxy")
    import_seconds: int = Field(900, ge=1, description="time limit of one file's reader")
    import_memory_mb: int = Field(8192, ge=256, description="memory limit of one file's reader")
    log_level: Literal["critical", "error", "warning", "info", "debug"] = "info"
    request_seconds: int = Field(
        30, ge=1, le=3600, description="time limit of a request, and of each later chunk of a download"
    )
    query_seconds: float = Field(20, gt=0, le=3600, description="time limit of one query to the store, which is then cancelled")
    requests_at_once: int = Field(8, ge=1, le=256, description="requests that a worker handles at the same time")
    requests_waiting: int = Field(
        64, ge=0, le=10000, description="maximum of requests queued in a worker; twice as many for tiles"
    )
    requests_at_once: int = Field(8, ge=1, le=256, description="requests a worker has in work at once")
    requests_waiting: int = Field(64, ge=0, le=10000, description="requests waiting in a worker at most; tiles twice as many")
    drawing_processes: int | None = Field(
        None,
        ge=1,
        le=64,
        description="processes of a worker that draw pictures; absent: its share of one a core",
    )
    drawing_pixels: int = Field(64_000_000, ge=1, description="pixels of pictures that are drawn or wait in a worker at most")
    drawing_seconds: float = Field(20, gt=0, le=3600, description="time limit of one picture; its process is ended then")
    drain_seconds: int = Field(30, ge=1, le=3600, description="time that requests in work have when the service is stopped")
    notice_seconds: float = Field(1, ge=0, le=300, description="time between saying not ready and not listening when stopped")
    rate_limit: Rate = Field("1200/minute", description="requests of an address without a token, in each worker")
    token_rate_limit: Rate = Field("6000/minute", description="requests of a token, in each worker")
    failed_token_limit: Rate = Field("30/minute", description="bad tokens of an address, in each worker")
    trusted_proxies: Annotated[Words, AfterValidator(_networks)] = Field(
        (), description="addresses or networks of proxies whose X-Forwarded-For, or Forwarded, is believed"
    )
    proxy_headers: bool = Field(
        False,
        description="links use the scheme, host and prefix of trusted proxies' headers; by default of proxies on this machine",
    )
    frame_ancestors: Annotated[TextList, AfterValidator(_frames)] = Field(
        ("self",), description="sites whose pages may embed ours in a frame: self, none, * or origins"
    )
    body_bytes: int = Field(1_000_000, ge=0, description="maximum size of a request body")
    cors_origins: TextList = Field(
        ("*",), description="origins whose pages may read responses, as https://portal.example; * is all"
    )
    oidc_issuer: str | None = Field(None, description="iss claim of the identity provider's tokens")
    oidc_audience: str | None = Field(None, description="aud claim of tokens for this service")
    oidc_jwks: str | None = Field(None, description="the provider's public keys: a file, or an https URL")
    oidc_algorithms: Annotated[tuple[SignatureAlgorithm, ...], NoDecode, BeforeValidator(_split)] = ("RS256",)
    oidc_role_claim: str = "geoservice_role"
    oidc_areas_claim: str = Field("geoservice_areas", description="claim that lists area codes; * is all areas")

    @property
    def proxies(self) -> tuple[str, ...]:
        """Return the trusted proxies."""
        return self.trusted_proxies or (LOOPBACK if self.proxy_headers else ())

    @model_validator(mode="after")
    def _oidc_is_complete(self) -> Self:
        values = [self.oidc_issuer, self.oidc_audience, self.oidc_jwks]
        if any(values) and not all(values):
            raise ValueError("oidc_issuer, oidc_audience and oidc_jwks belong together: set all three, or none")
        return self
