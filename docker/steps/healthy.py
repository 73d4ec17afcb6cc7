"""Exit with 0 if the service in this container is ready."""

# ruff: noqa: INP001 - a script of the image, not a package

import os
import sys
import urllib.error
import urllib.request

PORT = os.environ.get("GEOSERVICE_PORT", "8080")

try:
    with urllib.request.urlopen(f"http://127.0.0.1:{PORT}/health/ready", timeout=4) as response:
        sys.exit(response.status != 200)
except OSError as error:
    sys.exit(str(error))
