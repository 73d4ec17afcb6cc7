"""Errors for a reader process that ended without a result: out of memory, stopped by a signal, disk full."""

import re
import signal
from pathlib import Path

from geoservice.errors import GeoserviceError, TooLarge, Unavailable, UnreadableFile

HIGH_USE = 0.8
"""Share of the memory limit above which a failure without a stated cause counts as lack of memory."""
_OUT_OF_MEMORY = re.compile(
    r"MemoryError|out of memory|memory allocation|(cannot|unable to) allocate|bad_alloc|\b(m|c|re)alloc\b|capacity overflow"
    r"|Resource temporarily unavailable|can't start new thread|failed to map segment",
    re.IGNORECASE,
)
_LIMIT_SIGNALS = {
    signal.SIGXCPU: "reading took more processor time than allowed; for more time use --seconds N",
    signal.SIGXFSZ: "the unpacked content is larger than allowed; import a part of it",
    signal.SIGKILL: "the reader was killed (SIGKILL), which happens when the machine runs out of memory",
}
_CRASH_SIGNALS = {signal.SIGABRT, signal.SIGBUS, signal.SIGFPE, signal.SIGILL, signal.SIGSEGV}


def is_memory_error(error: BaseException, memory_mb: int) -> bool:
    """Whether a library failed for lack of memory, which threads and imports of modules need too."""
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, MemoryError | ImportError) or _OUT_OF_MEMORY.search(str(cause)):
            return True
        cause = cause.__cause__ or cause.__context__
    return _peak_mb() > HIGH_USE * memory_mb


def _peak_mb() -> float:
    """Return the peak address space of this process."""
    match = re.search(r"VmPeak:\s+(\d+) kB", Path("/proc/self/status").read_text(encoding="ascii"))
    return int(match.group(1)) / 1024 if match else 0.0


def process_failure(file: str, code: int, stderr: str, memory_mb: int) -> GeoserviceError:
    """Return the error to raise for a process that ended without a result.

    Parameters
    ----------
    file
        Name of the file it read.
    code
        Its exit code, or the negative number of the signal that ended it.
    stderr
        Its standard error. The message does not quote it, since it may hold rows of the file.
    memory_mb
        Its memory limit.

    Examples
    --------
    >>> str(process_failure("a.xlsx", -11, "", 4096))
    'a.xlsx: the reader crashed (SIGSEGV): the file is damaged, or uses an unsupported feature; nothing was loaded'
    """
    ending_signal = signal.Signals(-code) if code < 0 else None
    if "No space left" in stderr:
        return Unavailable(f"{file}: the disk is full, and reading needs room on it; nothing was loaded")
    if _OUT_OF_MEMORY.search(stderr):
        return TooLarge(f"{file}: reading needs more than the {memory_mb} MB allowed; nothing was loaded")
    if ending_signal in _LIMIT_SIGNALS:
        return TooLarge(f"{file}: {_LIMIT_SIGNALS[ending_signal]}; nothing was loaded")
    damaged = "the file is damaged, or uses an unsupported feature; nothing was loaded"
    if ending_signal in _CRASH_SIGNALS:
        return UnreadableFile(f"{file}: the reader crashed ({ending_signal.name}): {damaged}")
    if ending_signal is not None:
        return Unavailable(f"{file}: the reader was stopped from outside ({ending_signal.name}); import it again")
    return UnreadableFile(f"{file}: the reader failed ({_exception_class(stderr) or f'exit code {code}'}): {damaged}")


def _exception_class(stderr: str) -> str:
    """Return the class of the exception at the end of a traceback, without its text."""
    classes = re.findall(r"^((?:\w+\.)*\w+(?:Error|Exception|Interrupt|Exit))(?::|$)", stderr, re.MULTILINE)
    return str(classes[-1]).rpartition(".")[2] if classes else ""
