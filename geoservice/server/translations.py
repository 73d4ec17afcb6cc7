"""Chinese for the fixed texts of the API's own pages; the English text is the key."""

from collections.abc import Mapping
from types import MappingProxyType

CHINESE: Mapping[str, str] = MappingProxyType({
    "A map for a document": "用于文档的地图图片",
    "A map of a layer for a document": "用于文档的单个图层地图图片",
    "A map tile of a layer, 256 pixels": "图层的地图瓦片，256 像素",
    "A map tile of a layer, 512 pixels": "图层的地图瓦片，512 像素",
    "A tile matrix set": "瓦片矩阵集",
    "A tileset of a layer": "图层的瓦片集",
    "A tileset of all layers together": "全部图层合并的瓦片集",
    "A vector tile of a layer": "图层的矢量瓦片",
    "A vector tile of a layer, or of several with commas between": "一个或多个图层（以逗号分隔）的矢量瓦片",
    "A vector tile of several layers": "多个图层的矢量瓦片",
    "All tiles of a layer as one PMTiles file": "图层的全部瓦片（一个 PMTiles 文件）",
    "Conformance": "符合的标准",
    "Conformance classes": "符合的标准类",
    "Examples for other programs": "供其他程序使用的示例",
    "Features of a layer": "图层的要素",
    "Filter": "筛选示例",
    "Hatches for fine screens": "高分辨率屏幕的图案",
    "Hatches for fine screens: where they are": "高分辨率屏幕的图案：位置",
    "Hatches of the styles": "样式的图案",
    "Hatches of the styles: where they are": "样式的图案：位置",
    "Landing page": "首页",
    "Legend of a style": "样式的图例",
    "MapLibre style": "MapLibre 样式",
    "Name": "字段",
    "Glyphs of a font for labels of the styles": "样式标注所用字体的字形",
    "Metadata of a style": "样式的元数据",
    "One feature": "单个要素",
    "One layer": "单个图层",
    "Parameters": "参数",
    "Purpose": "用途",
    "Styles": "样式",
    "Styles of a layer": "图层的样式",
    "The layers": "全部图层",
    "The process answers": "进程有应答",
    "The release": "当前发布",
    "The tileset of map tiles of a layer": "图层地图瓦片的瓦片集",
    "There is a release to serve": "有可提供服务的发布",
    "This description": "本说明",
    "Tile matrix sets": "瓦片矩阵集列表",
    "TileJSON of a layer": "图层的 TileJSON",
    "TileJSON of all layers together": "全部图层合并的 TileJSON",
    "Type": "类型",
    "Title": "标题",
    "Tilesets of a layer": "图层的瓦片集列表",
    "Tilesets of all layers together": "全部图层合并的瓦片集列表",
    "Tilesets of map tiles": "地图瓦片的瓦片集列表",
    "Values": "取值",
    "What filters and parameters may name": "筛选条件和参数可用的字段",
    "What sortby may name": "排序可用的字段",
    "What the features of a layer carry": "图层要素的字段",
    "Who asks, and what for it may be read": "访问者及其可读取的内容",
})  # fmt: skip


def in_language(text: str, language: str) -> str:
    """Return a fixed text in a language; one that has no Chinese stays as it is.

    >>> in_language("Styles", "zh"), in_language("Styles", "en"), in_language("赫尔辛基", "zh")
    ('样式', 'Styles', '赫尔辛基')
    """
    return CHINESE.get(text, text) if language == "zh" else text
