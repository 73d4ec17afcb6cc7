"""Every error that geoservice raises on purpose.

::

    GeoserviceError                 exit 1   500
    ├── InputError                  exit 10  400  a file or value from outside
    │   ├── UnreadableFile          exit 11       no accepted driver reads it, or its content does not match its name
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
    │   └── StudyError              exit 22       study.toml, standards.toml or a layer file is wrong
    ├── ParameterError              exit 30  400  a request parameter
    │   └── Infeasible              exit 44  400  no choice of sites can do what is asked for
    ├── NotFound                    exit 31  404
    ├── Forbidden                   exit 32  403
    ├── Conflict                    exit 33  409  e.g. another process writes
    ├── PreconditionFailed          exit 45  412  it was changed since the caller read it
    ├── PreconditionRequired        exit 46  428  the request does not say which revision it changes
    ├── UnsupportedMediaType        exit 47  415  a body is of another type than allowed
    ├── Unavailable                 exit 34  503  e.g. no release yet
    │   ├── TimedOut                exit 35  503  a request exceeded its time limit; its query was cancelled
    │   └── DiskFull                exit 38  503  there is no room for what has to be written
    ├── Unauthorized                exit 36  401  a token is missing, unknown, expired or revoked
    ├── TooManyRequests             exit 37  429  a caller exceeded its rate limit
    ├── NetworkError                exit 40       the street network cannot be built or used
    ├── GazetteerError              exit 48  503  the gazetteer is damaged or its places are wrong
    ├── DisclosureError             exit 41       the privacy budget does not allow it, or its book is wrong
    └── ReleaseError                exit 42  503  a release is damaged or was refused by its checks
        └── DamagedFile             exit 43  503  one file of it is damaged: the rest of it is served

A message names what is wrong, the value and what is allowed. The server maps a class to an HTTP status by :data:`STATUS`, and
its client maps the status back; the command line maps it to ``exit_code``. A message for operators (:func:`for_operators`)
stays in the log of the service.
"""

from collections.abc import Collection, Mapping, Sequence
from types import MappingProxyType
from typing import Any


class GeoserviceError(Exception):
    """Root of the tree; ``exit_code`` is the exit code of the command line.

    Every error can be pickled, so that other processes can pass theirs on.
    """

    exit_code = 1
    public: str | None = None
    """The message that a client of the server gets, with status 503, if the error's own text is for operators."""

    def __reduce__(self) -> tuple[Any, ...]:
        """Return how to unpickle the error without calling ``__init__``, whose arguments differ by class."""
        return _unpickle, (type(self), self.args), self.__dict__


DATA_UNAVAILABLE = "the data cannot be read just now; try again in a few seconds"
"""The public message while a store is unavailable."""


def for_operators(error: GeoserviceError, public: str = DATA_UNAVAILABLE) -> GeoserviceError:
    """Mark the text of an error as one for operators, and return the error; clients of the server get ``public``."""
    error.public = public
    return error


def _unpickle(kind: type[GeoserviceError], args: tuple[object, ...]) -> GeoserviceError:
    error = kind.__new__(kind)
    error.args = args
    return error


class InputError(GeoserviceError):
    """A file or a value from outside is not acceptable."""

    exit_code = 10


class UnreadableFile(InputError):
    """No accepted driver reads the file, or its content does not match its name."""

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
    """study.toml, standards.toml or a layer file is wrong."""

    exit_code = 22


class ParameterError(GeoserviceError):
    """A request parameter is unknown, malformed or out of bounds."""

    exit_code = 30


class Infeasible(ParameterError):
    """No choice of sites can do what is asked for; ``points`` are the positions of demand points that it leaves out."""

    exit_code = 44

    def __init__(self, message: str, points: Sequence[int] = ()) -> None:
        super().__init__(message)
        self.points = tuple(int(point) for point in points)


class NotFound(GeoserviceError):
    """The named resource does not exist."""

    exit_code = 31


class Forbidden(GeoserviceError):
    """The caller's role does not allow this."""

    exit_code = 32


class Conflict(GeoserviceError):
    """Another process has locked what this one needs."""

    exit_code = 33


class PreconditionFailed(GeoserviceError):
    """What was to be changed has changed since the caller read it."""

    exit_code = 45


class PreconditionRequired(GeoserviceError):
    """A request does not say which revision it changes."""

    exit_code = 46


class UnsupportedMediaType(GeoserviceError):
    """The body of a request is of another media type than allowed."""

    exit_code = 47


class Unavailable(GeoserviceError):
    """The service cannot respond yet."""

    exit_code = 34


class TimedOut(Unavailable):
    """A request exceeded its time limit; its query was cancelled."""

    exit_code = 35


class DiskFull(Unavailable):
    """There is no room for what has to be written; the text names folders and is for operators."""

    exit_code = 38
    public = DATA_UNAVAILABLE


class Unauthorized(GeoserviceError):
    """A token is missing, unknown, expired or revoked."""

    exit_code = 36


class TooManyRequests(GeoserviceError):
    """A caller exceeded its rate limit; ``retry_s`` is the number of seconds until it may try again."""

    exit_code = 37

    def __init__(self, message: str, retry_s: int = 1) -> None:
        super().__init__(message)
        self.retry_s = retry_s


class NetworkError(GeoserviceError):
    """The street network cannot be built or used."""

    exit_code = 40


class GazetteerError(GeoserviceError):
    """The gazetteer is damaged, or its places contradict each other."""

    exit_code = 48


class DisclosureError(GeoserviceError):
    """The privacy budget does not allow it, or its book is wrong."""

    exit_code = 41


class ReleaseError(GeoserviceError):
    """A release is damaged or was refused by its checks."""

    exit_code = 42


class DamagedFile(ReleaseError):
    """A file of a release is missing or differs from what was written; ``file`` and ``reason`` are for operators only."""

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
    PreconditionFailed: 412,
    PreconditionRequired: 428,
    UnsupportedMediaType: 415,
    TooLarge: 413,
    TooManyRequests: 429,
    Unavailable: 503,
    GazetteerError: 503,
    ReleaseError: 503,
})  # fmt: skip
"""HTTP statuses of the classes whose message is meant for clients; any other error is a 500 with a general message."""


def check_choice(name: str, value: str, allowed: Collection[str], error: type[GeoserviceError] = ParameterError) -> None:
    """Raise an error for a value that is not allowed.

    >>> check_choice("mode", "fly", ("walk", "drive"))
    Traceback (most recent call last):
    geoservice.errors.ParameterError: mode: got 'fly', allowed are walk, drive
    """
    if value not in allowed:
        raise error(f"{name}: got {value!r:.60}, allowed are {', '.join(allowed)}")
