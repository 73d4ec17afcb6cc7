"""A FastAPI route class that calls endpoints without FastAPI's dependency resolution."""

from collections.abc import Callable, Coroutine
from contextlib import asynccontextmanager
from functools import partial
from inspect import iscoroutinefunction
from typing import Any

from fastapi import Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.routing import APIRoute


class DirectRoute(APIRoute):
    """A route whose only dependency is one of :func:`geoservice.server.deps.request_context`.

    It is declared and documented like any other route. Endpoints get the path parameters as text and the request context.
    FastAPI's resolution of arguments, a tenth of the time of a page of features, is skipped. The context's resources are
    released before the response is sent.
    """

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Return the handler of a request."""
        (dependency,) = self.dependant.dependencies
        assert dependency.call is not None
        assert dependency.name is not None
        make_context, name = asynccontextmanager(dependency.call), dependency.name
        endpoint = self.endpoint if iscoroutinefunction(self.endpoint) else partial(run_in_threadpool, self.endpoint)

        async def handle(request: Request) -> Response:
            query = request.query_params
            async with make_context(request, query.get("f"), query.get("lang")) as context:
                response: Response = await endpoint(**request.path_params, **{name: context})
            return response

        return handle
