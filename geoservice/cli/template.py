"""The template of study.toml for geoservice init."""

STUDY = """\
# 研究设置，各项说明见 geoservice/docs/configuration.md / settings of the study; that page explains every key
id = "district"
title = { zh = "我的区县", en = "My district" }

# 区划代码体系；以 nbs 开头表示国家统计局代码 / code table of areas; names beginning with nbs are Chinese division codes
code_system = "local"
# 以哪一天的住户和区域为准；默认为最近一次导入之日 / day whose households and areas count; default: that of the last import
# as_of = 2026-01-01
# 发布的区域层级，自上而下 / published area levels, from the top down: province city county township village
levels = ["county", "township"]

# 出行方式 / modes: walk cycle ebike drive
modes = ["walk", "drive"]
# 除“任一级”外还分别计算的站点等级 / tiers to compute separately, in addition to all together: county township village van
tiers = []
# 时间分级（分钟）/ time breaks, some of 5 10 15 20 30 45 60 90 120
minutes = [5, 10, 15, 20, 30, 45, 60]
# 户籍与流动人口分开统计；默认按数据而定 / separate residents and migrants; default: if the source of people does
# migrants = true
# 测量登记数据时，流动人口另按居住时间（since 列）分组 / measure migrants by time since arrival too, from the column since
# arrivals = true
# 人口来源；默认先用登记数据 / source of people; default: the register if there is one, else the loaded population
# demand = "register"  # 或 or "population"，或 or { residents = "population", migrants = "register" }

[[services]]
id = "health_check"
title = { zh = "健康检查", en = "Health check" }
# 达标时间（分钟），用于识别服务空白 / the standard for service gaps
standard_minutes = 30

# 登记数据的保护 / how a register is protected: geoservice/docs/disclosure.md
[disclosure]
# public：任何人可读（rho 0.5）；planner：规划人员可读（rho 1）/ public: read by anyone; planner: read by planners
profile = "public"
# lifetime_rho = 4   # 历次测量合计上限 / limit for all measurements together
# hide_below = 10    # 小于此数只显示“少于 10”（仅为显示方式）/ show smaller counts as "under 10" (presentation only)

# 道路封闭，例如汛期不能通行的涉水便道 / closed streets, such as a ford under water: geoservice/docs/streets.md
# [[closures]]
# id = "ford"
# title = { zh = "涉水便道", en = "The ford" }
# file = "flood.geojson"  # 或 or osm = ["w123", "n456"]，或 or shape = "LINESTRING (117.1 30.5, 117.2 30.5)"
# from = 2026-06-01
# until = 2026-08-31

# 高峰时段：道路上的时间乘以此系数 / rush hour: times on streets are multiplied by it
# [peak_factor]
# drive = 1.4

# 流动服务车：停靠点与每周线路 / mobile vans: stops and weekly tours: geoservice/docs/vans.md
# [vans]
# service = "health_check"
# stops = 12
# every_weeks = 2         # 每两周一次 / every stop every two weeks
# starts = 2026-09-07     # 第一周的星期一 / Monday of week 1

# [[groups]]
# id = "under_6"
# title = { zh = "六岁以下", en = "Under 6" }
"""
