"""What a schema cannot say about a request."""

import itertools

import schemathesis
from schemathesis.core.parameters import ParameterLocation

numbers = itertools.count()


@schemathesis.hook
def before_call(context, case, kwargs):
    """Gives each request an idempotency key of its own, and writes whole numbers as such, unless that is wrong on purpose."""
    wrong = case.meta.is_negative_at if case.meta else lambda location: False
    if case.headers and "Idempotency-Key" in case.headers and not wrong(ParameterLocation.HEADER):
        case.headers["Idempotency-Key"] = f"request-{next(numbers)}"
    if not wrong(ParameterLocation.BODY):
        case.body = whole(case.body)


def whole(value):
    """JSON Schema takes 12.0 for an integer. Purser reads 12 only: whoever writes a fraction may mean one."""
    if isinstance(value, dict):
        return {name: whole(member) for name, member in value.items()}
    if isinstance(value, list):
        return [whole(item) for item in value]
    return int(value) if isinstance(value, float) and value.is_integer() else value


@schemathesis.serializer("text/csv")
def as_it_is(context, value):
    """A file is sent as the text that was made up for it."""
    return value if isinstance(value, bytes) else str(value).encode("utf-8", errors="ignore")
