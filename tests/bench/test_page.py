from geoservice.bench.page import DOCS, page, section


def test_the_page_says_what_the_files_of_figures_say() -> None:
    assert (DOCS / "benchmarks.md").read_text(encoding="utf-8") == page()


def test_a_bar_that_does_not_hold_stands_out() -> None:
    figures = {"nearest": {"value": 0.7, "unit": "s", "bar": 0.6, "holds": False, "peer": "scipy", "ratio": 2.0}}
    text = section("network", {**figures, "machine": {"value": "a machine"}})
    assert "| nearest | 0.7 | s | 0.6 | **no** | scipy | 2 |" in text
