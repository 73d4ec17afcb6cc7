"""The files that a process has open, by Linux's /proc."""

from pathlib import Path


def open_paths(pid: "int | str" = "self") -> list[str]:
    """Return what each file descriptor of a process refers to; those closed meanwhile, by another thread, are left out."""
    paths = []
    for link in Path(f"/proc/{pid}/fd").iterdir():
        try:
            paths.append(str(link.readlink()))
        except FileNotFoundError:
            continue
    return sorted(paths)
