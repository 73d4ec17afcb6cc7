"""Settings of a running geoservice, read once from the environment by whoever composes the program."""

from pathlib import Path
from typing import Literal

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """Frozen settings; every field is an environment variable with the prefix ``GEOSERVICE_``.

    ``dsn`` opens the private schemas and belongs to ``import`` and ``publish``; ``publish_dsn`` opens releases only and is
    all that ``serve`` ever gets.
    """

    model_config = SettingsConfigDict(env_prefix="GEOSERVICE_", frozen=True, extra="ignore")

    home: Path = Field(Path(), description="the project folder: study.toml, workspace/ and releases/")
    dsn: SecretStr | None = Field(None, description="PostGIS connection of the private role; absent: DuckDB in the folder")
    publish_dsn: SecretStr | None = Field(None, description="PostGIS connection of the serving role")
    schema_prefix: str = Field("geoservice", pattern=r"^[a-z][a-z0-9_]{0,30}$", description="prefix of every schema on PostGIS")
    keep_releases: int = Field(5, ge=1, le=100)
    host: str = "127.0.0.1"
    port: int = Field(8080, ge=0, le=65535)
    workers: int = Field(2, ge=1, le=64)
    url: str | None = Field(None, description="public base URL when behind a proxy")
    import_seconds: int = Field(900, ge=1, description="time limit of one file's reader")
    import_memory_mb: int = Field(8192, ge=256, description="memory limit of one file's reader")
    log_level: Literal["critical", "error", "warning", "info", "debug"] = "info"
    request_seconds: int = Field(30, ge=1, le=3600, description="time limit of a request, and of each further piece of a download")
    requests_at_once: int = Field(8, ge=1, le=256, description="requests a worker has in work at once; tiles twice as many")
    requests_waiting: int = Field(64, ge=0, le=10000, description="requests that may wait in a worker; tiles four times as many")
    drain_seconds: int = Field(30, ge=1, le=3600, description="time that requests in work have when the service is stopped")
    notice_seconds: float = Field(1, ge=0, le=300, description="time between saying not ready and not listening when stopped")
