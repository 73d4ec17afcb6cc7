"""CQL2's abstract tests (OGC 21-065, Annex A) on both stores, as text and as JSON."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from annex import Case, annex_cases, annex_content

from geoservice.cql2 import parse_filter
from geoservice.cql2.parser import read_text
from geoservice.release import ItemQuery, ReleaseReader, open_store
from geoservice.release.properties import queryables_of

pytestmark = pytest.mark.reference


@pytest.fixture(scope="module")
def cases(reference: Path) -> list[Case]:
    return annex_cases(reference / "cql2")


@pytest.fixture(scope="module")
def annex(reference: Path, dsn: str | None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[ReleaseReader]:
    store = open_store(tmp_path_factory.mktemp("annex"), dsn, "annex", read_only=False)
    store.write(annex_content(reference / "cql2"))
    reader = store.open()
    yield reader
    reader.close()
    store.close()


def met(reader: ReleaseReader, case: Case, lang: str) -> tuple[str, int, int]:
    text = case.text if lang == "cql2-text" else json.dumps(read_text(case.text))
    wanted = parse_filter(text, lang, queryables_of(reader.layer(case.layer)))
    query = ItemQuery(limit=1000, filter=wanted, geometry=False, properties=[])
    return case.text, reader.items(case.layer, query).num_rows, reader.count(case.layer, query)


@pytest.mark.parametrize("lang", ["cql2-text", "cql2-json"])
def test_every_predicate_lets_through_what_the_standard_expects(annex: ReleaseReader, cases: list[Case], lang: str) -> None:
    assert len(cases) == 274
    assert [met(annex, c, lang) for c in cases] == [(c.text, c.expected, c.expected) for c in cases]
