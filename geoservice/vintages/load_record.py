"""The record of one load, as a store keeps it."""

import json
from datetime import datetime
from typing import Any

from geoservice.schema import TableName
from geoservice.vintages.base import Source, Vintage


class Load:
    """A vintage with the columns that only the store uses."""

    def __init__(self, row: dict[str, Any]) -> None:
        self.row = row
        self.load: int = row["load"]
        self.table: TableName = row["table_name"]
        self.source: str = row["source"]
        self.groups: list[str] = json.loads(row["groups"])

    @property
    def vintage(self) -> Vintage:
        """The public part of the record."""
        counts = {k: self.row[k] for k in ("number", "rejected", "added", "removed", "changed")}
        source, loaded_at = Source(self.source, self.row["digest"]), datetime.fromisoformat(self.row["loaded_at"])
        return Vintage(table=self.table, source=source, rows=self.row["row_count"], loaded_at=loaded_at, **counts)
