"""The tokens of CQL2 text."""

import re
from dataclasses import dataclass
from typing import Literal, cast

from geoservice.errors import ParameterError

Kind = Literal["number", "text", "quoted", "word", "sign", "end"]

_TOKEN = re.compile(
    r"""\s*(?:
      (?P<number>(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?)
    | '(?P<text>(?:[^'\\]|''|\\'|\\)*)'(?!')
    | "(?P<quoted>(?:[^"]|"")*)"
    | (?P<word>[^\W\d][\w.:]*|:[\w.:]*)
    | (?P<sign><>|<=|>=|[-+*/%^(),<>=])
    | (?P<end>$)
    )""",
    re.VERBOSE,
)


@dataclass(frozen=True)
class LexerToken:
    """A token and the character where it begins, counted from 1. ``text`` and ``quoted`` are without their quotes."""

    kind: Kind
    text: str
    position: int

    @property
    def description(self) -> str:
        """The token in an error message."""
        return "the end" if self.kind == "end" else f"{self.text!r:.40}"


def tokenize(text: str) -> list[LexerToken]:
    """Return the tokens of a filter and an ``end``; raises :class:`ParameterError` at a character that begins no token."""
    result: list[LexerToken] = []
    start = 0
    while not result or result[-1].kind != "end":
        match = _TOKEN.match(text, start)
        if match is None or match.lastgroup is None:
            raise ParameterError(f"filter: at character {start + 1} got {text[start : start + 20]!r}, which is not CQL2 text")
        result.append(_token(match))
        start = match.end()
    return result


def _token(match: re.Match[str]) -> LexerToken:
    kind = cast("Kind", match.lastgroup)  # the groups of the pattern have the names of the kinds
    text = match[kind]
    if kind == "text":
        text = text.replace("''", "'").replace("\\'", "'")
    elif kind == "quoted":
        text = text.replace('""', '"')
    return LexerToken(kind, text, match.start(kind) + 1)
