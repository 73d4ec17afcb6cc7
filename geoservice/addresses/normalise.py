"""Normalised text of addresses: one form of characters and signs, and nothing that says who somebody is.

Names, phones, e-mail addresses and identity numbers are removed before anything else looks at an address, so that no later
step can keep or show them.
"""

import re
import unicodedata

from geoservice.addresses.personal_data import remove_personal

LONGEST = 400
"""The most characters of an address; what is longer is no address."""

_TRADITIONAL = (
    "國国華华區区縣县鎮镇鄉乡號号樓楼層层棟栋單单東东廣广場场門门園园學学醫医銀银車车馬马龍龙鳳凤雲云陽阳陰阴陳陈張张劉刘楊杨趙赵吳吴許许鄧邓馮冯葉叶蘇苏"
    "盧卢鄭郑謝谢蘭兰羅罗臺台灣湾島岛澳澳濟济漢汉寧宁貴贵慶庆遼辽蕭萧紹绍興兴塢坞橋桥溝沟灘滩灣湾嶺岭峽峡島岛潔洁淺浅濱滨鹽盐鐵铁鋼钢錦锦長长開开關关閘闸閣阁閩闽"
    "閱阅陸陆際际險险雙双雜杂難难電电頭头顧顾風风飛飞館馆饒饶駐驻驛驿魚鱼鳥鸟鴨鸭鵝鹅鶴鹤麥麦黃黄點点齊齐齡龄倉仓億亿傑杰傳传債债兩两凱凯劇剧勝胜勞劳務务動动"
    "勵励協协華华參参啟启嚴严圍围圓圆團团塊块墻墙壩坝壢坜夾夹奧奥婦妇孫孙實实寶宝將将尋寻導导屬属岡冈峰峰崗岗嶗崂幣币幹干廈厦廟庙廠厂廬庐彎弯彙汇從从應应愛爱慣惯憲宪"
    "戶户掛挂揚扬揀拣攝摄數数時时書书會会條条榮荣樂乐樹树橫横檢检歐欧歷历歸归殺杀氣气決决沖冲況况淵渊淨净滄沧滿满漁渔潛潜濰潍瀋沈瀏浏瀘泸瀾澜爐炉爾尔牆墙牽牵獅狮獨独"
    "環环瓊琼甌瓯當当瘋疯發发盜盗盤盘眾众確确碼码磚砖礦矿禮礼稅税種种穀谷積积穩稳窯窑競竞筆笔節节範范築筑簡简籃篮糧粮紅红紀纪納纳紡纺級级細细終终組组結结絡络給给統统"
    "絲丝經经維维綠绿網网緊紧線线緣缘縱纵總总績绩織织繡绣續续羣群義义習习聖圣聯联聰聪聲声職职肅肃腦脑臨临舊旧艦舰藝艺藥药處处號号術术衛卫裏里製制複复規规視视親亲觀观訊讯設设"
    "許许診诊話话誠诚語语課课調调諸诸證证豐丰貝贝財财貨货貿贸資资賓宾賢贤質质賴赖購购贛赣趙赵躍跃輝辉輪轮輸输轉转農农連连進进運运過过達达遠远適适選选還还邊边郵邮鄰邻醬酱釀酿"
    "鈞钧銘铭鋪铺錢钱錫锡鍋锅鎖锁鏈链鐘钟鑫鑫鑽钻閒闲間间陝陕隊队階阶隨随靈灵靜静頂顶項项順顺頓顿領领額额類类顏颜飯饭飲饮飾饰養养餐餐驗验體体鬥斗鹿鹿麗丽黨党龜龟崑昆巖岩後后瀟潇鄲郸滬沪湧涌"
)
"""Characters that were simplified, each before its simple form."""
_SIMPLE_FORM = dict(zip(map(ord, _TRADITIONAL[::2]), _TRADITIONAL[1::2], strict=True))
_DASHES = re.compile(r"[‐‑‒–—―−─━~〜～﹣－➖]+")
_SIGNS = str.maketrans("【】[]〔〕〈〉、。丨“”’‘〇", "()()()(),,|\"\"''零")
_SIMPLE = re.compile(r"[ -~À-ž一-鿿]*")
_ODD = re.compile(r"[^\w\s!-/:-@\[-`{-~·°ºª½]+")
_SPACES = re.compile(r"\s+")


def normalise(text: str, country: str = "CN") -> str:
    """Return an address with one form of each character, single spaces, and without what says who somebody is.

    Full-width letters and digits become plain ones, all dashes ``-``, all brackets round; control characters and pictures are
    removed. Text of more than :data:`LONGEST` characters is no address: the result is empty.

    Parameters
    ----------
    text : str
    country : str
        ISO 3166 code: names of persons are written in other ways in China than elsewhere.

    Examples
    --------
    >>> normalise("宜秀区大龙山镇　永林村东风组７－６－１０４６，张三 13812345678")
    '宜秀区大龙山镇 永林村东风组7-6-1046'
    >>> normalise("收件人：李小明，北京市海淀区中关村大街１号"), normalise("Hr. Maier c/o Huber, Ringstraße 5–7", "AT")
    ('北京市海淀区中关村大街1号', 'Ringstraße 5-7')
    """
    if len(text) > 4 * LONGEST:
        return ""
    if country != "CN" and "\n" in text:
        text = ", ".join(text.split("\n"))
    text = remove_personal(plain_characters(text, country), country)
    text = _SPACES.sub(" ", text).strip(" ,;:/.")
    return text if len(text) <= LONGEST else ""


def plain_characters(text: str, country: str = "CN") -> str:
    """Return a text with one form of each character; nothing else is removed than control characters and pictures.

    >>> plain_characters("臺灣，１２—３"), plain_characters("Köln 5–7", "DE")
    ('台湾,12-3', 'Köln 5-7')
    """
    if not _SIMPLE.fullmatch(text) or "~" in text or "[" in text:
        text = unicodedata.normalize("NFKC" if country == "CN" else "NFC", text).translate(_SIGNS)
        text = _ODD.sub(" ", _DASHES.sub("-", text))
    return text.translate(_SIMPLE_FORM) if country == "CN" else text
