"""Detection of the encoding of text: the one that decodes the bytes and reads like its language."""

import codecs
import re
from collections.abc import Mapping
from itertools import islice
from pathlib import Path

from geoservice.errors import WrongEncoding

CHUNK = 1 << 20
BOMS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
ALLOWED = "UTF-8, UTF-16 with byte order mark, GB18030/GBK, Big5, CP949, CP1252"
MAX_JUDGED = 20_000
"""Number of characters examined to judge how a text reads."""
_MIN_SHARE = 0.15
"""Least share of a language's common characters; random characters of a large set reach a few hundredths."""
_COMMON = {
    "gb18030": "的一是不了人我在有他这为之大来以个中上们到说国和地也子时道出而要于就下得可你年生自会那后能对着事其里所去行过家"
    "十用发天如然作方成者多日都三小"
    "军二无同么经法当起与好看学进种将还分此心前面又定见只主没公从省市县区乡镇村街路号户编码代名称点站服务体检接种层"
    "级别类人口数经纬度坐标址东西南北"
    "山河江湖海岭庄屯寨堡集店桥塘坝湾沟坡头尾新老安平永兴和龙凤城关口岁男女以上下常住流动籍居委会社组卫生院室所医疗"
    "民族自治州年月日时间备注合计总面积联系电话单位填报开放",
    "big5": "的一是不了人我在有他這為之大來以個中上們到說國和地也子時道出而要於就下得可你年生自會那後能對著事其裡所去行過家"
    "十用發天如然作方成者多日都三小"
    "省市縣區鄉鎮村里鄰街路號戶編碼代名稱點站服務體檢接種層級別類人口數經緯度座標址東西南北山河江湖海嶺莊埔坑厝崙寮"
    "港灣新竹臺台北中高雄桃園安平永興龍鳳城關"
    "歲男女以上下常住流動籍居委會社組衛生院室所醫療民族自治年月日時間備註合計總面積聯絡電話單位填報開放巷弄段樓",
    "cp949": "이다는의에가을를은한고도로리시군구동읍면길사람인구세대주소번호이름명위도경도좌표서울부산대구인천광주전울산경기"
    "강원충북남제라상기관보건소지진료병원센터"
    "코드분류구분수량합계총면적연월일시간비고전화우편하지않았있것들그나여자정아해어서만과으스일라우오마모든트원당양"
    "장공신안조성영현재산정중학교",
}
"""Common characters of each language, especially in tables of places, people and services."""


def guess_encoding(data: bytes) -> str | None:
    """Return the best encoding of bytes that are not UTF-8, None if none fits.

    That bytes decode is not enough: every byte is a Latin-1 character, and Korean bytes also decode as Chinese characters.

    >>> [guess_encoding(t.encode(e)) for t, e in (("户编号,经度", "gbk"), ("戶編號,經度", "big5"), ("주소,경도", "cp949"))]
    ['gb18030', 'big5', 'cp949']
    >>> guess_encoding("Größe,Höhe,Straße".encode("cp1252")), guess_encoding(bytes(range(128, 200)))
    ('cp1252', None)
    """
    scores = {name: _share_of_common(data, name, usual) for name, usual in _sets().items()}
    best = max(scores, key=lambda name: scores[name])
    if scores[best] >= _MIN_SHARE:
        return best
    return "cp1252" if _reads_latin(data) else None


def _sets() -> Mapping[str, frozenset[str]]:
    return {name: frozenset(text) for name, text in _COMMON.items()}


def _share_of_common(data: bytes, encoding: str, usual: frozenset[str]) -> float:
    try:
        text = codecs.getincrementaldecoder(encoding)().decode(data)
    except UnicodeDecodeError:
        return 0.0
    foreign = list(islice((c for c in text if c > "\x7f"), MAX_JUDGED))
    return sum(c in usual for c in foreign) / max(len(foreign), 1)


_LATIN = re.compile(
    r"(?<=[A-Za-z])[À-ÖØ-öø-ÿŠšŽžŒœŸ]{1,2}(?![^\x00-\x7f])|(?<![^\x00-\x7f])[À-ÖØ-öø-ÿŠšŽžŒœŸ]{1,2}(?=[A-Za-z])"
)


def _reads_latin(data: bytes) -> bool:
    """Whether the non-ASCII bytes are single or double letters next to ASCII letters, as in western European words."""
    try:
        text = data[: 4 * MAX_JUDGED].decode("cp1252")
    except UnicodeDecodeError:
        return False
    foreign = sum(ord(c) > 127 for c in text)
    return sum(len(m[0]) for m in _LATIN.finditer(text)) >= 0.8 * foreign > 0


def first_invalid_byte(path: Path, encoding: str) -> int:
    """Return the position of the first byte that is invalid in an encoding, -1 if there is none."""
    decoder = codecs.getincrementaldecoder(encoding)()
    read = 0
    with path.open("rb") as file:
        try:
            while chunk := file.read(CHUNK):
                decoder.decode(chunk)
                read += len(chunk)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError as e:
            return read + e.start
    return -1


def find_encoding(path: Path) -> str:
    """Return the encoding of a text file: by its byte order mark, else UTF-8, else the one that reads best.

    Raises :class:`WrongEncoding` with the position of the first byte that is not UTF-8.
    """
    with path.open("rb") as file:
        head = file.read(4096)
    for mark, name in BOMS:
        if head.startswith(mark):
            if (bad := first_invalid_byte(path, name)) >= 0:
                raise WrongEncoding(f"the byte order mark says {name}, but byte {bad} is invalid in it")
            return name
    if b"\x00" in head:
        raise WrongEncoding(f"there are zero bytes: UTF-16 without a byte order mark, or not text; allowed: {ALLOWED}")
    bad = first_invalid_byte(path, "utf-8")
    if bad < 0:
        return "utf-8"
    with path.open("rb") as file:
        file.seek(max(bad - 4096, 0) if bad > CHUNK else 0)  # the first non-ASCII text may be far down
        if file.tell():
            file.readline()
        encoding = guess_encoding(file.read(CHUNK))
    if encoding is None:
        raise WrongEncoding(f"byte {bad} is not UTF-8, and no other encoding gives readable text; allowed: {ALLOWED}")
    return encoding  # bytes that are invalid in it are reported while the file is read
