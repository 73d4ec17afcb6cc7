"""An S3-compatible server for tests, in a thread of the test process."""

import itertools
from collections.abc import Iterator
from contextlib import contextmanager

import pyarrow.fs as pa_fs
from moto.server import ThreadedMotoServer


class S3Server:
    """A running server: ``environment`` has its endpoint and keys, as a user sets them; :meth:`bucket` makes a new bucket."""

    def __init__(self, endpoint: str) -> None:
        self.environment = {
            "AWS_ENDPOINT_URL": endpoint,
            "AWS_ACCESS_KEY_ID": "testing",
            "AWS_SECRET_ACCESS_KEY": "testing",
            "AWS_REGION": "us-east-1",
        }
        self.endpoint, self._numbers = endpoint, itertools.count(1)

    def bucket(self) -> str:
        """Create a bucket and return its name."""
        scheme, _, host = self.endpoint.partition("://")
        client = pa_fs.S3FileSystem(
            access_key="testing", secret_key="testing", region="us-east-1", scheme=scheme, endpoint_override=host,
            allow_bucket_creation=True,
        )  # fmt: skip
        name = f"bucket-{next(self._numbers)}"
        client.create_dir(name)
        return name


@contextmanager
def s3_server() -> Iterator[S3Server]:
    """Run a server on a free port."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    try:
        yield S3Server(f"http://{host}:{port}")
    finally:
        server.stop()
