"""CQL2 text read into CQL2 JSON by precedence climbing.

The parser is our own. The one there is for Python turns whole numbers into floats, so that 2^53 + 1 cannot be asked for, and
nested text ends its process; the tests hold the two equal on everything else.
"""

from typing import Any

from geoservice.cql2.lexer import LexerToken, tokens
from geoservice.cql2.wkt import Wkt
from geoservice.errors import ParameterError

MAX_DEPTH = 40
OR, AND, NOT, COMPARE, ADD, MULTIPLY, POWER, SIGN = range(1, 9)
_BINARY = {
    "or": OR,
    "and": AND,
    **dict.fromkeys(("=", "<>", "<", ">", "<=", ">=", "not", "like", "between", "in", "is"), COMPARE),
    "+": ADD,
    "-": ADD,
    "*": MULTIPLY,
    "/": MULTIPLY,
    "%": MULTIPLY,
    "div": MULTIPLY,
    "^": POWER,
}
_FUNCTIONS = ("s_", "t_", "a_")
_CAMEL = {name.lower(): name for name in ("t_finishedBy", "t_metBy", "t_overlappedBy", "t_startedBy", "a_containedBy")}


def read_text(text: str) -> Any:
    """Return the filter as CQL2 JSON; raises :class:`ParameterError` saying where it stops making sense."""
    parser = _Parser(tokens(text))
    tree = parser.expression(0)
    parser.expect("", "the end, AND or OR")
    return tree


class _Parser(Wkt):
    def __init__(self, words: list[LexerToken]) -> None:
        super().__init__(words)
        self._depth = 0

    def expression(self, least: int) -> Any:
        """Read operators that bind at least as tightly as ``least``."""
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise ParameterError(f"filter: nested more than {MAX_DEPTH} deep at character {self.word.at}")
        left = self._operand()
        while (binds := self._binds()) >= max(least, 1):
            left = self._joined(left, self.take().text.lower(), binds)
        self._depth -= 1
        return left

    def _binds(self) -> int:
        return _BINARY.get(self.word.text.lower(), 0) if self.word.kind in {"word", "sign"} else 0

    def _joined(self, left: Any, op: str, binds: int) -> Any:
        if binds == COMPARE:
            return self._compared(left, op)
        right = self.expression(binds + 1)
        if binds in {OR, AND} and isinstance(left, dict) and left.get("op") == op:
            return {"op": op, "args": [*left["args"], right]}  # a long list of conditions is not a deep tree
        return {"op": op, "args": [left, right]}

    def _compared(self, left: Any, op: str) -> Any:
        if op == "is":
            negated = self.taken("not")
            self.expect("null", "NULL")
            made: Any = {"op": "isNull", "args": [left]}
        else:
            negated = op == "not"
            op = self.take().text.lower() if negated else op
            made = self._compared_with(left, op, negated)
        return {"op": "not", "args": [made]} if negated else made

    def _compared_with(self, left: Any, op: str, negated: bool) -> Any:
        if op == "like":
            return {"op": op, "args": [left, self.expression(ADD)]}
        if op == "between":
            low = self.expression(ADD)
            self.expect("and", "AND between the ends")
            return {"op": op, "args": [left, low, self.expression(ADD)]}
        if op == "in":
            self.expect("(", "( before the list")
            return {"op": op, "args": [left, self.listed(lambda: self.expression(ADD))]}
        if negated:
            raise self.error("LIKE, BETWEEN or IN after NOT", self.words[self.at - 1])
        return {"op": op, "args": [left, self.expression(ADD)]}

    def _operand(self) -> Any:
        word = self.take()
        if word.kind == "number":
            return _number(word)
        if word.kind == "text":
            return word.text
        if word.kind == "quoted":
            return {"property": word.text}
        if word.kind == "word":
            return self._named(word)
        if word.text == "(":
            return self._bracketed()
        if word.text in {"-", "+"}:
            return _signed(word.text, self.expression(SIGN))
        raise self.error("a property, a value or (", word)

    def _bracketed(self) -> Any:
        """Read what stands between brackets: an expression, or a list where it is no single one."""
        if self.taken(")"):
            return []
        first = self.expression(0)
        if self.word.text != ",":
            self.expect(")", ") or an operator")
            return first
        self.take()
        return [first, *self.listed(self._argument)]

    def _named(self, word: LexerToken) -> Any:
        name = word.text.lower()
        if name == "not":
            return {"op": "not", "args": [self.expression(NOT)]}
        if name in {"true", "false"}:
            return name == "true"
        if self.is_shape(name):
            return self.shape(name)
        return self._call(word, name) if self.taken("(") else {"property": word.text}

    def _call(self, word: LexerToken, name: str) -> Any:
        if name in {"date", "timestamp"}:
            return self._instant(name)
        read = self._array if name.startswith("a_") else self._argument
        arguments = [] if self.taken(")") else self.listed(read)
        if name == "interval":
            return {"interval": arguments}
        known = name.startswith(_FUNCTIONS) or name in {"casei", "accenti"}
        return {"op": _CAMEL.get(name, name) if known else word.text, "args": arguments}

    def _argument(self) -> Any:
        return self.expression(0)

    def _array(self) -> Any:
        """Read an array, where one value in brackets is an array of one, or what stands for an array."""
        if not self.taken("("):
            return self._argument()
        return [] if self.taken(")") else self.listed(self._argument)

    def _instant(self, name: str) -> dict[str, str]:
        word = self.take()
        if word.kind != "text":
            raise self.error(f"a text in single quotes after {name.upper()}(", word)
        self.expect(")", ")")
        return {name: word.text}


def _number(word: LexerToken) -> int | float:
    try:
        return int(word.text)
    except ValueError:
        return float(word.text) if len(word.text) < 400 else float("inf")


def _signed(sign: str, value: Any) -> Any:
    if sign == "+":
        return value
    is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
    return -value if is_number else {"op": "*", "args": [-1, value]}
