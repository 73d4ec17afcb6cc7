"""A precedence-climbing parser from CQL2 text to CQL2 JSON.

The parser is our own: the Python library for CQL2 turns integers into floats, so that 2^53 + 1 cannot be requested, and deeply
nested text ends its process. The tests compare the two on everything else.
"""

from typing import Any

from geoservice.cql2.lexer import LexerToken, tokenize
from geoservice.cql2.wkt import WktParser
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
    """Return the filter as CQL2 JSON; raises :class:`ParameterError` with the character of a syntax error."""
    parser = _Parser(tokenize(text))
    tree = parser.expression(0)
    parser.expect("", "the end, AND or OR")
    return tree


class _Parser(WktParser):
    def __init__(self, tokens: list[LexerToken]) -> None:
        super().__init__(tokens)
        self._depth = 0

    def expression(self, min_precedence: int) -> Any:
        """Read an expression of operators that bind at least as tightly as ``min_precedence``."""
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise ParameterError(f"filter: nested more than {MAX_DEPTH} deep at character {self.next.position}")
        left = self._operand()
        while (precedence := self._precedence()) >= max(min_precedence, 1):
            left = self._binary(left, self.advance().text.lower(), precedence)
        self._depth -= 1
        return left

    def _precedence(self) -> int:
        return _BINARY.get(self.next.text.lower(), 0) if self.next.kind in {"word", "sign"} else 0

    def _binary(self, left: Any, op: str, precedence: int) -> Any:
        if precedence == COMPARE:
            return self._comparison(left, op)
        right = self.expression(precedence + 1)
        if precedence in {OR, AND} and isinstance(left, dict) and left.get("op") == op:
            return {"op": op, "args": [*left["args"], right]}  # a long list of conditions is not a deep tree
        return {"op": op, "args": [left, right]}

    def _comparison(self, left: Any, op: str) -> Any:
        if op == "is":
            negated = self.accept("not")
            self.expect("null", "NULL")
            condition: Any = {"op": "isNull", "args": [left]}
        else:
            negated = op == "not"
            op = self.advance().text.lower() if negated else op
            condition = self._comparison_with(left, op, negated)
        return {"op": "not", "args": [condition]} if negated else condition

    def _comparison_with(self, left: Any, op: str, negated: bool) -> Any:
        if op == "like":
            return {"op": op, "args": [left, self.expression(ADD)]}
        if op == "between":
            low = self.expression(ADD)
            self.expect("and", "AND between the ends")
            return {"op": op, "args": [left, low, self.expression(ADD)]}
        if op == "in":
            self.expect("(", "( before the list")
            return {"op": op, "args": [left, self.comma_list(lambda: self.expression(ADD))]}
        if negated:
            raise self.error("LIKE, BETWEEN or IN after NOT", self.tokens[self.index - 1])
        return {"op": op, "args": [left, self.expression(ADD)]}

    def _operand(self) -> Any:
        token = self.advance()
        if token.kind == "number":
            return _number(token)
        if token.kind == "text":
            return token.text
        if token.kind == "quoted":
            return {"property": token.text}
        if token.kind == "word":
            return self._name(token)
        if token.text == "(":
            return self._bracketed()
        if token.text in {"-", "+"}:
            return _signed(token.text, self.expression(SIGN))
        raise self.error("a property, a value or (", token)

    def _bracketed(self) -> Any:
        """Read the inside of brackets: an expression, or a list if it is empty or has commas."""
        if self.accept(")"):
            return []
        first = self.expression(0)
        if self.next.text != ",":
            self.expect(")", ") or an operator")
            return first
        self.advance()
        return [first, *self.comma_list(self._argument)]

    def _name(self, token: LexerToken) -> Any:
        name = token.text.lower()
        if name == "not":
            return {"op": "not", "args": [self.expression(NOT)]}
        if name in {"true", "false"}:
            return name == "true"
        if self.is_geometry(name):
            return self.geometry(name)
        return self._call(token, name) if self.accept("(") else {"property": token.text}

    def _call(self, token: LexerToken, name: str) -> Any:
        if name in {"date", "timestamp"}:
            return self._instant(name)
        read = self._array if name.startswith("a_") else self._argument
        arguments = [] if self.accept(")") else self.comma_list(read)
        if name == "interval":
            return {"interval": arguments}
        standard = name.startswith(_FUNCTIONS) or name in {"casei", "accenti"}
        return {"op": _CAMEL.get(name, name) if standard else token.text, "args": arguments}

    def _argument(self) -> Any:
        return self.expression(0)

    def _array(self) -> Any:
        """Read an array, in which one value in brackets is an array of one; or an expression such as a property."""
        if not self.accept("("):
            return self._argument()
        return [] if self.accept(")") else self.comma_list(self._argument)

    def _instant(self, name: str) -> dict[str, str]:
        token = self.advance()
        if token.kind != "text":
            raise self.error(f"a text in single quotes after {name.upper()}(", token)
        self.expect(")", ")")
        return {name: token.text}


def _number(token: LexerToken) -> int | float:
    try:
        return int(token.text)
    except ValueError:
        return float(token.text) if len(token.text) < 400 else float("inf")


def _signed(sign: str, value: Any) -> Any:
    if sign == "+":
        return value
    is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
    return -value if is_number else {"op": "*", "args": [-1, value]}
