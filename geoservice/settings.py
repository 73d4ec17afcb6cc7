"""Settings of a running geoservice, read once from the environment by whoever composes the program."""

import ipaddress
import re
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BeforeValidator, Field, SecretStr, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict


def _words(value: object) -> object:
    return tuple(value.replace(",", " ").split()) if isinstance(value, str) else value


Words = Annotated[tuple[str, ...], NoDecode, BeforeValidator(_words)]
"""Several words in one variable, with commas or spaces between."""
Rate = Annotated[str, Field(pattern=r"^([1-9][0-9]{0,8}/([1-9][0-9]{0,3} )?(second|minute|hour))?$")]
"""Requests in a time, as 600/minute; empty: no limit."""
Signed = Literal["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "Ed25519"]
"""Signatures with a key pair: with a secret shared by all (HS256) whoever checks tokens could make them."""


def _networks(words: tuple[str, ...]) -> tuple[str, ...]:
    for word in words:
        ipaddress.ip_network(word)
    return words


LOOPBACK = ("127.0.0.0/8", "::1")


def _frames(words: tuple[str, ...]) -> tuple[str, ...]:
    for word in words:
        if not re.fullmatch(r"\*|(https?://)?[A-Za-z0-9*.-]+(:[0-9*]+)?", word):
            raise ValueError(f"{word!r:.80} is not allowed; allowed are self, none, * and origins as https://portal.example")
    if not words or ("none" in words and len(words) > 1):
        raise ValueError("allowed are none alone, or some of self, * and origins")
    return words


class Settings(BaseSettings):
    """Frozen settings; every field is an environment variable with the prefix ``GEOSERVICE_``.

    On PostGIS there are three roles: ``register_dsn`` opens the register; ``dsn`` opens the public inputs and writes releases;
    ``serve_dsn`` reads releases only and is all that ``serve`` ever gets.
    """

    model_config = SettingsConfigDict(env_prefix="GEOSERVICE_", frozen=True, extra="ignore")

    home: Path = Field(Path(), description="the project folder: study.toml, register/, project/ and releases/")
    dsn: SecretStr | None = Field(None, description="PostGIS connection of the project's role; absent: DuckDB in the folder")
    register_dsn: SecretStr | None = Field(None, description="PostGIS connection of the register's role; absent: that of dsn")
    serve_dsn: SecretStr | None = Field(None, description="PostGIS connection of the serving role")
    schema_prefix: str = Field("geoservice", pattern=r"^[a-z][a-z0-9_]{0,30}$", description="prefix of every schema on PostGIS")
    keep_releases: int = Field(5, ge=1, le=100)
    host: str = "127.0.0.1"
    port: int = Field(8080, ge=0, le=65535)
    workers: int = Field(2, ge=1, le=64)
    keep_to_cores: bool = Field(True, description="with as many workers as cores, each keeps to a core of its own")
    url: str | None = Field(None, pattern=r"^(https?://[^\s?#]+)?$", description="public base URL when behind a proxy")
    import_seconds: int = Field(900, ge=1, description="time limit of one file's reader")
    import_memory_mb: int = Field(8192, ge=256, description="memory limit of one file's reader")
    log_level: Literal["critical", "error", "warning", "info", "debug"] = "info"
    request_seconds: int = Field(
        30, ge=1, le=3600, description="time limit of a request, and of each further part of a download"
    )
    query_seconds: float = Field(
        20, gt=0, le=3600, description="time limit of one question to the store; it is broken off then"
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
        description="links have scheme, host and prefix as trusted proxies state; if none is named, those of this machine",
    )
    frame_ancestors: Annotated[Words, AfterValidator(_frames)] = Field(
        ("self",), description="sites whose pages may hold ours in a frame: self, none, * or origins"
    )
    body_bytes: int = Field(1_000_000, ge=0, description="largest body of a request")
    cors_origins: Words = Field(("*",), description="origins whose pages may read answers, as https://portal.example; * is all")
    oidc_issuer: str | None = Field(None, description="iss of the identity provider's tokens")
    oidc_audience: str | None = Field(None, description="aud that a token for this service has")
    oidc_jwks: str | None = Field(None, description="the provider's public keys: a file, or an https URL")
    oidc_algorithms: Annotated[tuple[Signed, ...], NoDecode, BeforeValidator(_words)] = ("RS256",)
    oidc_role_claim: str = "geoservice_role"
    oidc_areas_claim: str = Field("geoservice_areas", description="claim that lists area codes; * is all areas")

    @property
    def proxies(self) -> tuple[str, ...]:
        """Return the proxies that are believed."""
        return self.trusted_proxies or (LOOPBACK if self.proxy_headers else ())

    @model_validator(mode="after")
    def _oidc_is_whole(self) -> Self:
        given = [self.oidc_issuer, self.oidc_audience, self.oidc_jwks]
        if any(given) and not all(given):
            raise ValueError("oidc_issuer, oidc_audience and oidc_jwks belong together: set all three, or none")
        return self
