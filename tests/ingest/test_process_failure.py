"""Errors for a reader process that ended without a result, tested with real processes: memory, time, disk, signals."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from stations_file import FRAME

from geoservice.errors import TooLarge, Unavailable, UnreadableFile
from geoservice.ingest import Report
from geoservice.ingest.process_failure import is_memory_error, process_failure

FAILURES = {
    "import os, signal; os.kill(os.getpid(), signal.SIGSEGV)": (UnreadableFile, "crashed (SIGSEGV)"),
    "import os; os.abort()": (UnreadableFile, "crashed (SIGABRT)"),
    "import os, signal; os.kill(os.getpid(), signal.SIGKILL)": (
        TooLarge,
        "killed (SIGKILL), which happens when the machine runs out",
    ),
    "import os, signal; os.kill(os.getpid(), signal.SIGTERM)": (Unavailable, "stopped from outside (SIGTERM)"),
    "import resource as r; r.setrlimit(r.RLIMIT_CPU, (1, 2))\nwhile True: pass": (TooLarge, "more processor time"),
    "import resource as r\nr.setrlimit(r.RLIMIT_FSIZE, (9, 9))\nimport signal; signal.signal(signal.SIGXFSZ, signal.SIG_DFL)\n"
    "open('f', 'wb').write(b'x' * 99)": (TooLarge, "larger than allowed"),
    "import resource as r; r.setrlimit(r.RLIMIT_AS, (1 << 28, 1 << 28)); bytearray(1 << 30)": (TooLarge, "more than the 7 MB"),
    "import sys; sys.exit('OpenBLAS error: Memory allocation still failed after 10 retries')": (TooLarge, "more than the 7 MB"),
    "import sys; sys.exit('OSError: [Errno 28] No space left on device')": (Unavailable, "the disk is full"),
    "raise KeyError('张三')": (UnreadableFile, "the reader failed (KeyError)"),
    "import sys; sys.exit(3)": (UnreadableFile, "the reader failed (exit code 3)"),
}


@pytest.mark.parametrize("program", FAILURES)
def test_the_error_names_the_cause_and_quotes_nothing_of_the_file(program: str, tmp_path: Path) -> None:
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False, cwd=tmp_path)
    error_class, text = FAILURES[program]
    error = process_failure("a.csv", done.returncode, done.stderr, 7)
    assert type(error) is error_class
    assert str(error).startswith("a.csv: ")
    assert text in str(error)
    assert "张三" not in str(error)


def test_lack_of_memory_is_distinguished_from_a_damaged_file() -> None:
    assert not is_memory_error(ValueError("row 7 is damaged"), 1 << 20)
    assert is_memory_error(OSError("Failed to launch worker thread: Resource temporarily unavailable"), 1 << 20)
    assert is_memory_error(SystemError("error return without exception set"), 1)  # the peak of this process is above 1 MB
    caused = RuntimeError("no table")
    caused.__cause__ = MemoryError()
    assert is_memory_error(caused, 1 << 20)


@pytest.mark.parametrize("memory_mb", [16, 48, 96, 160, 192, 224])
def test_lack_of_memory_is_reported_at_every_limit(load: Callable[..., Report], memory_mb: int) -> None:
    """What fails first differs: the program itself, a module, a thread of a library, its allocation."""
    with pytest.raises(TooLarge, match=f"^s.csv: reading needs more than the {memory_mb} MB allowed"):
        load("stations", "s.csv", FRAME.to_csv(index=False), memory_mb=memory_mb)
