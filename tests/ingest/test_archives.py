"""ZIP archives: the one readable file is imported, wherever it lies; attacks are refused."""

import io
import struct
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import rasterio
from stations_file import FRAME, same, table

from geoservice.errors import EmptyFile, InputError, TooLarge, UnreadableFile
from geoservice.ingest import Report
from geoservice.project import Project

Load = Callable[..., Report]
CSV = FRAME.to_csv(index=False)


@pytest.fixture
def pack(tmp_path: Path) -> Callable[..., None]:
    """Return ``pack({name: content})``: writes ``s.zip``."""

    def go(members: dict[str, str | bytes], how: int = zipfile.ZIP_DEFLATED) -> None:
        with zipfile.ZipFile(tmp_path / "s.zip", "w", how) as archive:
            for name, content in members.items():
                archive.writestr(name, content)

    return go


def spatial(folder: Path, name: str, **options: Any) -> dict[str, str | bytes]:
    """Return the files that a spatial format writes, with their contents."""
    (folder / "made").mkdir()
    table().to_file(folder / "made" / name, **options)
    return {f"数据/{p.name}": p.read_bytes() for p in sorted((folder / "made").iterdir())}


@pytest.mark.parametrize("name", ["s.gpkg", "s.geojson", "s.shp", "s.fgb"])
def test_spatial_formats(project: Project, load: Load, pack: Any, tmp_path: Path, name: str) -> None:
    extra: dict[str, str | bytes] = {
        "说明.txt": "注",
        "__MACOSX/数据/._s.csv": "x",
        "数据/._s.shp": b"\0\5\x16\7",
        ".DS_Store": "x",
    }
    pack({**spatial(tmp_path, name), **extra})
    report = load("stations", "s.zip")
    same(project, report)
    assert (
        report.format
        == {".gpkg": "gpkg", ".geojson": "geojson", ".shp": "shapefile", ".fgb": "flatgeobuf"}[name[1:]] + " in zip"
    )
    assert report.notes[0] == f"'数据/{name}' was read from the archive; not read: ['说明.txt']"


def test_a_table_and_a_workbook(project: Project, load: Load, pack: Any, tmp_path: Path) -> None:
    pack({"a/b/站点.csv": CSV.encode("gb18030")})
    same(project, load("stations", "s.zip"))
    FRAME.to_excel(book := io.BytesIO(), sheet_name="站点", index=False)
    pack({"站点.xlsx": book.getvalue()})
    assert load("stations", "s.zip").rows_accepted == 3


def test_a_single_text_file_is_the_table(project: Project, load: Load, pack: Any) -> None:
    pack({"s.txt": CSV})
    same(project, load("stations", "s.zip"))


def test_shapefile_suffixes_in_any_case(project: Project, load: Load, pack: Any, tmp_path: Path) -> None:
    parts = spatial(tmp_path, "s.shp", encoding="UTF-8")
    pack({(n.upper() if n.endswith((".shp", ".dbf")) else n): c for n, c in parts.items()})
    same(project, load("stations", "s.zip"))


def test_one_of_several_files_is_chosen(project: Project, load: Load, pack: Any) -> None:
    pack({"甲/s.csv": CSV, "乙/s.csv": "id\n1\n", "t.geojson": "{}"})
    with pytest.raises(InputError, match=r"holds 3 files; choose one with --layer: \['t.geojson', '乙/s.csv', '甲/s.csv'\]"):
        load("stations", "s.zip")
    with pytest.raises(InputError, match="none of which is named 's'"):
        load("stations", "s.zip", layer="s")
    same(project, load("stations", "s.zip", layer="甲/s.csv"))
    assert load("stations", "s.zip", layer="甲/s", dry_run=True).rows_accepted == 3


def test_a_unique_stem_selects_the_file(project: Project, load: Load, pack: Any) -> None:
    pack({"甲/stations.csv": CSV, "other.csv": "id\n1\n"})
    same(project, load("stations", "s.zip", layer="stations"))


def test_a_layer_of_a_file_in_an_archive(project: Project, load: Load, pack: Any, tmp_path: Path) -> None:
    for layer in ("one", "two"):
        table().to_file(tmp_path / "two.gpkg", layer=layer)
    whole = (tmp_path / "two.gpkg").read_bytes()
    pack({"two.gpkg": whole})
    with pytest.raises(InputError, match=r"2 layers; choose one with --layer: \['one', 'two'\]"):
        load("stations", "s.zip")
    same(project, load("stations", "s.zip", layer="two"))
    pack({"two.gpkg": whole, "other.csv": "id\n1\n"})
    assert load("stations", "s.zip", layer="two.gpkg/one", dry_run=True).layer == "one"


@pytest.mark.parametrize("encoding", ["gbk", "utf-8"])
def test_member_names_without_the_encoding_flag(load: Load, pack: Any, tmp_path: Path, encoding: str) -> None:
    names = {f"{letter * len(name.encode(encoding))}": name for letter, name in (("A", "乡镇站点.csv"), ("B", "说明.csv"))}
    pack(dict.fromkeys(names, CSV))
    data = (tmp_path / "s.zip").read_bytes()
    for ascii_name, name in names.items():
        data = data.replace(ascii_name.encode(), name.encode(encoding))
    (tmp_path / "s.zip").write_bytes(data)
    with pytest.raises(InputError, match=r"\['乡镇站点.csv', '说明.csv'\]"):
        load("stations", "s.zip")
    assert load("stations", "s.zip", layer="乡镇站点").rows_accepted == 3


