"""Names that hundreds of villages and roads in China have, so that one is no evidence of which of them is meant."""

import re

_TEXT = """
人民 中山 解放 建设 新华 文化 和平 光明 迎宾 朝阳 团结 青年 胜利 工业 振兴 幸福 兴隆 长江 黄河 北京
滨河 学府 公园 环城 站前 东风 红旗 友谊 健康 民主 民生 富民 创业 育才 中心 新兴 兴业 兴盛 永安 永兴
永丰 永平 永胜 永红 永和 太平 平安 安乐 长安 兴旺 繁荣 昌盛 工农 五一 八一 七一 前进 跃进 东方 东升
东兴 向阳 新建 新民 新城 新村 新星 新胜 新合 新光 新丰 新庄 新农 新园 新立 双龙 双河 双桥 双塘 双溪
石桥 石门 石湾 石塘 石佛 龙泉 龙潭 龙山 龙门 龙王 龙湾 龙凤 青龙 青山 青松 黄龙 凤凰 凤山 白云 白马
白沙 白石 金星 金山 金龙 红星 红光 红卫 红岩 五星 三星 七星 群力 群众 群英 合作 联合 联盟 联丰 民乐
民族 互助 爱国 卫星 火星 先锋 先进 丰收 丰产 高峰 高桥 高山 大桥 大塘 大湾 大庙 大兴 大同 小河 上塘
下湾 中兴 中和 沙河 沙湾 水口 河口 马鞍 茶园 桃园 梅林 竹林 松林 柏林 枫林 花园 兴农 兴民 共和 共同
国庆 万兴 万寿 仁和 义和 三合 四合 六合 同心 同乐 古城 官庄 王庄 李庄 张庄 刘庄 陈庄 赵庄 孙庄 周庄
吴庄 王家 李家 张家 刘家 陈家 老 新 正 大 中 东 西 南 北 前 后 沿河 沿江 滨江
滨湖 车站 市场 商业 步行 学院
"""
_NAMES = frozenset(_TEXT.split())
_KIND = re.compile("(?<=.)(?:大道|大街|路|街|村|社区|居委会|村委会)$")


def is_usual_name(name: str) -> bool:
    """Whether many villages or roads have a name; the kind that it ends in does not count.

    >>> is_usual_name("人民路"), is_usual_name("和平村"), is_usual_name("文安街")
    (True, True, False)
    """
    return _KIND.sub("", name) in _NAMES
