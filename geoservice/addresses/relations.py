"""Words that say where something is relative to a road or a place: 交叉口, 东北, 200米, 对面."""

import re

from geoservice.addresses.elements import ElementKind

_END = r"(?=$|[\s,;:()]|约|\d|[一二三四五六七八九十]+米|处)"
_POINT = "东北|东南|西北|西南|正[东南西北]|[东南西北]"
_INTERSECTION = (
    "交叉路口|交叉口|交叉处|交叉点|交叉|交汇处|交汇口|交汇|交会处|交会口|交会|相交处|相交|交界口|交接处|"
    "十字路口|丁字路口|三岔路口|三叉路口|十字口|丁字口|岔路口|"
    "交口|转角处?|拐角处?|拐弯处|路口|(?<=[路街道巷线])[东南西北]?口(?![镇乡村岸子])"
)
_DIRECTION = (
    rf"[往向朝偏](?:{_POINT}|[左右前后里])(?:侧|面|边|方向?|行|走)?|(?:{_POINT}|[左右])(?:侧|面(?!粉|馆|包)|"
    rf"边(?!户|疆)|方向|方(?=$|[\s,()\d约])|角(?!落)|首|头{_END}|端|部{_END}|邻)|"
    rf"以(?:{_POINT})|路(?:[东南西北])(?:侧|面|边)?{_END}|(?:{_POINT}){_END}|(?<=[口处米])(?:东北|东南|西北|"
    r"西南)(?=[一-鿿]{2,12}(?:大厦|广场|小区|公司|中心|花园|院))"
)
ASSIST = (
    "斜?对[面过]|正对面?|附近|旁边|旁侧|隔壁|门口|门前|楼下|楼上|楼旁|院内|村内|园内|校内|店内|场内|内侧|"
    "内(?=$|[\\s,()\\d])|里面|里边|外面|外侧|外(?=$|[\\s,()])|"
    "后面|后边|后侧|后方|后院|背后|后(?=$|[\\s,()])|前面|前方|前侧|前(?=$|[\\s,()])|旁(?!村)|边上|村口|巷口|"
    "桥头|桥下|桥边|路边|路旁|河边|湖边|中间|之间|周边|沿线|沿街|附属(?![一-鿿])|交界处?|"
    "接壤处?|相邻|邻近|靠近|临近|尽头|入口处?|出口处?|出入口|入口|路段|坡下|坡上|山脚下?|中段|边(?=$|[\\s,()])|"
    "侧(?=$|[\\s,()])|下面|上面"
)
RELATIONS = re.compile(f"(?P<intersection>{_INTERSECTION})|(?P<assist>{ASSIST})|(?P<direction>{_DIRECTION})")
LINKS = re.compile(
    r"(?:[\s,;:()/\"'·#.+&_|]|-(?!\d(?:楼|层|[Ff])))+|约(?=\d|[一二三四五六七八九十])|处(?=$|[\s,()]|"
    r"路?[东南西北])|位于|地处|邮编|邮政编码|邮码|的(?=$|[一-鿿])"
)
"""What is between elements and no part of any."""
CONJUNCTION = re.compile("[与和跟至及同](?=[一-鿿\\dA-Z])")
"""What joins two roads or places."""


def relation(text: str, start: int) -> tuple[ElementKind, int] | None:
    """Return the kind and the end of a word of relation, None if there is none.

    >>> relation("交叉口东北200米", 0), relation("交叉口东北200米", 3), relation("东风组", 0)
    ((<ElementKind.INTERSECTION: 'intersection'>, 3), (<ElementKind.DIRECTION: 'direction'>, 5), None)
    """
    match = RELATIONS.match(text, start)
    return (ElementKind(match.lastgroup or ""), match.end()) if match else None
