"""The budget book: every measurement of the register, each entry chained to the one before."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import astuple, dataclass

import pyarrow as pa

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


def damaged(why: str) -> InputError:
    """Return the error of a book that cannot be trusted."""
    return InputError(
        f"register: the budget book is damaged: {why}; restore the register from a backup. Without the book nobody knows what "
        "was measured before, so nothing is imported or measured"
    )
