"""Every error that geoservice raises on purpose.

::

    GeoserviceError                 exit 1   500
    ├── InputError                  exit 10  400  a file or value from outside
    │   ├── UnreadableFile          exit 11       no accepted driver reads it, or it is not what its name says
    │   ├── WrongEncoding           exit 12
    │   ├── EmptyFile               exit 13
    │   ├── MissingColumn           exit 14
    │   ├── DuplicateKeys           exit 15
    │   ├── BadValues               exit 16       rows were rejected and partial loads were not allowed
    │   ├── BadGeometry             exit 17
    │   ├── WrongPlace              exit 18       wrong CRS, swapped axes, points outside every area
    │   ├── TooLarge                exit 19  413  a limit on time, memory, line or archive size was exceeded
    │   ├── PersonalData            exit 20       names, ID-card numbers, phones
    │   ├── RefusedTopic            exit 21       a topic that this service refuses to store
    │   └── StudyError              exit 22       study.toml or a layer file is wrong
    ├── ParameterError              exit 30  400  a request parameter
    ├── NotFound                    exit 31  404
    ├── Forbidden                   exit 32  403
    ├── Conflict                    exit 33  409  e.g. another process writes
    ├── Unavailable                 exit 34  503  e.g. no release yet
    │   ├── TimedOut                exit 35  503  a request took longer than it may; its query was cancelled
    │   └── DiskFull                exit 38  503  there is no room for what has to be written
    ├── Unauthorized                exit 36  401  a token is missing, unknown, expired or revoked
    ├── TooManyRequests             exit 37  429  more requests than a caller may make
    ├── NetworkError                exit 40       the street network cannot be built or used
    ├── DisclosureError             exit 41       the privacy budget does not allow it, or its account is not right
    └── ReleaseError                exit 42  503  a release is damaged or was refused by its checks
        └── DamagedFile             exit 43  503  one file of it is damaged: what else is in it is served

A message says what happened, to which name, what was got and what is allowed. The server maps a class to an HTTP status by
:data:`STATUS`, and a client of it maps the status back; the command line maps it to ``exit_code``. A message for whoever runs
the service (:func:`for_operators`) stays in its log.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any


class GeoserviceError(Exception):
    """Root of the tree; ``exit_code`` is what the command line ends with.

    Every error can be pickled, whatever its class takes beside a message: other processes tell of theirs.
    """

    exit_code = 1
    public: str | None = None
    """What a client of the server reads, under status 503, where the text itself is for whoever runs the service."""

    def __reduce__(self) -> tuple[Any, ...]:
        """Return how another process makes the same error."""
        return _again, (type(self), self.args), self.__dict__


AWAY = "the data cannot be read just now; try again in a few seconds"
"""What the public reads while a store does not answer."""


def for_operators(error: GeoserviceError, public: str = AWAY) -> GeoserviceError:
    """Return the error, its text marked as meant for whoever runs the service; clients of the server read ``public``."""
    error.public = public
    return error


def _again(kind: type[GeoserviceError], said: tuple[object, ...]) -> GeoserviceError:
    error = kind.__new__(kind)
    error.args = said
    return error


class InputError(GeoserviceError):
    """A file or a value from outside is not acceptable."""

    exit_code = 10


class UnreadableFile(InputError):
    """No accepted driver reads the file, or its content is not what its name says."""

    exit_code = 11


class WrongEncoding(InputError):
    """The text is in none of the accepted encodings."""

    exit_code = 12


class EmptyFile(InputError):
    """The file holds no rows."""

    exit_code = 13


class MissingColumn(InputError):
    """A required column was not found and not mapped."""

    exit_code = 14


class DuplicateKeys(InputError):
    """A key that must be unique occurs more than once."""

    exit_code = 15


class BadValues(InputError):
    """Rows were rejected for their values."""

    exit_code = 16


class BadGeometry(InputError):
    """A geometry is invalid or of the wrong kind."""

    exit_code = 17


class WrongPlace(InputError):
    """Coordinates are in another CRS than stated, swapped, or outside every area."""

    exit_code = 18


class TooLarge(InputError):
    """A limit on time, memory, line length or archive size was exceeded."""

    exit_code = 19


class PersonalData(InputError):
    """A column looks like names, identity-card numbers or phones."""

    exit_code = 20


class RefusedTopic(InputError):
    """A column is about a topic that this service refuses to store."""

    exit_code = 21


class StudyError(InputError):
    """study.toml or a layer file is wrong."""

    exit_code = 22


class ParameterError(GeoserviceError):
    """A request parameter is unknown, malformed or out of bounds."""

    exit_code = 30


class NotFound(GeoserviceError):
    """The named resource does not exist."""

    exit_code = 31


class Forbidden(GeoserviceError):
    """The caller's role may not do this."""

    exit_code = 32


class Conflict(GeoserviceError):
    """Another process has locked what this one needs."""

    exit_code = 33


class Unavailable(GeoserviceError):
    """The service cannot respond yet."""

    exit_code = 34


class TimedOut(Unavailable):
    """A request took longer than it may; its query was cancelled."""

    exit_code = 35


class DiskFull(Unavailable):
    """There is no room for what has to be written; the text names folders and is for whoever runs the service."""

    exit_code = 38
    public = AWAY


class Unauthorized(GeoserviceError):
    """A token is missing, unknown, expired or revoked."""

    exit_code = 36


class TooManyRequests(GeoserviceError):
    """A caller makes more requests than it may; ``retry_s`` are the seconds until it may try again."""

    exit_code = 37

    def __init__(self, message: str, retry_s: int = 1) -> None:
        super().__init__(message)
        self.retry_s = retry_s


class NetworkError(GeoserviceError):
    """The street network cannot be built or used."""

    exit_code = 40


class DisclosureError(GeoserviceError):
    """The privacy budget does not allow it, or its book is wrong."""

    exit_code = 41


class ReleaseError(GeoserviceError):
    """A release is damaged or was refused by its checks."""

    exit_code = 42


class DamagedFile(ReleaseError):
    """A file of a release is missing or is not what was written; ``file`` and ``reason`` are for the operator alone."""

    exit_code = 43

    def __init__(self, message: str, file: str, reason: str) -> None:
        super().__init__(message)
        self.file, self.reason = file, reason


STATUS: Mapping[type[GeoserviceError], int] = MappingProxyType({
    ParameterError: 400,
    Unauthorized: 401,
    Forbidden: 403,
    NotFound: 404,
    Conflict: 409,
    TooLarge: 413,
    TooManyRequests: 429,
    Unavailable: 503,
    ReleaseError: 503,
})  # fmt: skip
"""HTTP statuses of the classes whose message is meant for clients; any other error is a 500 with a general message."""
