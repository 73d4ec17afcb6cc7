"""A check for schemathesis, run by test_schemathesis: bad input is refused, except a limit above its maximum.

OGC API Features (/req/core/fc-limit-response) takes such a limit as the maximum, and so do the lists of OGC API Processes. All
else that a case has must be valid then.
"""

import schemathesis
from schemathesis.specs.openapi.checks import negative_data_rejection

MAXIMA = {"getFeatures": 10_000, "getProcesses": 1000, "getJobs": 1000}
"""By operation."""


def negated(case: schemathesis.Case) -> set[str | None]:
    """Return the parameters that a case has bad values for; None stands for one without a name."""
    data = case.meta.phase.data
    mutations = getattr(data, "mutations", None) or ()
    return {m.parameter for m in mutations} or {data.parameter}


def above_maximum(text: object, operation: str) -> bool:
    """Whether a value is a whole number above the maximum of an operation."""
    return operation in MAXIMA and str(text).isdecimal() and int(str(text)) > MAXIMA[operation]


@schemathesis.check
def bad_data_rejection(ctx: schemathesis.CheckContext, response: schemathesis.Response, case: schemathesis.Case) -> bool | None:
    """Refuse a 200 for bad input, but for the limit of a list above its maximum when nothing else is bad."""
    is_large = above_maximum(case.query.get("limit"), str(case.operation.definition.raw.get("operationId")))
    if is_large and response.status_code == 200 and negated(case) == {"limit"}:
        return None
    return negative_data_rejection(ctx, response, case)
