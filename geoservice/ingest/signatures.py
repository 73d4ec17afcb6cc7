"""Names of file contents that do not match the suffix, by their first bytes, with advice."""

import codecs
import re

_MAGIC = (
    (b"PK\x03\x04", "a ZIP archive or a workbook (XLSX, ODS): give it the suffix of what it is"),
    (b"SQLite format 3", "an SQLite database (GeoPackage?)"),
    (b"\x00\x00\x27\x0a", "a shapefile"),
    (b"PAR1", "Parquet"),
    (b"II*\x00", "TIFF"),
    (b"MM\x00*", "TIFF"),
    (b"fgb\x03", "FlatGeobuf"),
    (b"\xd0\xcf\x11\xe0", "an old Office file (.xls, or one with a password)"),
    (b"%PDF", "PDF"),
    (b"Rar!", "a RAR archive: unpack it and import the file inside"),
    (b"7z\xbc\xaf\x27\x1c", "a 7-Zip archive: unpack it and import the file inside"),
    (b"\x1f\x8b", "compressed with gzip: unpack it and import the file inside"),
    (b"\x00\x05\x16\x07", "macOS metadata of another file; import the file without ._ in its name"),
    (b"MIME-Version:", "a web archive (MHTML): open it in a spreadsheet program and save it as XLSX"),
)
_HTML = re.compile(rb"<(!doctype html|html|head|body|table|meta|style|div)\b", re.IGNORECASE)
_SPREADSHEET_XML = b"urn:schemas-microsoft-com:office:spreadsheet"
_SAVE = "open it in a spreadsheet program and save it as XLSX"


def content_name(head: bytes) -> str:
    """Return what a file is by its first bytes, empty for text and unknown content.

    >>> content_name(b"<html><table><tr><td>1</td></tr></table></html>")
    'an HTML web page: open it in a spreadsheet program and save it as XLSX'
    """
    for magic, name in _MAGIC:
        if head.startswith(magic):
            return name
    plain = head.replace(b"\0", b"").removeprefix(codecs.BOM_UTF8).removeprefix(codecs.BOM_UTF16_LE).lstrip()
    if _SPREADSHEET_XML in head:
        return f"a spreadsheet in XML of 2003: {_SAVE}"
    if _HTML.match(plain):
        return f"an HTML web page: {_SAVE}"
    if plain.startswith(b"<"):
        return "XML"
    return "JSON: give it the suffix .geojson, if it is GeoJSON" if plain.startswith(b"{") else ""


def is_text(head: bytes) -> bool:
    """Whether bytes are text: a UTF-16 byte order mark, or no control characters.

    >>> is_text("编号,名称".encode("gbk")), is_text(bytes(9))
    (True, False)
    """
    return head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) or all(b >= 32 or b in b"\t\r\n" for b in head)
