"""geoservice serve: releases over HTTP."""

from typing import Annotated

import typer

from geoservice.cli.common import Home, out, settings_for


def serve(
    home: Home = None,
    host: Annotated[str | None, typer.Option(help="Address to listen on.")] = None,
    port: Annotated[int | None, typer.Option(help="Port to listen on.")] = None,
    workers: Annotated[int | None, typer.Option(help="Processes.")] = None,
    url: Annotated[str | None, typer.Option(help="Public base URL behind a proxy; links in responses begin with it.")] = None,
    proxy_headers: Annotated[
        bool | None,
        typer.Option(
            "--proxy-headers",
            help="Links begin with the scheme, host and prefix from a trusted proxy (headers Forwarded, X-Forwarded-Proto, "
            "-Host, -Prefix).",
        ),
    ] = None,
    trusted_proxies: Annotated[
        str | None,
        typer.Option(help="Trusted proxies: comma-separated addresses or networks; with --proxy-headers: this machine."),
    ] = None,
) -> None:
    """Serve the current release: the planner's page, OGC API Features, vector tiles and styles."""
    from geoservice.server.serve import serve as run_server  # this process imports nothing else of geoservice

    settings = settings_for(
        home, host=host, port=port, workers=workers, url=url, proxy_headers=proxy_headers, trusted_proxies=trusted_proxies
    )
    if out.is_terminal:  # otherwise the output has only the log, one JSON object per line
        out.print(f"geoservice is at http://{settings.host}:{settings.port}/  (Ctrl-C stops it)")
    run_server(settings)


def register(app: typer.Typer) -> None:
    """Add the command of this file."""
    app.command()(serve)
