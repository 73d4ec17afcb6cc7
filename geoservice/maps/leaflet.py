"""Leaflet's own files as text, out of an installed package, so that a map needs nothing from anywhere."""

import base64
import re
from importlib.resources import files


def script() -> str:
    """Return Leaflet's code as a script element."""
    code = files("xstatic.pkg.leaflet").joinpath("data", "leaflet.js").read_text(encoding="utf-8")
    code = re.sub(r"^//# sourceMappingURL=.*$", "", code, flags=re.MULTILINE)
    return f"<script>{code.replace('</script', '<' + chr(92) + '/script')}</script>"


def stylesheet() -> str:
    """Return Leaflet's style sheet as a style element, its images inside as data."""
    data = files("xstatic.pkg.leaflet").joinpath("data")
    css = data.joinpath("leaflet.css").read_text(encoding="utf-8")

    def inline(found: re.Match[str]) -> str:
        image = base64.b64encode(data.joinpath(found[1]).read_bytes()).decode()
        return f"url(data:image/png;base64,{image})"

    return f"<style>{re.sub(r'url[(]([a-z0-9/-]+[.]png)[)]', inline, css)}</style>"
