"""Examples of the page /clients, as the demo's service fills them in."""

import json
import urllib.request

import pytest

collect_ignore = ["in_qgis.py"]  # run by test_programs, in another Python


@pytest.fixture(scope="session")
def examples(demo_server: str) -> dict[str, str]:
    """Return the text of each example by the name of its file."""
    with urllib.request.urlopen(f"{demo_server}/clients?f=json", timeout=10) as answer:
        return {c["file"]: c["example"] for c in json.load(answer)["clients"]}