def test_a_raster_is_read_as_population(load: Load, pack: Any, areas: None, tmp_path: Path) -> None:
    place, ones = rasterio.Affine(0.01, 0, 116.95, 0, -0.01, 30.6), np.ones((2, 2), np.float32)
    with rasterio.open(tmp_path / "p.tif", "w", "GTiff", 2, 2, 1, "EPSG:4326", place, "float32") as target:
        target.write(ones, 1)
    pack({"p.tif": (tmp_path / "p.tif").read_bytes()})
    assert load("population", "s.zip").rows_accepted == 4
    with pytest.raises(UnreadableFile, match="population only"):
        load("stations", "s.zip")


def encrypted(data: bytes) -> bytes:
    """Set the flag of a password in both headers of the first member."""
    central = data.index(b"PK\1\2")
    return data[:6] + b"\1" + data[7 : central + 8] + b"\1" + data[central + 9 :]


def nested() -> bytes:
    with zipfile.ZipFile(inner := io.BytesIO(), "w") as archive:
        archive.writestr("s.csv", CSV)
    return inner.getvalue()


@pytest.mark.parametrize(
    ("members", "error", "message"),
    [
        ({"../s.csv": CSV}, UnreadableFile, r"'../s.csv', a path that leads out of it"),
        ({"a/../../s.csv": CSV}, UnreadableFile, "leads out"),
        ({"/etc/s.csv": CSV}, UnreadableFile, "leads out"),
        ({"C:\\s.csv": CSV}, UnreadableFile, "leads out"),
        ({"..\\s.csv": CSV}, UnreadableFile, "leads out"),
        ({"inner.zip": nested(), "s.csv": CSV}, UnreadableFile, r"other archives, which are not opened: \['inner.zip'\]"),
        ({"a.pdf": "x", "._s.csv": CSV}, InputError, "holds no file of a supported format"),
        ({}, InputError, "holds no file of a supported format"),
        ({"s.csv": " " * (64 << 20)}, TooLarge, r"s\.csv in the archive unpacks into"),
        ({"s.csv": "<VRTDataset/>"}, UnreadableFile, r"s\.csv: the name says csv, but the content is XML"),
        ({"s.csv": ""}, EmptyFile, "no bytes"),
        ({"answer.json": '{"meta": {}}'}, UnreadableFile, "GDAL"),
        ({"xl/workbook.xml": "<a/>"}, InputError, "holds no file of a supported format"),
    ],
)  # fmt: skip
def test_attacks_and_broken_archives_are_refused(
    load: Load, pack: Any, members: Any, error: type[InputError], message: str
) -> None:
    pack(members)
    with pytest.raises(error, match=message) as caught:
        load("stations", "s.zip")
    assert type(caught.value) is error


def test_a_password_is_named(load: Load, pack: Any, tmp_path: Path) -> None:
    pack({"s.csv": CSV})
    (tmp_path / "s.zip").write_bytes(encrypted((tmp_path / "s.zip").read_bytes()))
    with pytest.raises(UnreadableFile, match=r"protected by a password; unpack it"):
        load("stations", "s.zip")


def test_an_unsupported_compression_method_is_named(load: Load, pack: Any, tmp_path: Path) -> None:
    pack({"s.csv": CSV})
    data = bytearray((tmp_path / "s.zip").read_bytes())
    for at in (8, data.index(b"PK\1\2") + 10):
        data[at : at + 2] = struct.pack("<H", 9)
    (tmp_path / "s.zip").write_bytes(data)
    with pytest.raises(UnreadableFile, match=r"s\.csv uses an unsupported compression method \(9\)"):
        load("stations", "s.zip")


def test_a_damaged_member_is_named(load: Load, pack: Any, tmp_path: Path) -> None:
    pack({"s.csv": CSV}, zipfile.ZIP_STORED)
    data = (tmp_path / "s.zip").read_bytes()
    (tmp_path / "s.zip").write_bytes(data.replace(b"116.95", b"117.95"))
    with pytest.raises(UnreadableFile, match=r"s\.csv in the archive is damaged"):
        load("stations", "s.zip")


@pytest.mark.parametrize(
    ("head", "message"),
    [(b"Rar!\x1a\7", "a RAR archive: unpack it"), (b"7z\xbc\xaf\x27\x1c", "a 7-Zip archive"), (b"\x1f\x8b", "gzip")],
)
def test_other_archives_are_named(load: Load, head: bytes, message: str) -> None:
    with pytest.raises(UnreadableFile, match=message):
        load("stations", "s.zip", head + bytes(99))


def test_a_shapefile_beside_files_of_macos(project: Project, load: Load, tmp_path: Path) -> None:
    table().to_file(tmp_path / "s.shp", encoding="UTF-8")
    for suffix in ("shp", "dbf", "shx", "prj", "cpg"):
        (tmp_path / f"._s.{suffix}").write_bytes(b"\0\5\x16\7" + bytes(99))
    same(project, load("stations", "s.shp"))
    with pytest.raises(UnreadableFile, match=r"import the file without \._ in its name"):
        load("stations", "._s.shp")
