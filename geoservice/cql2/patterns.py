"""The patterns of LIKE: ``%`` is any characters, ``_`` is one, a backslash escapes the next character."""

import re

MAX_WILDCARDS = 100
MAX_LENGTH = 1000
"""Characters of a pattern: the time of a match grows with its length times the text's."""
_ESCAPED = re.compile(r"\\(.?)", re.DOTALL)
_TOKEN = re.compile(r"\\.|%+|.", re.DOTALL)
_SPECIAL = frozenset(r"\.+*?()|[]{}^$")


def tidy(pattern: str) -> str:
    r"""Return the pattern with backslashes only where they are needed: both databases reject one at the end.

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
    """Return the number of ``%`` and ``_`` in a pattern; ``%%`` counts as one.

    >>> wildcards("%%a_%")
    3
    """
    return sum(token[0] in "%_" for token in _tokens(pattern))


def backtracks(pattern: str) -> bool:
    """Whether every position of one ``%`` is tried for each of another; one at the end needs no backtracking.

    >>> backtracks("%a_b%"), backtracks("%a%b")
    (False, True)
    """
    return sum(token[0] == "%" for token in _tokens(pattern.rstrip("%"))) > 1


def regular(pattern: str) -> str:
    r"""Return a pattern as a regular expression for the whole text, in which the dot matches any character.

    >>> print(regular("a.%_\\%"))
    a\..*.%
    """
    return "".join(_regular(token) for token in _tokens(pattern))


def _regular(token: str) -> str:
    if token[0] in "%_":
        return ".*" if token[0] == "%" else "."
    return f"\\{token[-1]}" if token[-1] in _SPECIAL else token[-1]
