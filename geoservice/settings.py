"""Settings of geoservice, read from the environment once, where the program is composed."""

import ipaddress
import re
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BeforeValidator, Field, SecretStr, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict


def _split_list(value: object) -> object:
    return tuple(value.replace(",", " ").split()) if isinstance(value, str) else value


WordList = Annotated[tuple[str, ...], NoDecode, BeforeValidator(_split_list)]
"""Several values in one variable, separated by commas or spaces."""
Rate = Annotated[str, Field(pattern=r"^([1-9][0-9]{0,8}/([1-9][0-9]{0,3} )?(second|minute|hour))?$")]
"""Requests per period, such as 600/minute; empty means no limit."""
Algorithm = Literal["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "Ed25519"]
"""Asymmetric signature algorithms: with a shared secret (HS256) everyone who can verify tokens could also issue them."""


def _check_networks(values: tuple[str, ...]) -> tuple[str, ...]:
    for value in values:
        ipaddress.ip_network(value)
    return values


LOOPBACK = ("127.0.0.0/8", "::1")


def _check_frame_ancestors(values: tuple[str, ...]) -> tuple[str, ...]:
    for value in values:
        if not re.fullmatch(r"\*|(https?://)?[A-Za-z0-9*.-]+(:[0-9*]+)?", value):
            raise ValueError(
                f"{value!r:.80} is not allowed; allowed are self, none, * and origins such as https://portal.example"
            )
    if not values or ("none" in values and len(values) > 1):
        raise ValueError("allowed are none alone, or some of self, * and origins")
    return values


class Settings(BaseSettings):
    """Frozen settings; every field is an environment variable with the prefix ``GEOSERVICE_``.

    On PostGIS there are three roles: ``register_dsn`` is for the register, ``dsn`` for the public inputs and for writing
    releases, ``serve_dsn`` for reading releases; ``serve`` uses only the last one.
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
    keep_to_cores: bool = Field(True, description="with as many workers as cores, bind each worker to a core")
    url: str | None = Field(None, pattern=r"^(https?://[^\s?#]+)?$", description="public base URL when behind a proxy")
    import_seconds: int = Field(900, ge=1, description="time limit of one file's reader")
    import_memory_mb: int = Field(8192, ge=256, description="memory limit of one file's reader")
    log_level: Literal["critical", "error", "warning", "info", "debug"] = "info"
    request_seconds: int = Field(
        30, ge=1, le=3600, description="time limit of a request, and of each further part of a download"
    )
    query_seconds: float = Field(20, gt=0, le=3600, description="time limit of one query to the store, which is then cancelled")
    requests_at_once: int = Field(8, ge=1, le=256, description="requests that a worker processes at the same time")
    requests_waiting: int = Field(
        64, ge=0, le=10000, description="largest number of requests that wait in a worker; for tiles twice as many"
    )
    drawing_processes: int | None = Field(
        None,
        ge=1,
        le=64,
        description="processes of a worker that draw pictures; absent: its share of one per core",
    )
    drawing_pixels: int = Field(
        64_000_000, ge=1, description="largest number of pixels of pictures that are drawn or wait in a worker"
    )
    drawing_seconds: float = Field(20, gt=0, le=3600, description="time limit of one picture, whose process is then ended")
    drain_seconds: int = Field(30, ge=1, le=3600, description="time limit of requests in progress when the service is stopped")
    notice_seconds: float = Field(
        1, ge=0, le=300, description="time between reporting not ready and closing the port when the service is stopped"
    )
    keep_jobs: bool = Field(True, description="jobs and their results outlive the service, where it may write them")
    rate_limit: Rate = Field("1200/minute", description="requests from an address without a token, per worker")
    token_rate_limit: Rate = Field("6000/minute", description="requests with a token, per worker")
    failed_token_limit: Rate = Field("30/minute", description="bad tokens from an address, per worker")
    trusted_proxies: Annotated[WordList, AfterValidator(_check_networks)] = Field(
        (), description="addresses or networks of proxies whose X-Forwarded-For or Forwarded header is trusted"
    )
    proxy_headers: bool = Field(
        False,
        description="links have scheme, host and prefix from headers of trusted_proxies; by default those of this machine",
    )
    frame_ancestors: Annotated[WordList, AfterValidator(_check_frame_ancestors)] = Field(
        ("self",), description="sites that may embed our pages in a frame: self, none, * or origins"
    )
    body_bytes: int = Field(1_000_000, ge=0, description="largest request body, except for uploads")
    steward_project: Path | None = Field(
        None, description="project folder into which stewards may import over the API; absent: nobody may"
    )
    steward_secrets: Path | None = Field(
        None, description="folder with geoservice_dsn and geoservice_register_dsn for these imports, of a project on PostGIS"
    )
    upload_bytes: int = Field(200_000_000, ge=1, description="largest file that a steward may upload")
    cors_origins: WordList = Field(
        ("*",), description="origins whose pages may read responses, such as https://portal.example; * is all"
    )
    oidc_issuer: str | None = Field(None, description="iss of the identity provider's tokens")
    oidc_audience: str | None = Field(None, description="aud of tokens for this service")
    oidc_jwks: str | None = Field(None, description="the provider's public keys: a file, or an https URL")
    oidc_algorithms: Annotated[tuple[Algorithm, ...], NoDecode, BeforeValidator(_split_list)] = ("RS256",)
    oidc_role_claim: str = "geoservice_role"
    oidc_areas_claim: str = Field("geoservice_areas", description="claim with area codes; * is all areas")

    @property
    def proxies(self) -> tuple[str, ...]:
        """Return the trusted proxies."""
        return self.trusted_proxies or (LOOPBACK if self.proxy_headers else ())

    @model_validator(mode="after")
    def _check_oidc(self) -> Self:
        fields = [self.oidc_issuer, self.oidc_audience, self.oidc_jwks]
        if any(fields) and not all(fields):
            raise ValueError("oidc_issuer, oidc_audience and oidc_jwks: set all three or none")
        return self
