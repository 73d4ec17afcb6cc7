"""Refusal of personal data that geoservice does not hold: people's names, identity numbers, phones, and sensitive topics.

Headers are checked first, then every value, whatever its header. The error says why and how to continue.
"""

import re
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import date

import numpy as np
import pyarrow as pa

from geoservice.errors import PersonalData, RefusedTopic
from geoservice.ingest.arrow_compute import Column
from geoservice.ingest.arrow_compute import compute as pc
from geoservice.ingest.header_names import normalize_header
from geoservice.schema import TableName

_NAME_HEADERS = re.compile(
    r"姓名|户主(?!编号|代码|年龄|人数)|联系人|负责人|法人|村医|医生名|家长|监护人|本人姓|曾用名"
    r"|^(full|first|last|family|given|sur|fore|middle|owner|head|contact|person|member|husband|wife|mother|father)s?name"
    r"|^surname|^headof(the)?household$|^householder$|^contactperson$|^householdhead$"
)
_HOUSEHOLD_NAME = re.compile(r"^(name|名字|名称)$")
_ID_HEADERS = re.compile(
    r"身份证|公民身份|证件号|居民证|护照|社保号|社会保障号|医保号|^(national)?id(card|number|no)$|^idcardno$|passport|socialsecurity|^ssn$"
)
_PHONE_HEADERS = re.compile(r"手机|联系方式|联系电话|^mobile|cellphone|^phone|telephone")
_TOPICS: tuple[tuple[str, re.Pattern[str]], ...] = (
    (
        "pregnancy",
        re.compile(r"怀孕|孕期|妊娠|孕妇|孕次|孕产|已孕|是否孕|末次月经|流产|引产|pregnan|gestation|abortion|lastmenstrual"),
    ),
    (
        "contraception",
        re.compile(r"避孕|节育|绝育|结扎|上环|取环|contracept|birthcontrol|sterili[sz]|\biud\b|familyplanningmethod|vasectomy"),
    ),
    (
        "births out of plan",
        re.compile(
            r"计划外|超生|政策外|违法生育|违反计生|抢生|outofplan|unplannedbirth|unauthori[sz]edbirth|excessbirth|birthquota|生育指标|准生"
        ),
    ),
    ("fines", re.compile(r"罚款|社会抚养费|抚养费|处罚|罚金|^fines?$|fine(amount|paid|due)|penalt|socialmaintenance")),
    ("religion", re.compile(r"宗教|信仰|教派|religio|^faith|denomination|worship")),
    ("ethnicity", re.compile(r"民族|族别|族裔|种族|ethnic|^race$|racial|^minority$|nationalityethnic")),
)
_ETHNIC_VALUE = r"^(汉|蒙古|回|藏|维吾尔|苗|彝|壮|布依|朝鲜|满|侗|瑶|白|土家|哈尼|哈萨克|傣|黎|畲|土|羌|其他)族$"
# The hundred commonest surnames, four Chinese in five.
_SURNAMES = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许韩邓冯曹彭曾肖田董潘袁蔡蒋余于杜叶程魏苏吕丁任卢姚沈钟姜崔谭陆范汪廖石金"
    "韦贾夏付方邹熊白孟秦邱侯江尹薛闫段雷龙黎史陶贺毛郝顾龚邵万钱严赖覃洪武莫孔汤向常温康施文牛樊葛邢安齐易乔伍庞颜倪庄聂章鲁岳翟殷詹申欧耿关兰焦俞左柳甘祝包宁尚符舒阮柯纪梅童凌毕单季裴霍涂成苗谷曲盛冉翁蓝路游辛靳管柴蒙鲍华喻祁"
)
_NAME_VALUE = f"^[{_SURNAMES}](\\p{{Han}}|·){{1,3}}$"
_PLACE_VALUE = r"(省|市|区|县|旗|镇|乡|村|组|队|社区|街道|街|路|巷|弄|屯|庄|寨|坊|里|园|苑|小区|户|型|类|族)$"
_ID18 = re.compile(r"(?<![\d.])[1-8]\d{16}[\dXx](?![\d.])")
_ID15 = re.compile(r"(?<![\d.])[1-8]\d{14}(?![\d.])")
_PHONE = re.compile(r"(?<![\d.])(?:\+?86[- ]?)?1[3-9]\d[- ]?\d{4}[- ]?\d{4}(?![\d.])")
_PREFILTER = r"\d{15}|1[3-9]\d[- ]?\d{4}[- ]?\d{4}"
_MAX_CHECKED = 20_000
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


def is_id18(text: str) -> bool:
    """Whether 18 characters are a resident identity number: region, date of birth, check character of GB 11643-1999.

    >>> is_id18("11010519491231002X"), is_id18("110105194912310021")
    (True, False)
    """
    check = "10X98765432"[sum(int(d) * w for d, w in zip(text[:17], _WEIGHTS, strict=True)) % 11]
    return text[17].upper() == check and _is_day(text[6:14])


def _is_day(text: str) -> bool:
    try:
        return date(int(text[:4]), int(text[4:6]), int(text[6:8])).year >= 1880
    except ValueError:
        return False


