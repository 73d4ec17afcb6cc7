"""The HTTP server: limits of connections, cached responses sent before ASGI, and several worker processes."""
