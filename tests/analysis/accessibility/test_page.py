"""The examples of docs/accessibility.md have the results that the page shows, and its functions exist."""

import doctest
import re
from pathlib import Path

from geoservice.analysis import accessibility

PAGE = Path(__file__).parents[3] / "geoservice" / "docs" / "accessibility.md"
TEXT = PAGE.read_text("utf-8")


def test_the_examples_of_the_page_run():
    examples = doctest.DocTestParser().get_doctest(TEXT.replace("```", ""), {}, PAGE.name, str(PAGE), 0)
    said = []
    done = doctest.DocTestRunner().run(examples, out=said.append)
    assert (done.failed, said) == (0, [])
    assert done.attempted == 7


def test_the_table_has_every_function():
    table = TEXT[TEXT.index("| on GeoDataFrames") : TEXT.index("## Limits")]
    named = set(re.findall(r"`(\w+)`", table))
    assert named - {"access"} == set(accessibility.__all__) - {"Decay", "decay_weights"}
