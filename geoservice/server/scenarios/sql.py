"""Every statement of stored scenarios, for SQLite and for PostgreSQL. Values are bound."""
# ruff: noqa: S608 - one of the places for SQL text: values are bound, the schema's name is checked

from collections.abc import Sequence
from dataclasses import fields
from typing import Any

from geoservice.server.access.sql import AccessStatements, quoted_role
from geoservice.server.scenarios.edits_text import edits_of, text_of
from geoservice.server.scenarios.scenario import Scenario, Summary

SUMMARY = tuple(f.name for f in fields(Summary))
COLUMNS = (*SUMMARY, "edits")
WHOLE_NUMBERS = {"revision", "edit_count"}


class ScenarioStatements(AccessStatements):
    """The statements of the table ``scenarios``, which is in the database of the tokens and the audit log."""

    @property
    def _table(self) -> str:
        return self._name("scenarios")

    def exists(self) -> str:
        """Query whether the table exists, and on PostgreSQL whether this role may write to it."""
        if self.engine == "sqlite":
            return "SELECT count(*) FROM sqlite_master WHERE name = 'scenarios'"
        return (
            "SELECT count(*) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace "
            f"WHERE n.nspname = '{self.schema}' AND c.relname = 'scenarios' AND has_table_privilege(c.oid, 'INSERT')"
        )

    def create(self) -> list[str]:
        """Create the table."""
        columns = ", ".join(f"{c} {'bigint' if c in WHOLE_NUMBERS else 'text'} NOT NULL" for c in COLUMNS[1:])
        index = "scenarios_owner"
        return [
            f"CREATE TABLE {self._table} (id text PRIMARY KEY, {columns})",
            f"CREATE INDEX {index} ON {self._table} (owner)",
        ]

    def summaries(self) -> str:
        """Query scenarios without their edits, the last changed first: a limit and an offset."""
        columns = ", ".join(SUMMARY)
        return f"SELECT {columns} FROM {self._table} ORDER BY updated DESC, id LIMIT {self._mark} OFFSET {self._mark}"

    def count(self) -> str:
        """Query the number of scenarios."""
        return f"SELECT count(*) FROM {self._table}"

    def count_of(self) -> str:
        """Query the number of scenarios of an owner."""
        return f"SELECT count(*) FROM {self._table} WHERE owner = {self._mark}"

    def one(self) -> str:
        """Query a scenario by its id."""
        return f"SELECT {', '.join(COLUMNS)} FROM {self._table} WHERE id = {self._mark}"

    def insert(self) -> str:
        """Insert a scenario."""
        return f"INSERT INTO {self._table} ({', '.join(COLUMNS)}) VALUES ({', '.join([self._mark] * len(COLUMNS))})"

    def update(self) -> str:
        """Replace a scenario: the values of all columns but the id, then the id."""
        columns = ", ".join(f"{c} = {self._mark}" for c in COLUMNS[1:])
        return f"UPDATE {self._table} SET {columns} WHERE id = {self._mark}"

    def delete(self) -> str:
        """Delete a scenario by its id."""
        return f"DELETE FROM {self._table} WHERE id = {self._mark}"

    def grant(self, role: str) -> list[str]:
        """Allow a role to read, write and delete scenarios."""
        return [f"GRANT SELECT, INSERT, UPDATE, DELETE ON {self._table} TO {quoted_role(role)}"]


def to_row(scenario: Scenario) -> list[Any]:
    """Return a scenario as the values of ``COLUMNS``."""
    return [*(getattr(scenario, name) for name in SUMMARY), text_of(scenario.edits)]


def from_row(row: Sequence[Any]) -> Scenario:
    """Return the scenario in a row of ``COLUMNS``."""
    values: list[Any] = [*row[:-1], edits_of(row[-1])]
    return Scenario(*values)
