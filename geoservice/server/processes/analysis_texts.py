"""The processes that run an analysis of the release: ids, titles, descriptions and inputs."""

from collections.abc import Mapping

from pydantic import BaseModel

from geoservice.live import question
from geoservice.server.scenarios.question import StoredAnalysisQuestion, StoredCapacityQuestion

Texts = Mapping[str, str]
AFTER_EDITS: Texts = {
    "zh": "可在站点调整之后计算，每个数值附误差范围。",
    "en": " Also after edits of stations, each number with its margin.",
}
ANALYSIS_PROCESSES: tuple[tuple[str, Texts, Texts, type[BaseModel]], ...] = (
    (
        question.ACCESSIBILITY,
        {"zh": "可达性", "en": "Accessibility"},
        {
            "zh": "增强型两步移动搜索法（E2SFCA）：各区域每千人能够使用的服务能力，以及到第二近站点的平均分钟数。",
            "en": "Enhanced two-step floating catchment areas (E2SFCA): capacity per 1 000 persons of each area, and mean "
            "minutes to the second nearest station.",
        },
        StoredAnalysisQuestion,
    ),
    (
        question.CAPACITY,
        {"zh": "有限的服务能力", "en": "Limited capacity"},
        {
            "zh": "把人口分配到服务能力有限的站点（最优分配与逐站填满并列）：各站点的负荷与无名额人数，各区域未满足的人数。",
            "en": "People assigned to stations of limited capacity, by the best assignment and by stations filled one after "
            "the other: load and persons turned away of each station, persons without a place of each area.",
        },
        StoredCapacityQuestion,
    ),
    (
        question.EQUAL_SERVICES,
        {"zh": "服务均等化", "en": "Equal services"},
        {
            "zh": "各区域流动人口与户籍人口的对比：中位时间之差，最近站点的平均负荷及其差。",
            "en": "Migrants beside residents by area: difference of median minutes, and mean load of the nearest stations.",
        },
        StoredAnalysisQuestion,
    ),
    (
        question.INEQUALITY,
        {"zh": "到达时间的不平等", "en": "Inequality of travel time"},
        {
            "zh": "各区域、各人群到最近站点分钟数的均值、基尼系数、泰尔指数、帕尔马比值，以及超过标准时间的比例与深度。",
            "en": "Minutes to the nearest station by area and group: mean, Gini, Theil and Palma ratio, and the share "
            "and depth of the shortfall beyond the standard.",
        },
        StoredAnalysisQuestion,
    ),
    (
        question.TRAVEL_TIMES,
        {"zh": "人口加权的中位与 P90 时间", "en": "Median and P90 minutes of the population"},
        {
            "zh": "各区域、各人群中一半（九成）的人在多少分钟之内能够到达服务。",
            "en": "Minutes within which half (nine in ten) of the people of an area and group reach the service.",
        },
        StoredAnalysisQuestion,
    ),
)
