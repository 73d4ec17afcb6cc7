"""Schemathesis against the served OpenAPI document: good requests, bad ones, and walks from one answer to the next."""

import pytest

pytestmark = [pytest.mark.reference, pytest.mark.slow]


# a request line or a header block may be too long before it is anything else
TOO_LONG = "[checks]\nnegative_data_rejection.expected-statuses = [400, 401, 403, 404, 405, 406, 414, 431]\n"
# a limit above its declared maximum is taken as the maximum and no error: OGC API Features, /req/core/fc-limit-response
LARGE_LIMIT = """
[[operations]]
include-operation-id = "getFeatures"
checks.negative_data_rejection.expected-statuses = [200, 400, 401, 403, 404, 405, 406, 414, 431]
"""


def test_no_answer_breaks_the_document(url, peers, tell, tmp_path):
    (tmp_path / "schemathesis.toml").write_text(TOO_LONG + LARGE_LIMIT)
    # A filter or a token is text to a schema, and most texts are none: a 400 says so. All other checks are on.
    said = tell(
        peers / "schemathesis", "run", f"{url}/api", "--seed", 1, "--max-examples", 15, "--checks", "all",
        "--exclude-checks", "positive_data_acceptance", "--continue-on-failure",
    )  # fmt: skip
    assert "Stateful" in said
