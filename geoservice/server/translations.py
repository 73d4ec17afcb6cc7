"""Chinese translations of the fixed texts of the API's HTML pages, by the English text."""

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
    "Sprite for high-resolution screens": "高分辨率屏幕的图案",
    "Sprite index for high-resolution screens": "高分辨率屏幕的图案：位置",
    "Sprite of the styles": "样式的图案",
    "Sprite index of the styles": "样式的图案：位置",
    "Landing page": "首页",
    "Legend of a style": "样式的图例",
    "MapLibre style": "MapLibre 样式",
    "Name": "字段",
    "Glyphs of a font for labels of the styles": "样式标注所用字体的字形",
    "Metadata of a style": "样式的元数据",
    "Live questions that can be asked": "可提的实时问题",
    "A process, its inputs and its output": "一个问题及其输入和输出",
    "Answer a live question": "回答实时问题",
    "The caller's jobs": "访问者的任务",
    "The status of a job": "任务的状态",
    "The result of a job": "任务的结果",
    "Dismiss a job": "取消任务",
    "Method": "方法",
    "Path": "路径",
    "One feature": "单个要素",
    "One layer": "单个图层",
    "Parameters": "参数",
    "Purpose": "用途",
    "Styles": "样式",
    "Styles of a layer": "图层的样式",
    "Layers": "全部图层",
    "Liveness: the process responds": "进程有应答",
    "The release": "当前发布",
    "The tileset of map tiles of a layer": "图层地图瓦片的瓦片集",
    "Readiness: a release can be served": "有可提供服务的发布",
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
    "Properties for filters and parameters": "筛选条件和参数可用的字段",
    "Properties for sortby": "排序可用的字段",
    "Properties of a layer's features": "图层要素的字段",
    "The caller and the layers it may read": "访问者及其可读取的内容",
})  # fmt: skip


def in_language(text: str, language: str) -> str:
    """Return a fixed text in a language; a text without a translation stays in English.

    >>> in_language("Styles", "zh"), in_language("Styles", "en"), in_language("赫尔辛基", "zh")
    ('样式', 'Styles', '赫尔辛基')
    """
    return CHINESE.get(text, text) if language == "zh" else text
