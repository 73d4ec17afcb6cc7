"""The history of a store within one transaction: loads, rollbacks and deletions of sources."""

import json
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from datetime import UTC, datetime
from typing import Any

import pyarrow as pa

from geoservice.db import Session
from geoservice.schema import TableName
from geoservice.vintages.base import Action, ImportEvent, Source
from geoservice.vintages.load_record import Load
from geoservice.vintages.sql import EVENTS, Statements


class Events:
    """The events of a store, oldest first; none in a store of an older version until something is written to it."""

    def __init__(self, session: Session, sql: Statements) -> None:
        self._session, self._sql = session, sql

    def rows(self) -> list[dict[str, Any]]:
        """Return the events as they are stored."""
        if "events" not in {str(row[0]) for row in self._session.execute(*self._sql.existing())}:
            return []
        return self._session.fetch(self._sql.rows("events", EVENTS.names, "event"), EVENTS).to_pylist()

    def all(self, current: AbstractSet[int]) -> list[ImportEvent]:
        """Return the events; ``current`` are the loads that count now."""
        return [_event(row, current) for row in self.rows()]

    def loads(self) -> set[int]:
        """Return the loads of which the history knows."""
        return {row["load"] for row in self.rows() if row["action"] == "import"}

    def withdrawn(self) -> set[int]:
        """Return the loads that were rolled back."""
        return {row["load"] for row in self.rows() if row["action"] == "rollback"}

    def last_load(self) -> int:
        """Return the highest load of the history, 0 for none."""
        return max((row["load"] for row in self.rows()), default=0)

    def renamed(self, load: Load) -> dict[int, str]:
        """Return the earlier loads that a load took over from sources of other names, each with that name."""
        details = [json.loads(r["details"]) for r in self.rows() if (r["action"], r["load"]) == ("import", load.load)]
        return {int(number): name for d in details for number, name in d.get("renamed", {}).items()}

    def add(
        self, action: Action, load: Load, source: Source, renamed: Mapping[int, str] | None = None, restored: Sequence[str] = ()
    ) -> ImportEvent:
        """Add an event of a load and return it."""
        vintage = load.vintage
        details: dict[str, Any] = {}
        if renamed:
            details["renamed"] = dict(renamed)
        if restored:
            details["restored"] = list(restored)
        return self._append(
            action, load.table, source.name, load=load.load, number=vintage.number, file=source.file, sha256=source.sha256,
            row_count=vintage.rows, rejected=vintage.rejected, details=json.dumps(details, ensure_ascii=False),
        )  # fmt: skip

    def add_forget(self, table: TableName, source: str) -> None:
        """Add the deletion of a source."""
        self._append("forget", table, source, load=0, number=0, file="", sha256="", row_count=0, rejected=0, details="{}")

    def _append(self, action: Action, table: TableName, source: str, **columns: Any) -> ImportEvent:
        number = max((row["event"] for row in self.rows()), default=0) + 1
        now = datetime.now(UTC).isoformat(timespec="seconds")
        row: dict[str, Any] = {"event": number, "happened_at": now, "action": action, "table_name": table, "source": source}
        row |= columns
        self._session.append(self._sql.name("events"), pa.Table.from_pylist([row], EVENTS))
        return _event(row, {row["load"]} if action == "import" else set())

    def copy(self, other: "Events") -> None:
        """Copy the events of another database."""
        if rows := other.rows():
            self._session.append(self._sql.name("events"), pa.Table.from_pylist(rows, EVENTS))


def _event(row: Mapping[str, Any], current: AbstractSet[int]) -> ImportEvent:
    return ImportEvent(
        datetime.fromisoformat(row["happened_at"]), row["action"], row["table_name"], row["source"], row["number"], row["file"],
        row["sha256"], row["row_count"], row["rejected"], row["action"] == "import" and row["load"] in current,
        tuple(json.loads(row["details"]).get("restored", ())),
    )  # fmt: skip
