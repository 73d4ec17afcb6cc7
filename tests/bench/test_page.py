from geoservice.bench.page import DOCS, benchmark_section, page


def test_the_page_is_made_from_the_files_of_metrics() -> None:
    assert (DOCS / "benchmarks.md").read_text(encoding="utf-8") == page()


def test_a_missed_bar_is_bold() -> None:
    metrics = {"nearest": {"value": 0.7, "unit": "s", "bar": 0.6, "holds": False, "peer": "scipy", "ratio": 2.0}}
    text = benchmark_section("network", {**metrics, "machine": {"value": "a machine"}})
    assert "| nearest | 0.7 | s | 0.6 | **no** | scipy | 2 |" in text
