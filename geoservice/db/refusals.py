"""Reasons why a connection to PostgreSQL failed, without the driver's text, which contains role, host and database."""

import re
from typing import NamedTuple

import psycopg

DSN_FORMS = "host=... port=5432 dbname=... user=... password=... or postgresql://user:password@host:5432/dbname"
NO_RESPONSE = "it does not respond, or the connection was lost"
NO_PRIVILEGE = (
    "this role may not do that; a role that publishes needs GRANT CREATE ON DATABASE, a role that serves needs: "
    "geoservice grant ROLE"
)


class Refusal(NamedTuple):
    """Why a connection failed; ``temporary``: the connection string is right, and a later attempt may succeed."""

    reason: str
    temporary: bool = False


_BAD_DSN = Refusal(f"the connection string cannot be read; allowed is {DSN_FORMS}")
_NO_SERVER = Refusal("no server responds at the host and port of the connection string")
_STARTING = Refusal("the server is starting or stopping; try again in a moment", temporary=True)
_REFUSED = Refusal("the server refuses this role, password or database; see the server's log")
_NO_CONNECTION_LEFT = Refusal("the server has no connection left; raise max_connections there", temporary=True)
_PATTERNS: tuple[tuple[str, Refusal], ...] = (  # the first match counts
    ('invalid port|invalid connection option|invalid .* value|missing "="', _BAD_DSN),
    ("resolve host|translate host name|not known", Refusal("the host name is not known; correct host=")),
    (
        "password authentication failed",
        Refusal("the server does not accept this password or role; correct user= and password="),
    ),
    ("no password supplied", Refusal("the server requires a password and the connection string has none; add password=")),
    ("role .* does not exist", Refusal("the server has no such role; correct user=, or CREATE ROLE ... LOGIN")),
    ("not permitted to log in", Refusal("the role may not log in; ALTER ROLE ... LOGIN")),
    ("database .* does not exist", Refusal("the server has no such database; correct dbname=, or CREATE DATABASE")),
    ("permission denied for database", Refusal("the role may not use this database; GRANT CONNECT ON DATABASE ... TO ...")),
    ("pg_hba.conf", Refusal("the server's pg_hba.conf has no line that admits this role from this host")),
    ("authentication failed", Refusal("the server refuses this role's way of authentication; see its pg_hba.conf")),
    ("certificate|SSL|GSS", Refusal("no encrypted connection could be established; correct sslmode= and the certificates")),
    ("too many|remaining connection slots", _NO_CONNECTION_LEFT),
    ("starting up|shutting down|recovery", _STARTING),
    ("timeout expired|timed out|refused|No such file|unreachable|No route|closed the connection|reset by peer", _NO_SERVER),
)


def refusal_of(error: Exception) -> Refusal:
    """Return why a connection failed.

    The driver reports the server's text and no code: for a server with messages in another language the reason is unknown.
    ``PQping`` would block every thread of this process until the server responds.
    """
    if not isinstance(error, psycopg.OperationalError):
        return _BAD_DSN
    return next((refusal for pattern, refusal in _PATTERNS if re.search(pattern, str(error))), _REFUSED)
