"""The words of CQL2 text."""

import re
from dataclasses import dataclass
from typing import Literal

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
    """A word and where it begins, counted from 1. ``text`` and ``quoted`` come without their quotes."""

    kind: Kind
    text: str
    at: int

    @property
    def shown(self) -> str:
        """How a message calls it."""
        return "the end" if self.kind == "end" else f"{self.text!r:.40}"


def tokens(text: str) -> list[LexerToken]:
    """Return the words of a filter and an ``end``; raises :class:`ParameterError` where there is none."""
    found: list[LexerToken] = []
    at = 0
    while not found or found[-1].kind != "end":
        match = _TOKEN.match(text, at)
        if match is None or match.lastgroup is None:
            raise ParameterError(f"filter: at character {at + 1} got {text[at : at + 20]!r}, which is no CQL2 text")
        found.append(_token(match))
        at = match.end()
    return found


def _token(match: re.Match[str]) -> LexerToken:
    kind: Kind = match.lastgroup  # type: ignore[assignment] # the groups of the pattern are named after the kinds
    text = match[kind]
    if kind == "text":
        text = text.replace("''", "'").replace("\\'", "'")
    elif kind == "quoted":
        text = text.replace('""', '"')
    return LexerToken(kind, text, match.start(kind) + 1)
