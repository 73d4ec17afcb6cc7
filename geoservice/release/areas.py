"""The areas around a feature as one text: their codes from the largest area down, ``/42/4209/420981/``."""

from collections.abc import Sequence


def path(codes: Sequence[str]) -> str:
    """Return the path of these codes, the largest area first.

    >>> path(["42", "4209"]), path(["a/b"])
    ('/42/4209/', '/a%2Fb/')
    """
    return "".join(f"/{_segment(c)}" for c in codes) + "/"


def path_prefix(code: str) -> str | None:
    """Return the part of the path that every feature in an area has, or None for a code that no area can have.

    >>> path_prefix("4209"), path_prefix("")
    ('/4209/', None)
    """
    possible = code and "\0" not in code and not any("\ud800" <= c <= "\udfff" for c in code)
    return f"/{_segment(code)}/" if possible else None


def _segment(code: str) -> str:
    return code.replace("%", "%25").replace("/", "%2F")
