"""The pattern of a LIKE: ``%`` any characters, ``_`` one, a backslash takes the next as it is."""

import re

MAX_WILDCARDS = 100
MAX_LENGTH = 1000
"""Characters of a pattern: what it takes is the product of its length and the text's."""
_ESCAPED = re.compile(r"\\(.?)", re.DOTALL)
_TOKEN = re.compile(r"\\.|%+|.", re.DOTALL)
_SPECIAL = frozenset(r"\.+*?()|[]{}^$")


def tidy(pattern: str) -> str:
    r"""Return the pattern with backslashes only where they are needed: both databases refuse one at the end.

    >>> print(tidy("\\a\\%b\\"))
    a\%b\\
    """
    return _ESCAPED.sub(_escaped, pattern)


def _escaped(match: re.Match[str]) -> str:
    following = match[1] or "\\"
    return f"\\{following}" if following in "%_\\" else following


def _tokens(pattern: str) -> list[str]:
    return [match[0] for match in _TOKEN.finditer(pattern)]


def wildcards(pattern: str) -> int:
    """Return how many ``%`` and ``_`` a pattern has; ``%%`` is one.

    >>> wildcards("%%a_%")
    3
    """
    return sum(token[0] in "%_" for token in _tokens(pattern))


def backtracks(pattern: str) -> bool:
    """Whether all places of one ``%`` are tried for each of another; one at the end takes what is left at once.

    >>> backtracks("%a_b%"), backtracks("%a%b")
    (False, True)
    """
    return sum(token[0] == "%" for token in _tokens(pattern.rstrip("%"))) > 1


def regular(pattern: str) -> str:
    r"""Return a pattern as a regular expression of the whole text, whose dot is any character.

    >>> print(regular("a.%_\\%"))
    a\..*.%
    """
    return "".join(_regular(token) for token in _tokens(pattern))


def _regular(token: str) -> str:
    if token[0] in "%_":
        return ".*" if token[0] == "%" else "."
    return f"\\{token[-1]}" if token[-1] in _SPECIAL else token[-1]
