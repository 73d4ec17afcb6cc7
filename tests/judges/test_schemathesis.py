"""Schemathesis against the served OpenAPI document: valid and invalid requests, and links from one response to the next."""

from pathlib import Path

import pytest

pytestmark = [pytest.mark.reference, pytest.mark.slow]

CHECK = Path(__file__).with_name("large_limit.py")
# a request line or a header block may be too long before it is anything else
TOO_LONG = "[checks]\nnegative_data_rejection.expected-statuses = [400, 401, 403, 404, 405, 406, 414, 431]\n"


def test_every_response_conforms_to_the_openapi_document(url, peers, tell, tmp_path):
    (tmp_path / "schemathesis.toml").write_text(TOO_LONG)
    # A filter or a token is text to a schema, and most texts are none: a 400 says so. All other checks are on; CHECK calls
    # negative_data_rejection.
    said = tell(
        peers / "schemathesis", "run", f"{url}/api", "--seed", 1, "--max-examples", 15, "--checks", "all",
        "--exclude-checks", "positive_data_acceptance,negative_data_rejection", "--continue-on-failure",
        SCHEMATHESIS_HOOKS=str(CHECK),
    )  # fmt: skip
    assert "Stateful" in said
