"""Names, telephones, e-mail addresses and identity numbers in addresses, which are removed and never kept."""

import re

_SURNAMES = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈姚卢姜崔钟谭陆汪范金石廖贾夏韦付方白邹孟"
    "熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤"
    "倪鲁殷骆俞庞樊毕聂齐庄祝左涂祁舒耿牟詹凌费纪靳童甄项裴席屈鲍霍翁隋柯阮桂闵柴冉饶刁瞿戚滕臧褚娄符奚穆邸姬屠晏栾窦敖鄢冷仇巩虞卞宗匡佟栗蔺胥谌荆"
)
_NAME = f"(?:[{_SURNAMES}][一-鿿]{{1,2}}|(?:欧阳|司马|上官|诸葛|慕容)[一-鿿]{{1,2}})"
_LABEL = r"(?:收件人|收货人|联系人|负责人|申请人|投保人|经办人|户主|姓名|法人|业主|房主)"
_PHONE_LABEL = (
    r"(?:(?:联系|收货|收件人?)?(?:电话|手机|手机号码?|座机|传真)(?:号码?)?|[Tt]el\.?|TEL|[Pp]hone|[Mm]obile|[Ff]ax|☎)"
)
_STOP = r"(?=$|[\s,;:()/\d]|电话|手机|地址|住址|先生|女士)"
_CHINESE_PERSONAL = re.compile(
    "|".join(
        (
            r"[\w.+-]{1,64}@[\w-]{1,64}(?:\.[\w-]{1,24}){1,4}",
            (
                r"(?:身份证号?码?|证件号码?|ID)?[ :]{0,2}(?<![\dA-Za-z])[1-9]\d{5}(?:19|20)\d{2}(?:0[1-9]|"
                r"1[0-2])\d{5}[\dXx](?![\dA-Za-z])"
            ),
            r"(?:身份证号?码?|证件号码?)[ :]{0,2}[\dXx]{15,18}",
            (
                rf"(?:{_NAME}(?:先生|女士|"
                rf"小姐)? ?)?{_PHONE_LABEL}[ :]{{0,2}}\+?[\d() -]{{7,18}}\d(?:转\d+)?(?: ?{_NAME}{_STOP})?"
            ),
            (
                rf"(?:(?<![一-鿿]){_NAME}(?:先生|女士|小姐)?[ ,:]{{0,2}}|"
                rf"(?<=[号室户楼层院组村栋幢])[ ,]?{_NAME}[ ,:]{{0,2}})?"
                rf"(?<![\d-])(?:\+?86[ -]?)?1[3-9]\d[ -]?\d{{4}}[ -]?\d{{4}}(?!\d)(?:[ ,:]{{0,2}}{_NAME}(?:先生|女士|"
                rf"小姐)?{_STOP})?"
            ),
            r"(?<![\d-])(?:\(0\d{2,3}\)|0\d{2,3}[ -])[2-8]\d{6,7}(?!\d)(?:转\d+|-\d{1,4}(?!\d))?",
            r"(?<![\d-])400[ -]?\d{3}[ -]?\d{4}(?!\d)",
            rf"{_LABEL}[ :是为]{{0,2}}(?:[一-鿿·]{{2,4}}?{_STOP}|{_NAME}?)(?:先生|女士)?",
            (
                rf"(?:^|(?<=[\s,;:(号室户楼层组村院栋幢店部所])){_NAME}"
                r"(?:先生|女士|小姐|阿姨|师傅|(?:亲|代|转)?[收启转](?=$|[\s,;)])|家(?=$|[\s,;)]))"
            ),
            rf"(?<=[号室户]){_NAME}(?<![厦楼苑园城店厂院村组号场府座馆所站路街寺庙庄家区里巷])$",
            rf"(?<=[号室户组\d])[ ,]{{1,2}}{_NAME}(?<![厦楼苑园城店厂院村组号场府座馆所站路街寺庙庄])$",
            r"(?:^[一-鿿]{0,4}地址(?=:)|(?:家庭|现|居住|联系|通讯|详细|户籍|公司)?(?:地址|住址))(?:是|为)?[ :]{0,2}",
        )
    )
)
_TITLES = (
    r"(?:Hr|Hrn|Herrn?|Fr|Frau|Fam|Familie|Mr|Mrs|Ms|Miss|Mme|Mlle|Monsieur|Madame|Sig|Sig\.ra|Sra?|Señora?|"
    r"Dhr|Mevr|Pan|Pani|Rouva)"
)
_GIVEN = r"[^\W\d_][\w'’.-]{0,30}"
_STREET_PERSONAL = re.compile(
    "|".join(
        (
            r"[\w.+-]{1,64}@[\w-]{1,64}(?:\.[\w-]{1,24}){1,4}",
            rf"(?:{_PHONE_LABEL}[ .:]{{0,2}})?(?<![\w-])(?:\+|00)\d[\d ()/-]{{7,20}}\d",
            rf"{_PHONE_LABEL}[ .:]{{1,2}}\d[\d ()/-]{{5,20}}\d",
            (
                r"(?:^|"
                rf"(?<=[,;\n]))\s*(?:(?:{_TITLES})\b\.? )?(?:{_GIVEN} ){{0,3}}"
                rf"{_GIVEN} ?,? ?c/o\b(?: {_GIVEN}){{0,3}}(?:\s*[,;\n]|"
                r""
                r""
                r"$)"
            ),
            rf"(?:^|(?<=[,;\n]))\s*(?:(?:{_TITLES})\b\.? )?(?:{_GIVEN} ){{0,3}}{_GIVEN} c/o\b",
            (
                r"(?:\b(?:c/o|attn|z\.? ?Hd\.?|z\.? ?H\.|t\.a\.v\.|"
                rf"att)\b[ .:]{{0,2}})(?:{_TITLES}\b\.? )?{_GIVEN}(?: {_GIVEN}){{0,2}}(?:\s*[,;\n]|$)"
            ),
            rf"(?:^|(?<=[,;\n]))\s*{_TITLES}\b\.?(?: {_GIVEN}){{1,4}}\s*(?:[,;\n]|$)",
            rf"(?:^|(?<=[,;\n]))\s*(?:Dr|Prof|Ing|Dipl|Mag)\.?(?: {_GIVEN}){{1,4}}\s*[,;\n]",
        )
    )
)


def remove_personal(text: str, country: str) -> str:
    """Return an address without what says who somebody is; names are written in other ways in China than elsewhere.

    >>> remove_personal("东风组12号(张三收)13812345678", "CN").split()
    ['东风组12号(', ')']
    """
    return (_CHINESE_PERSONAL if country == "CN" else _STREET_PERSONAL).sub(" ", text)
