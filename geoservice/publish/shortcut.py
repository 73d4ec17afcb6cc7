"""Answers given where Granian hands a request over, before it goes to the event loop.

Granian builds a request in a thread of its own and schedules it: the loop is woken, makes a task, and the task sends. For an
answer that is ready this way costs more than all else that is done for it. Granian has no public place to come before it, so
one private function is replaced, in the worker process alone: the one that makes the schedule function, which is called with a
watcher that holds the scope and the protocol. It was read in the versions named ``READ``; with another version, or where the
function looks different, nothing is replaced, a warning says so, and requests reach the same answers by way of the loop.
"""

import inspect
from asyncio import AbstractEventLoop
from collections.abc import Callable
from functools import partial
from importlib import import_module
from importlib.metadata import version
from typing import Any

import structlog
from starlette.types import Message, Scope

READ = "2.8."
"""Versions whose code has been read; look at ``_futures.py`` and ``src/asgi/io.rs`` of a later one before adding it."""
MODULE, NAME, PARAMETERS = "granian._futures", "_cbsched_aioschedule", ("loop", "ctx", "cb")

Answer = Callable[[Scope, AbstractEventLoop], tuple[Message, Message] | None]
"""Returns start and body of an answer that is ready, None for a request that takes the usual way; called in any thread."""
Schedule = Callable[[Any], None]
Scheduler = Callable[[AbstractEventLoop, Any, Any], Schedule]


def install(answer: Answer) -> bool:
    """Let ``answer`` look at each request first; returns whether this Granian lets it. To be called before Granian serves."""
    scheduler = found()
    if scheduler is None:
        structlog.get_logger().warning("no shortcut for ready answers in this Granian", version=version("granian"), read=READ)
        return False
    setattr(import_module(MODULE), NAME, partial(_looking_first, answer, scheduler))
    return True


def found() -> Scheduler | None:
    """Return Granian's own maker of schedule functions if it is of the shape that is known here."""
    try:
        own = getattr(import_module(MODULE), NAME)
        own = own.args[1] if isinstance(own, partial) else own  # put in place before: never one shortcut before another
        fits = tuple(inspect.signature(own).parameters) == PARAMETERS and version("granian").startswith(READ)
    except (ImportError, AttributeError, TypeError, ValueError):
        return None
    return own if fits else None


def _looking_first(answer: Answer, scheduler: Scheduler, loop: AbstractEventLoop, ctx: Any, cb: Any) -> Schedule:
    """Return Granian's schedule function with ``answer`` before it, until that fails."""
    schedule, looking = scheduler(loop, ctx, cb), True

    def look(watcher: Any) -> None:
        nonlocal looking
        ready = send = None
        try:
            if looking:
                ready, send = answer(watcher.scope, loop), watcher.proto.send
        except Exception as error:  # noqa: BLE001 - Granian does not look at what is raised here; the usual way tells it
            looking = False
            structlog.get_logger().warning("no shortcut for ready answers any more", error=type(error).__name__)
        if ready is None or send is None:
            schedule(watcher)
        else:
            send(ready[0])
            send(ready[1])

    return look
