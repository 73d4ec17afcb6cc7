"""Other ways to write the Chinese words of the vocabulary: traditional characters, pinyin, and its initials."""

import re

_TRADITIONAL = (
    "與与 專专 業业 東东 個个 臨临 舉举 鄉乡 書书 產产 從从 儀仪 價价 會会 傳传 體体 餘余 兒儿 關关 養养 內内 冊册 農农 況况 準准 幾几 劃划 創创 別别 辦办 務务 動动 勞劳 區区 醫医 單单 佔占 "
    "衛卫 廁厕 縣县 參参 發发 號号 啓启 啟启 員员 園园 圍围 國国 圖图 場场 塊块 備备 復复 婦妇 學学 實实 審审 寬宽 對对 層层 屬属 歲岁 崗岗 師师 幹干 牀床 應应 廢废 開开 當当 錄录 徑径 態态 "
    "總总 戶户 託托 執执 護护 報报 擔担 擬拟 據据 數数 舊旧 時时 術术 機机 權权 條条 來来 構构 柵栅 標标 棟栋 樣样 檔档 檢检 樓楼 橫横 殘残 漢汉 測测 點点 狀状 現现 電电 療疗 蓋盖 碼码 確确 "
    "離离 種种 積积 稱称 築筑 篩筛 籤签 簡简 類类 約约 級级 緯纬 納纳 縱纵 組组 細细 終终 經经 結结 統统 綠绿 編编 網网 羅罗 羣群 職职 聯联 騰腾 範范 藥药 營营 補补 裝装 規规 覽览 計计 訓训 "
    "訊讯 記记 許许 設设 訪访 證证 評评 識识 診诊 話话 詳详 語语 誤误 讀读 調调 負负 責责 帳账 賬账 質质 貧贫 貫贯 貼贴 賃赁 資资 車车 載载 輛辆 輸输 轄辖 邊边 達达 遷迁 運运 進进 遲迟 適适 "
    "郵邮 採采 裏里 裡里 鏈链 銷销 鎮镇 長长 門门 問问 間间 際际 險险 隨随 隸隶 項项 預预 領领 額额 風风 館馆 馬马 齡龄 経经 県县"
)
_PINYIN = (
    "an安案 bai百 ban办半搬班 bao保报 bei北备 ben本 bian编边 biao标表 bie别 bing病 bu不布簿补部 cai采 can参残 cao操 ce册厕测 ceng层曾 cha差查 chan产 "
    "chang场常 che撤车 cheng城成承称程 chi持迟 chou抽 chu出 chuan串传 chuang创床 chui垂 ci次此 cong从 cun村 cuo措 da大达 dai代待 dan单担 dang当档 "
    "dao到道 de德的 deng登等 di低地抵 dian店点电 diao调 ding定 dong东动栋 du度读 duan段 dui对 duo多 e额 er儿 fa发法 fan范 fang房放方访 fei废 fen份分 "
    "feng风 fou否 fu复妇幅服父符覆负 gai盖 gan干 gang岗 gao告高 ge个格 geng更 gong供公共工 gou构 gu估固 guan关管贯馆 gui规 guo国 han汉 hao号 he何合核 "
    "heng横 hu户护 hua划化话 hui会 huo活火 ji几及基季急技机疾积籍级计记际集 jia价加家架 jian件健建检简间 jiao教 jie截接界结街解 jin进金 jing径精经 jiu就救旧 ju举居据 "
    "juan卷 jun均 ka卡 kai开 kan看 kang康 kao考靠 ke可 kong空 kou口 kuai块 kuan宽 kuang况 kun困 lai来 lan览 lao劳老 lei类累 leng冷 "
    "li力理离立里隶 lian联链 liang辆量 liao料疗 lie列 lin临赁 ling领龄 liu六流 lou楼 lu录 luo罗落 lv率绿 ma码马 mei每 men门 mi密米 mian免面 miao秒苗 "
    "min民 ming名明 mo末模 mu母目 na纳 nan南男 nei内 neng能 ni拟 nian年 nin您 nong农 nv女 pai派牌 pei培配 pi匹批 pian片 pin品拼贫 ping平评 pu普 "
    "qi企其启器期起 qian前千签迁 qing情清 qu区去取 quan全权 que确 qun群 ren人任 ri日 rong容 ru入 shai筛 shang上 shao少 she社舍设 shen审身 sheng剩生省 "
    "shi事使士失始实室市师式施时是识适 shou受手收 shu书属数术束署输 shui水 si死 su素 suan算 sui岁随 suo所 tai态 tao套 teng腾 ti体提 tian填天 tiao条 tie贴 "
    "ting停庭 tong同童统 tu图土 tui推退 tuo托 wai外 wan完 wang亡网 wei位卫唯围未纬 wen文问 wu务屋误 xi席析系细西 xia下辖 xian县现限险 xiang乡享相详象项 "
    "xiao小效校销 xie械 xin信心新 xing型形性星行 xiu休 xu序许需 xue学 xun训讯 yan延 yang养样 yao药要 ye业夜 yi一以仪医已疫益 yin音 ying应英营 yong用 you幼有邮 "
    "yu与余域育语预 yuan元原员园源院 yue月约 yun允运 zai在载 ze责 zha栅 zhan占展站 zhang账长 zhen真诊镇 zheng政正证 zhi值制址执指止直置职质 zhong中种终重 zhou周 "
    "zhu主住助筑 zhuan专 zhuang状装 zhun准 zi子字资 zong总纵 zou走 zu租组 zui最 zuo作坐座"
)

SIMPLIFIED = {ord(pair[0]): pair[1] for pair in _TRADITIONAL.split()}
"""Traditional character -> simplified one, for ``str.translate``."""
PINYIN = {ord(c): sound for sound, chars in re.findall(r"([a-z]+)([^a-z ]+)", _PINYIN) for c in chars}
"""Character -> its pinyin without tones."""
INITIALS = {c: sound[0] for c, sound in PINYIN.items()}
"""Character -> the first letter of its pinyin, as in XZQDM."""
