"""The steps of the image without a network: a complete wheel, served by a user who is not root."""

import os
import shutil
import socket
import subprocess
import sys
import sysconfig
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
STEPS = ROOT / "docker" / "steps"
VERSION = f"python{sys.version_info.major}.{sys.version_info.minor}"
NOBODY = 65534
AS_NOBODY = ["setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups", "env"] if os.geteuid() == 0 else []
"""``env`` starts the program, not setpriv, which still may look into every folder."""


def python() -> str:
    """Return a Python of this version that a user who is not root can start, or skip."""
    for found in (sys.executable, f"/usr/bin/{VERSION}"):
        command = [*AS_NOBODY, found, "-c", "import venv"]
        if subprocess.run(command, capture_output=True, check=False, cwd="/").returncode == 0:
            return found
    pytest.skip("install a Python that others than root may start to run this test")


@pytest.fixture(scope="module")
def open_folder() -> Iterator[Path]:
    """Yield a folder that everybody may look into; what pytest offers is for its user alone."""
    with tempfile.TemporaryDirectory(prefix="geoservice-image-") as name:
        Path(name).chmod(0o755)
        yield Path(name)


@pytest.fixture(scope="module")
def installed(open_folder: Path) -> Path:
    """Install the wheel, and nothing of the sources, beside the dependencies that are here."""
    folder = open_folder
    command = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(folder)]
    subprocess.run(command, check=True, capture_output=True, cwd=ROOT)
    target = folder / "target"
    subprocess.run([python(), "-m", "venv", "--without-pip", target], check=True)
    here = Path(sysconfig.get_paths()["purelib"])
    there = target / "lib" / VERSION / "site-packages"
    for package in here.iterdir():
        if not package.name.startswith(("geoservice", "_editable", "_geoservice")):
            (there / package.name).symlink_to(package)
    wheel = next(folder.glob("*.whl"))
    shutil.unpack_archive(wheel, there, "zip")
    program = target / "bin" / "geoservice"
    text = (
        "from geoservice.cli import main\nif __name__ == '__main__':\n    main()\n"  # as pip writes it: workers import it again
    )
    program.write_text(f"#!{target}/bin/python\n{text}", encoding="ascii")
    program.chmod(0o755)
    return target


def test_a_release_is_served_with_no_network_by_a_user_who_is_not_root(installed: Path, open_folder: Path) -> None:
    home = open_folder / "home"
    home.mkdir()
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        port = str(s.getsockname()[1])
    settings = {"HOME": str(home), "PORT": port, "NOTICE_SECONDS": "0", "WORKERS": "1"}
    environment = {f"GEOSERVICE_{name}": value for name, value in settings.items()}
    environment |= {"PATH": os.environ["PATH"], "TMPDIR": str(home)}
    subprocess.run([installed / "bin" / "python", STEPS / "release.py", home], check=True, env=environment, cwd="/")
    command = ["sh", str(STEPS / "try.sh"), str(STEPS), str(installed)]
    if os.geteuid() == 0:
        for path in (home, *home.rglob("*")):
            os.chown(path, NOBODY, NOBODY, follow_symlinks=False)
        alone = f"ip link set lo up; exec {' '.join([*AS_NOBODY, *command])}"
        command = ["unshare", "--net", "sh", "-euc", alone]
    done = subprocess.run(command, capture_output=True, text=True, env=environment, cwd="/", check=False, timeout=60)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "ready, and a tile was served" in done.stdout


def test_the_wheel_holds_layers_and_page(installed: Path) -> None:
    package = next(installed.glob("lib/*/site-packages/geoservice"))
    assert list((package / "_layers").glob("*.toml"))
    if (ROOT / "geoservice/web/static/index.html").exists():
        assert (package / "web/static/index.html").is_file()
    assert not (package / "web/node_modules").exists()
    assert not (package / "web/src").exists()
