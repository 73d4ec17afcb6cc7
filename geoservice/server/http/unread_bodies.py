"""Responses that are complete before the request body is, such as a 413: the rest of the body is received and discarded.

If the connection were closed at once, the kernel would reset it because of the unread bytes, and a client that is still sending
would see a broken pipe instead of the response. This is the lingering close of other web servers (RFC 9112, section 9.6).
"""

import asyncio
from contextlib import suppress

from starlette.types import ASGIApp, Message, Receive, Scope, Send

LINGER_S = 5.0
"""Most seconds for the rest of a request body."""
BODY_FIELDS = frozenset((b"content-length", b"transfer-encoding"))


class UnreadBodies:
    """Wraps the app: ends a response after the rest of the request body has been received, or after ``LINGER_S``."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one scope."""
        if scope["type"] != "http" or not sends_body(scope):
            await self._app(scope, receive, send)
            return
        is_read = is_sent = False
        is_sending = not waits_for_continue(scope)

        async def tracked() -> Message:
            nonlocal is_read, is_sending
            is_sending = True  # the first call sends 100 Continue to a client that waits for it
            message = await receive()
            is_read = message["type"] == "http.disconnect" or not message.get("more_body", False)
            return message

        async def unfinished(message: Message) -> None:
            nonlocal is_sent
            is_last = message["type"] == "http.response.body" and not message.get("more_body", False)
            if is_last and is_sending and not is_read:
                message, is_sent = {**message, "more_body": True}, True
            await send(message)

        await self._app(scope, tracked, unfinished)
        if is_sent:
            with suppress(TimeoutError):
                async with asyncio.timeout(LINGER_S):
                    while not is_read:
                        await tracked()
            await send({"type": "http.response.body"})


def sends_body(scope: Scope) -> bool:
    """Return whether a request has a body.

    GET and HEAD are left out, though they may have one: it has no meaning (RFC 9110), no client of ours sends it, and the many
    requests without a body are served without this wrapper.
    """
    return scope["method"] not in ("GET", "HEAD") and any(name in BODY_FIELDS for name, _ in scope["headers"])


def waits_for_continue(scope: Scope) -> bool:
    """Return whether the client sends the body only after ``100 Continue``."""
    return any(name == b"expect" for name, _ in scope["headers"])
