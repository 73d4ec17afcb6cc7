"""The budget book: every measurement of the register, as a hash chain of entries."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import astuple, dataclass
from pathlib import Path

import pyarrow as pa

from geoservice.durable import atomic_write
from geoservice.errors import InputError

_COLUMNS: dict[str, pa.DataType] = {
    "number": pa.int32(),
    "made_at": pa.string(),
    "register_digest": pa.string(),
    "surface_digest": pa.string(),
    "rho": pa.string(),
    "note": pa.string(),
    "chain": pa.string(),
}
DRAWS = pa.schema(_COLUMNS)
MARK = "book"
"""File in the register's folder with number and chain of the last entry; reveals a database that is lost or set back."""


@dataclass(frozen=True)
class Draw:
    """One measurement: when, of which households, the resulting surface, and the budget it spent.

    ``rho`` is a fraction such as ``1/2``. ``chain`` is the SHA-256 of the previous entry's chain and this one's fields, so that
    the book cannot be shortened or changed unnoticed.
    """

    number: int
    made_at: str
    register_digest: str
    surface_digest: str
    rho: str
    note: str
    chain: str


def next_draw(previous: str, number: int, made_at: str, register_digest: str, surface_digest: str, rho: str, note: str) -> Draw:
    """Return the entry after the one whose chain is ``previous``, which is empty for the first entry."""
    fields = (number, made_at, register_digest, surface_digest, rho, note)
    return Draw(*fields, chain=hashlib.sha256(json.dumps([previous, *fields]).encode()).hexdigest())


def verify_chain(draws: Sequence[Draw], count: str, head: str) -> tuple[Draw, ...]:
    """Return the entries; raises :class:`InputError` unless they form a chain of length ``count`` that ends with ``head``."""
    chain = ""
    for number, draw in enumerate(draws, 1):
        if draw != next_draw(chain, number, *astuple(draw)[1:-1]):
            raise damaged_book(f"entry {number} was changed")
        chain = draw.chain
    if (str(len(draws)), chain) != (count, head):
        raise damaged_book(f"it has {len(draws)} entries, {count} were written")
    return tuple(draws)


def check_mark(folder: Path, draws: Sequence[Draw]) -> None:
    """Raise :class:`InputError` if the book lacks the last entry that the register's folder records."""
    path = folder / MARK
    count, _, head = path.read_text(encoding="ascii").strip().partition(" ") if path.exists() else ("0", "", "")
    chains = {str(draw.number): draw.chain for draw in draws}
    if count != "0" and chains.get(count) != head:
        raise damaged_book(f"register/{MARK} records {count} entries, some of which are missing")


def write_mark(folder: Path, draw: Draw) -> None:
    """Note in the register's folder that an entry was written; an older note, left by a killed process, is right as well."""
    with atomic_write(folder / MARK) as temporary:
        temporary.write_text(f"{draw.number} {draw.chain}\n", encoding="ascii")
        temporary.chmod(0o600)


def damaged_book(reason: str) -> InputError:
    """Return the error for a book that cannot be trusted."""
    return InputError(
        f"register: the budget book is damaged: {reason}; restore the register from a backup. Without the book it is unknown "
        "what was measured before, so nothing is imported or measured"
    )
