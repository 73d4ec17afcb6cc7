import pytest

from geoservice.bench import soak


@pytest.mark.slow
def test_faults_bring_no_wrong_answer_and_nothing_but_503_with_retry_after() -> None:
    """A publish, a killed worker, a restarted database and a damaged tile file while clients read; see ``bench soak``."""
    figures = soak.run(30)
    for site in ("folder", "PostGIS"):
        assert figures[f"{site}: requests"]["value"] > 100
        assert figures[f"{site}: wrong answers"]["value"] == 0
        assert figures[f"{site}: other failures"]["value"] == 0, figures[f"{site}: first other failure"]
        assert figures[f"{site}: connections broken by the killed worker"]["holds"]
