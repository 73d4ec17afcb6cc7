"""Errors with the exception types of OGC API Processes."""

from geoservice.errors import NotFound

_TYPES = "http://www.opengis.net/def/exceptions/ogcapi-processes-1/1.0"


class NoSuchProcess(NotFound):
    """There is no process of this id."""

    problem_type = f"{_TYPES}/no-such-process"


class NoSuchJob(NotFound):
    """There is no job of this id, or it is somebody else's, or it has expired."""

    problem_type = f"{_TYPES}/no-such-job"


class ResultNotReady(NotFound):
    """The job has no result yet."""

    problem_type = f"{_TYPES}/result-not-ready"
