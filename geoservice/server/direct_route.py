"""Routes whose endpoints take what was asked for, already checked, and the texts in the path: nothing else."""

from collections.abc import Callable, Coroutine
from contextlib import asynccontextmanager
from functools import partial
from inspect import iscoroutinefunction
from typing import Any

from fastapi import Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.routing import APIRoute


class DirectRoute(APIRoute):
    """A route whose one dependency is :func:`geoservice.server.deps.asking`.

    It is declared and documented as any other. It is called without FastAPI's search for the values that fit a signature, which
    is a tenth of the work on a page of features. What the dependency holds is given back before the answer is sent.
    """

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Return what answers a request."""
        (asked,) = self.dependant.dependencies
        assert asked.call is not None
        assert asked.name is not None
        ask, name = asynccontextmanager(asked.call), asked.name
        endpoint = self.endpoint if iscoroutinefunction(self.endpoint) else partial(run_in_threadpool, self.endpoint)

        async def handle(request: Request) -> Response:
            given = request.query_params
            async with ask(request, given.get("f"), given.get("lang")) as found:
                response: Response = await endpoint(**request.path_params, **{name: found})
            return response

        return handle
