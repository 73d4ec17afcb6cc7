"""The areas around a feature as one text: their codes from the largest area down, ``/42/4209/420981/``."""

from collections.abc import Sequence
from urllib.parse import unquote


def path(codes: Sequence[str]) -> str:
    """Return the path of these codes, the largest area first.

    >>> path(["42", "4209"]), path(["a/b"])
    ('/42/4209/', '/a%2Fb/')
    """
    return "".join(f"/{_segment(c)}" for c in codes) + "/"


def codes(text: str) -> list[str]:
    """Return the codes of a path, the largest area first.

    >>> codes("/42/4209/"), codes("/a%2Fb/")
    (['42', '4209'], ['a/b'])
    """
    return [unquote(segment) for segment in text.strip("/").split("/")]


def path_prefix(code: str) -> str | None:
    """Return the part of the path that every feature in an area has, or None for a code that no area can have.

    >>> path_prefix("4209"), path_prefix("")
    ('/4209/', None)
    """
    possible = code and "\0" not in code and not any("\ud800" <= c <= "\udfff" for c in code)
    return f"/{_segment(code)}/" if possible else None


def path_range(path: str) -> tuple[str, str]:
    """Return the first path of an area and those below it, and the first path after them, in the order of their bytes.

    >>> path_range("/42/4209/")
    ('/42/4209/', '/42/42090')
    """
    return path, path[:-1] + chr(ord("/") + 1)


def _segment(code: str) -> str:
    return code.replace("%", "%25").replace("/", "%2F")
