"""The argument of commands that import files and datasets."""

from pathlib import Path
from typing import Annotated

import typer


def check_sources(sources: list[str]) -> list[str]:
    """Return the sources; raises typer's error for a path that does not exist."""
    for source in sources:
        if "://" not in source and not Path(source).exists():
            raise typer.BadParameter(f"{source!r} does not exist.")
    return sources


Sources = Annotated[
    list[str],
    typer.Argument(
        callback=check_sources,
        help="One or more files, or datasets by county: a folder with partitions such as county=340811, or s3://bucket/name.",
    ),
]
