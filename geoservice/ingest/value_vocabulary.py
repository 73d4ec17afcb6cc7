"""Synonyms for tiers, levels, precisions, yes and no in both languages; every key is lower case."""

from collections.abc import Iterable, Mapping
from typing import Protocol

from geoservice.schema import LEVELS, PRECISIONS, SEXES, TIERS
from geoservice.study import Study, Title


class _HasTitle(Protocol):
    @property
    def id(self) -> str: ...
    @property
    def title(self) -> Title: ...


def _table(names: Mapping[str, str], own: Iterable[str]) -> dict[str, str]:
    return {**{o: o for o in own}, **{w: key for key, words in names.items() for w in words.split()}}


TIER = _table(
    {
        "county": (
            "县级 县 区级 县区级 区县级 县(区)级 一级 县医院 区医院 人民医院 中医院 妇幼保健院 "
            "妇幼保健计划生育服务中心 疾控中心 1"
        ),
        "township": (
            "乡镇级 乡级 镇级 乡镇 乡 镇 街道 街道级 卫生院 乡镇卫生院 中心卫生院 社区卫生服务中心 街道办事处 town 二级 2"
        ),
        "village": "村级 村 社区 社区级 村(社区) 村(居) 村居 村卫生室 卫生室 村卫生所 卫生所 社区卫生服务站 community 三级 3",
        "van": "流动车 流动服务车 流动 流动站 巡回车 巡回医疗车 mobile bus 4",
    },
    TIERS,
)
LEVEL = _table(
    {
        "province": "省 省级 直辖市 自治区 特别行政区 1 state adm1",
        "city": "市 市级 地级 地级市 地市级 州 自治州 盟 地区 2 prefecture adm2",
        "county": "县 县级 区 区县 县区 县市区 区县级 市辖区 县级市 自治县 旗 自治旗 林区 特区 3 district adm3",
        "township": (
            "乡 镇 乡镇 乡级 乡镇级 街道 乡镇街道 街道办事处 街道办 民族乡 苏木 民族苏木 县辖区 4 town municipality adm4"
        ),
        "village": (
            "村 村级 社区 村社区 村居 村委会 居委会 行政村 自然村 建制村 村民委员会 居民委员会 社区居委会 "
            "社区居民委员会 嘎查 5 community neighbourhood adm5"
        ),
        "grid": "网格 格网 cell",
    },
    (*LEVELS, "grid"),
)
PRECISION = _table(
    {
        "point": "点 实测 gps 精确 exact",
        "building": "楼栋 建筑 建筑物 门牌 house rooftop",
        "interpolated": "内插 插值 interpolation",
        "street": "街道 道路 街路 road",
        "village": "村 村级 社区",
        "township": "乡镇 乡 镇 乡镇级",
        "county": "县 区 县区 区县 县级 区县级",
    },
    PRECISIONS,
)
SEX = _table(
    {
        "female": "女 女性 女人 妇女 f w females woman women girls 2",
        "male": "男 男性 男人 m males man men boys 1",
        "all": "合计 总计 小计 全部 不分 男女 男女合计 计 both t total persons both_sexes total_persons all_ages 总人口",
    },
    SEXES,
)
"""With the numbers of ISO/IEC 5218."""
FLAG = _table(
    {
        "yes": (
            "1 true t y 是 有 真 在用 正常 启用 运行 开放 √ active open operational 运营 运营中 营业 营业中 "
            "使用 开业 在营 正常运营 正常营业 正常运行 正常运转 正常开放 正常使用 存续 opened operating "
            "functional functioning enabled"
        ),
        "no": (
            "0 false f n 否 无 假 停用 已停用 暂停 暂停使用 暂停服务 停业 歇业 停诊 关闭 已关闭 关停 撤销 "
            "已撤销 撤并 注销 已注销 废止 × x inactive notactive closed temporarilyclosed permanentlyclosed "
            "suspended abandoned disused 停运 停办 未启用 不开放 未开放 已停业 已停运 暂停营业 暂停开放 "
            "暂停运营 disabled nonoperational notoperational nonfunctional notfunctional notfunctioning "
            "closedtemporarily closedpermanently"
        ),
    },
    ("yes", "no"),
)
"""Compared without spaces, underscores and hyphens."""


def synonyms_of(things: Iterable[_HasTitle]) -> dict[str, str]:
    """Return id by name, in lower case, of a study's services (or groups)."""
    ids: dict[str, str] = {}
    for t in things:
        ids |= {t.id: t.id, t.title.zh.lower(): t.id, t.title.en.lower(): t.id}
    return ids


_PEOPLE = {
    "all": "all total 全部 合计 全体 总计",
    "resident": "resident residents local locals 户籍 户籍人口 本地户籍 本地人口 户籍居民",
    "migrant": "migrant migrants 流动 流动人口 非户籍 非户籍人口 外来 外来人口 外来人员 流入人口",
}


def group_synonyms(study: Study) -> dict[str, str]:
    """Return id by name of a study's groups, of all persons together, of residents and of migrants."""
    people = {name: group for group, names in _PEOPLE.items() for name in names.split()}
    return {**people, **synonyms_of(study.groups)}