def has_id(values: Sequence[str]) -> bool:
    """Whether texts hold resident identity numbers, and not serial numbers of which a few pass the check by chance."""
    numbers = [m for v in values for m in _ID18.findall(v)]
    if numbers and sum(map(is_id18, numbers)) >= 0.3 * len(numbers):
        return True
    old_numbers = [m for v in values for m in _ID15.findall(v)]
    return len(old_numbers) >= 0.05 * len(values) and sum(_is_day("19" + m[6:12]) for m in old_numbers) > 0.5 * len(old_numbers)


def has_phone(values: Sequence[str], total: int) -> bool:
    """Whether at least one in 200 rows holds a mobile number; ``values`` are the candidates, ``total`` counts all rows."""
    return sum(1 for v in values if _PHONE.search(v)) >= max(1, total / 200)


def has_names(text: Column) -> bool:
    """Whether most values look like Chinese personal names: a common surname, two to four characters, many distinct values."""
    filled = pc.drop_null(text)
    if len(filled) < 3:
        return False
    step = max(1, len(filled) // 5000)
    sample = filled.take(pa.array(np.arange(0, len(filled), step)))
    name_like = pc.and_(
        pc.match_substring_regex(sample, _NAME_VALUE), pc.invert(pc.match_substring_regex(sample, _PLACE_VALUE))
    )
    hits = pc.filter(sample, name_like)
    return len(hits) >= 0.5 * len(sample) and len(pc.unique(hits)) >= min(200, 0.3 * len(hits))


def check_headers(table: TableName, headers: Iterable[str]) -> None:
    """Raise :class:`RefusedTopic` or :class:`PersonalData` for headers of data that is not held.

    Names of stations and areas are not personal data; ``name`` in a register of households is.
    """
    topics: dict[str, str] = {}
    persons: dict[str, str] = {}
    for header in headers:
        normalized = normalize_header(header)
        for topic, pattern in _TOPICS:
            if pattern.search(normalized):
                topics.setdefault(header, topic)
        if _NAME_HEADERS.search(normalized) or (table == "households" and _HOUSEHOLD_NAME.search(normalized)):
            persons[header] = "people's names"
        elif _ID_HEADERS.search(normalized):
            persons[header] = "identity numbers"
        elif table == "households" and _PHONE_HEADERS.search(normalized):
            persons[header] = "phones"
    _refuse_topics(topics)
    _refuse_persons(persons, "by its header")


def check_values(table: TableName, columns: pa.Table, not_names: Sequence[str], skip: Sequence[str]) -> None:
    """Raise for columns whose values are identity numbers, phones, personal names or ethnic groups, whatever the header.

    Parameters
    ----------
    table
        The table to load; names of areas and of population units are never personal names.
    columns
        All columns as text.
    not_names
        Headers that may hold names of places and things.
    skip
        Headers of plain numbers, which are not checked.
    """
    headers = [h for h in columns.column_names if h not in skip]

    def person(header: str) -> str:
        text = columns.column(header)
        may_be_names = table not in {"areas", "population"} and header not in not_names
        return _personal_numbers(text) or ("people's names" if may_be_names and has_names(text) else "")

    def ethnic(header: str) -> bool:
        text = columns.column(header)
        filled = len(text) - text.null_count
        return bool(filled and pc.sum(pc.match_substring_regex(text, _ETHNIC_VALUE)).as_py() > 0.5 * filled)

    with ThreadPoolExecutor(2) as pool:  # Arrow's searches run in parallel
        persons, topics = pool.map(person, headers), pool.map(ethnic, headers)
    _refuse_topics({h: "ethnicity" for h, is_ethnic in zip(headers, topics, strict=True) if is_ethnic})
    _refuse_persons({h: what for h, what in zip(headers, persons, strict=True) if what}, "by its values")


def _personal_numbers(text: Column) -> str:
    candidates = pc.filter(text, pc.fill_null(pc.match_substring_regex(text, _PREFILTER), False))
    if not len(candidates):
        return ""
    step = max(1, len(candidates) // _MAX_CHECKED)
    values = candidates.take(pa.array(np.arange(0, len(candidates), step))).to_pylist()
    if has_id(values):
        return "identity numbers"
    return "mobile phone numbers" if has_phone(values, (len(text) - text.null_count) // step) else ""


def _listed(refused: dict[str, str]) -> str:
    return ", ".join(f"{header!r} ({what})" for header, what in refused.items())


def _refuse_topics(refused: dict[str, str]) -> None:
    if refused:
        raise RefusedTopic(
            f"refused columns {_listed(refused)}: this program brings services to people and never holds data on pregnancy, "
            f"contraception, births out of plan, fines, religion or ethnicity. Continue without them: {_drops(refused)}"
        )


def _refuse_persons(refused: dict[str, str], reason: str) -> None:
    if refused:
        raise PersonalData(
            f"refused columns {_listed(refused)}, recognised {reason}: no map needs to identify a person, so names, identity "
            f"numbers and phones are never stored. Continue without them: {_drops(refused)}"
        )


def _drops(refused: dict[str, str]) -> str:
    return " ".join(f"--drop '{header}'" for header in refused)
