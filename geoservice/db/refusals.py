"""Why there is no connection to PostgreSQL, in words of ours: the driver's hold role, host and database."""

import re
from typing import NamedTuple

import psycopg

FORM = "host=... port=5432 dbname=... user=... password=... or postgresql://user:password@host:5432/dbname"
NO_ANSWER = "it does not answer, or the connection was cut"
BARRED = (
    "this role may not do that; the role that publishes needs GRANT CREATE ON DATABASE, and one that serves is let in with: "
    "geoservice grant ROLE"
)


class Refusal(NamedTuple):
    """Why there is no connection; ``passing``: the connection string is right, and time alone mends it."""

    reason: str
    passing: bool = False


_UNREADABLE = Refusal(f"the connection string cannot be read; allowed is {FORM}")
_NO_SERVER = Refusal("no server answers at the host and port of the connection string")
_STARTING = Refusal("the server is starting or stopping; try again in a moment", passing=True)
_REFUSED = Refusal("the server is there but refuses this role, password or database; see the server's log for which")
_NO_PLACE = Refusal("the server has no connection left; raise max_connections there", passing=True)
_SAID: tuple[tuple[str, Refusal], ...] = (  # the first that fits counts
    ('invalid port|invalid connection option|invalid .* value|missing "="', _UNREADABLE),
    ("resolve host|translate host name|not known", Refusal("the host name is not known; correct host=")),
    ("password authentication failed", Refusal("the server does not take this password or role; correct user= and password=")),
    ("no password supplied", Refusal("the server asks for a password and the connection string has none; add password=")),
    ("role .* does not exist", Refusal("the server knows no such role; correct user=, or CREATE ROLE ... LOGIN")),
    ("not permitted to log in", Refusal("the role may not log in; ALTER ROLE ... LOGIN")),
    ("database .* does not exist", Refusal("the server has no such database; correct dbname=, or CREATE DATABASE")),
    ("permission denied for database", Refusal("the role may not use this database; GRANT CONNECT ON DATABASE ... TO ...")),
    ("pg_hba.conf", Refusal("the server lets this role not in from here; a line in its pg_hba.conf does")),
    ("authentication failed", Refusal("the server refuses this role as it logs in; its pg_hba.conf says how it may")),
    ("certificate|SSL|GSS", Refusal("no encrypted connection comes about; correct sslmode= and the certificates")),
    ("too many|remaining connection slots", _NO_PLACE),
    ("starting up|shutting down|recovery", _STARTING),
    ("timeout expired|timed out|refused|No such file|unreachable|No route|closed the connection|reset by peer", _NO_SERVER),
)


def refusal_of(error: Exception) -> Refusal:
    """Return why a connection did not come about.

    The driver passes on the server's words and no code: of a server that speaks another language no more is known than that it
    is there. To ask it by ``PQping`` would stop every thread of this process until it answers.
    """
    if not isinstance(error, psycopg.OperationalError):
        return _UNREADABLE
    return next((told for words, told in _SAID if re.search(words, str(error))), _REFUSED)
