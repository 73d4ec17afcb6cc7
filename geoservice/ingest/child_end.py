"""Why a reading process ended without an answer: short of memory, stopped by a signal, out of disk."""

import re
import signal
from pathlib import Path

from geoservice.errors import GeoserviceError, TooLarge, Unavailable, UnreadableFile

NEARLY = 0.8
"""Share of the memory allowed from which on a failure that says nothing is taken for a lack of it."""
_SHORT = re.compile(
    r"MemoryError|out of memory|memory allocation|(cannot|unable to) allocate|bad_alloc|\b(m|c|re)alloc\b|capacity overflow"
    r"|Resource temporarily unavailable|can't start new thread|failed to map segment",
    re.IGNORECASE,
)
_SIGNALS = {
    signal.SIGXCPU: "took more processor time than allowed; allowed: --seconds N",
    signal.SIGXFSZ: "what it unpacks into is larger than allowed; import a part of it",
    signal.SIGKILL: "the reader was killed (SIGKILL), as a machine does that has no memory left",
}
_OWN_FAULT = {signal.SIGABRT, signal.SIGBUS, signal.SIGFPE, signal.SIGILL, signal.SIGSEGV}


def is_memory_error(error: BaseException, memory_mb: int) -> bool:
    """Whether a library failed for want of memory, in whatever words: threads and modules need it as well."""
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, MemoryError | ImportError) or _SHORT.search(str(cause)):
            return True
        cause = cause.__cause__ or cause.__context__
    return _peak_mb() > NEARLY * memory_mb


def _peak_mb() -> float:
    """Return the most address space that this process had."""
    found = re.search(r"VmPeak:\s+(\d+) kB", Path("/proc/self/status").read_text(encoding="ascii"))
    return int(found.group(1)) / 1024 if found else 0.0


def end_of(file: str, code: int, said: str, memory_mb: int) -> GeoserviceError:
    """Return the error to raise for a process that ended without an answer.

    Parameters
    ----------
    file
        Name of the file it read.
    code
        Its exit code, or the negative number of the signal that ended it.
    said
        What it wrote to its standard error. Nothing of it goes into the message: it may hold rows of the file.
    memory_mb
        What it was allowed.

    Examples
    --------
    >>> str(end_of("a.xlsx", -11, "", 4096))
    'a.xlsx: the reader was stopped by the signal SIGSEGV: the file is damaged, or uses what is not read; nothing was loaded'
    """
    ended = signal.Signals(-code) if code < 0 else None
    if "No space left" in said:
        return Unavailable(f"{file}: the disk is full, and reading needs room on it; nothing was loaded")
    if _SHORT.search(said):
        return TooLarge(f"{file}: reading needs more than the {memory_mb} MB allowed; nothing was loaded")
    if ended in _SIGNALS:
        return TooLarge(f"{file}: {_SIGNALS[ended]}; nothing was loaded")
    damaged = "the file is damaged, or uses what is not read; nothing was loaded"
    if ended in _OWN_FAULT:
        return UnreadableFile(f"{file}: the reader was stopped by the signal {ended.name}: {damaged}")
    if ended is not None:
        return Unavailable(f"{file}: the reader was stopped from outside by the signal {ended.name}; import it again")
    return UnreadableFile(f"{file}: the reader gave up ({_exception_in(said) or f'exit code {code}'}): {damaged}")


def _exception_in(said: str) -> str:
    """Return the class of the exception at the end of a traceback, and no word of its text."""
    found = re.findall(r"^((?:\w+\.)*\w+(?:Error|Exception|Interrupt|Exit))(?::|$)", said, re.MULTILINE)
    return str(found[-1]).rpartition(".")[2] if found else ""
