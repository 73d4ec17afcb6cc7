"""The budget book: every measurement of the register, each entry chained to the one before."""

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
"""File in the register's folder with number and chain of the last entry: a database alone could be lost or set back unseen."""


@dataclass(frozen=True)
class Draw:
    """One measurement: when, of which households, which surface came of it, and what of the budget it spent.

    ``rho`` is a fraction such as ``1/2``. ``chain`` is the SHA-256 of the entry before and of this one's fields, so that the
    book can be neither shortened nor changed without notice.
    """

    number: int
    made_at: str
    register_digest: str
    surface_digest: str
    rho: str
    note: str
    chain: str


def chained(before: str, number: int, made_at: str, register_digest: str, surface_digest: str, rho: str, note: str) -> Draw:
    """Return the entry that follows the one whose chain is ``before``; the first follows an empty text."""
    fields = (number, made_at, register_digest, surface_digest, rho, note)
    return Draw(*fields, chain=hashlib.sha256(json.dumps([before, *fields]).encode()).hexdigest())


def checked(draws: Sequence[Draw], count: str, head: str) -> tuple[Draw, ...]:
    """Return the entries; raises :class:`InputError` unless they are ``count`` in one chain that ends with ``head``."""
    chain = ""
    for number, draw in enumerate(draws, 1):
        if draw != chained(chain, number, *astuple(draw)[1:-1]):
            raise damaged(f"entry {number} is not as it was written")
        chain = draw.chain
    if (str(len(draws)), chain) != (count, head):
        raise damaged(f"it has {len(draws)} entries, {count} were written")
    return tuple(draws)


def check_mark(folder: Path, draws: Sequence[Draw]) -> None:
    """Raise :class:`InputError` when the book lacks the entry that the register's folder knows to be the last."""
    path = folder / MARK
    count, _, head = path.read_text(encoding="ascii").strip().partition(" ") if path.exists() else ("0", "", "")
    known = {str(draw.number): draw.chain for draw in draws}
    if count != "0" and known.get(count) != head:
        raise damaged(f"register/{MARK} knows of {count} entries, of which some are not in it")


def write_mark(folder: Path, draw: Draw) -> None:
    """Note in the register's folder that an entry was written; an older note, left by a killed process, is right as well."""
    with atomic_write(folder / MARK) as aside:
        aside.write_text(f"{draw.number} {draw.chain}\n", encoding="ascii")
        aside.chmod(0o600)


def damaged(why: str) -> InputError:
    """Return the error of a book that cannot be trusted."""
    return InputError(
        f"register: the budget book is damaged: {why}; restore the register from a backup. Without the book nobody knows what "
        "was measured before, so nothing is imported or measured"
    )
