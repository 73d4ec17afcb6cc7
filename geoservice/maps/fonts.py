"""Fonts for text on pictures; Chinese needs a font of the system, because this package contains none."""

from functools import lru_cache
from pathlib import Path

import structlog

from geoservice.maps.mapnik_import import mapnik

FONT_FOLDERS = ("/usr/share/fonts", "/usr/local/share/fonts", "/Library/Fonts", "/System/Library/Fonts", "C:/Windows/Fonts",
                "~/.local/share/fonts", "~/.fonts")  # fmt: skip
FONT_FILES = ("NotoSansCJK-Regular.*", "NotoSansCJKsc-Regular.*", "NotoSansSC-Regular.*", "SourceHanSans*Regular.*",
              "wqy-*.ttc", "DroidSansFallback*.ttf", "msyh.ttc", "simhei.ttf", "PingFang.ttc")  # fmt: skip
CHINESE_FACES = ("Noto Sans CJK SC Regular", "Noto Sans SC Regular", "Source Han Sans SC Regular", "Source Han Sans CN Regular",
         "WenQuanYi Micro Hei Regular", "WenQuanYi Zen Hei Regular", "Droid Sans Fallback Regular", "Microsoft YaHei Regular",
         "SimHei Regular", "PingFang SC Regular")  # fmt: skip
LATIN_FACE = "DejaVu Sans Book"
"""Part of the renderer."""


@lru_cache(maxsize=1)
def chinese_face() -> str | None:
    """Return the name of a Chinese face, registered with the renderer, or None if the system has none.

    A process searches for it once; if there is none, this is logged and pictures are in English.
    """
    for folder in FONT_FOLDERS:
        for pattern in FONT_FILES:
            for path in sorted(Path(folder).expanduser().rglob(pattern)):
                mapnik.FontEngine.register_font(str(path))
                names = set(mapnik.FontEngine.face_names())
                if face := next((f for f in CHINESE_FACES if f in names), None):
                    return face
    structlog.get_logger().warning("no font with Chinese was found; text on pictures is in English", install="fonts-noto-cjk")
    return None


def faces() -> list[str]:
    """Return the faces for text; a character that one lacks is taken from the next."""
    face = chinese_face()
    return [face, LATIN_FACE] if face else [LATIN_FACE]


def picture_language(requested: str) -> str:
    """Return the language of text on a picture: the requested one, or English without a font for it."""
    return requested if requested != "zh" or chinese_face() else "en"
