"""A service whose legends block the event loop of a worker: a program of its own, run by test_workers."""

import sys
import time
from functools import partial
from pathlib import Path

from geoservice.server.app import Application
from geoservice.server.http import workers
from geoservice.server.http.config import Config
from geoservice.server.operations import logs
from geoservice.server.serve import make_app
from geoservice.server.styles import legends
from geoservice.settings import Settings


def make(settings: Settings, folder: Path) -> Application:
    legends.style_legends = lambda *_: time.sleep(600)
    return make_app(settings, folder)


def main() -> None:
    home, port, folder = Path(sys.argv[1]), int(sys.argv[2]), Path(sys.argv[3])
    settings = Settings(home=home, port=port, workers=1)
    logs.configure("info")
    config = Config(partial(make, settings, folder), port=port, workers=1, log_config=logs.server_logging("info"))
    workers.run(config, folder, lambda: None, 5, 2)


if __name__ == "__main__":
    main()
