"""Every reason for which a value is rejected is known in both languages, so that none is hidden for a private file."""

import ast
import re
from pathlib import Path

import pytest

from geoservice.ingest.reject_texts import _ALLOWED, _REASONS, allowed_texts, reason_texts

INGEST = Path(__file__).parents[2] / "geoservice" / "ingest"
HAN = re.compile("[\u4e00-\u9fff]")
SAMPLES = {"crs_title(crs)": "EPSG:4326", "order": "lon,lat", "LEAST - 1": "9", "SPREADSHEET_CELL": "32767", "start": "since"}
NOT_KNOWN = {"invalid polygon: "}
"""Quotes a place; of areas only, which are public."""


def reasons() -> set[str]:
    """Return the reasons that stand in calls of ``reject``, with samples for what is put into them."""
    found = set()
    for path in INGEST.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "reject":
                found.add(text_of(node.args[2]))
            elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "_checked":
                found.add(text_of(node.args[3]))
            elif path.name in {"degrees.py", "coordinate_pairs.py"} and isinstance(node, ast.Raise):
                found |= {text_of(arm) for call in [node.exc] if isinstance(call, ast.Call) for arm in arms(call.args[0])}
    return {text for text in found if text and not text.startswith(tuple(NOT_KNOWN))}


def arms(node: ast.expr) -> list[ast.expr]:
    return [part for arm in (node.body, node.orelse) for part in arms(arm)] if isinstance(node, ast.IfExp) else [node]


def text_of(node: ast.expr) -> str:
    if isinstance(node, ast.Constant):
        return str(node.value)
    if isinstance(node, ast.JoinedStr):
        return "".join(
            SAMPLES.get(ast.unparse(part.value), "minutes") if isinstance(part, ast.FormattedValue) else text_of(part)
            for part in node.values
        )
    return ""


@pytest.mark.parametrize("reason", sorted(reasons()))
def test_a_reason_is_known_in_both_languages(reason: str) -> None:
    texts = reason_texts(reason)
    assert texts is not None
    assert (texts["en"], bool(HAN.search(texts["zh"]))) == (reason, True)


def test_reasons_are_found_in_the_code() -> None:
    assert {
        "empty",
        "out of range",
        "two hemispheres",
        "not on Earth in EPSG:4326",
        "more than the household's persons",
    } <= reasons()


def test_texts_with_numbers_keep_them() -> None:
    assert allowed_texts("a number from 0 to 1e+08 persons") == {
        "zh": "0 至 1e+08 的数（人）",
        "en": "a number from 0 to 1e+08 persons",
    }
    assert allowed_texts("one of point, village, or a usual synonym")["zh"] == "point, village 之一，或其常用说法"
    assert allowed_texts("checkup (体检, Check-up)")["zh"] == "checkup (体检, Check-up)"


@pytest.mark.parametrize("pattern", [*_REASONS, *_ALLOWED])
def test_a_pattern_is_a_pattern(pattern: str) -> None:
    assert re.compile(pattern)
