"""What the demo company is: its regions, product lines, products, channels and names.

Province weights are the retail sales of consumer goods of 2023 in 10 billion yuan, rounded
(National Bureau of Statistics of China); they only shape the sizes.
"""

from dataclasses import dataclass

NAME = "清和食品"
HEAD_OFFICE = ("HQ", "清和食品总部")


@dataclass(frozen=True, slots=True)
class Area:
    """A 大区 and its provinces: (short name, weight)."""

    code: str
    name: str
    provinces: tuple[tuple[str, int], ...]


AREAS = (
    Area(
        "HD",
        "华东大区",
        (("上海", 19), ("江苏", 46), ("浙江", 33), ("安徽", 23), ("福建", 22), ("江西", 14), ("山东", 36)),
    ),
    Area("HN", "华南大区", (("广东", 47), ("广西", 9), ("海南", 3))),
    Area("HZ", "华中大区", (("河南", 26), ("湖北", 24), ("湖南", 20))),
    Area("HB", "华北大区", (("北京", 14), ("天津", 4), ("河北", 15), ("山西", 8), ("内蒙古", 5))),
    Area("DB", "东北大区", (("辽宁", 10), ("吉林", 4), ("黑龙江", 6))),
    Area("XN", "西南大区", (("重庆", 15), ("四川", 26), ("贵州", 9), ("云南", 12), ("西藏", 1))),
    Area("XB", "西北大区", (("陕西", 11), ("甘肃", 4), ("青海", 1), ("宁夏", 1), ("新疆", 4))),
)
STUFFING_AREA = "HZ"
UNDERSELLING_AREA = "XN"
GROWTH_BY_AREA = {"HD": 0.09, "HN": 0.11, "HZ": 0.07, "HB": 0.06, "DB": 0.01, "XN": 0.10, "XB": 0.08}
PEOPLE_PER_WEIGHT = 7


@dataclass(frozen=True, slots=True)
class Line:
    """A product line: season by month (100 = average), how strongly it rides the Spring Festival, yearly growth."""

    code: str
    name: str
    is_strategic: bool
    season: tuple[int, ...]
    festival: float
    growth: float
    products: tuple[tuple[str, int], ...]


LINES = (
    Line("WATER", "饮用水", False, (72, 70, 82, 95, 112, 128, 146, 142, 116, 92, 76, 69), 0.2, 0.03,
         (("山泉水 550ml×24", 2880), ("山泉水 1.5L×12", 3000), ("纯净水 350ml×24", 2160), ("纯净水 5L×4", 3200), ("苏打水 400ml×15", 4950), ("气泡水 480ml×15", 5850), ("婴儿水 1L×12", 7200))),
    Line("TEA", "茶饮料", True, (78, 74, 86, 98, 112, 126, 138, 134, 112, 92, 78, 72), 0.4, 0.12,
         (("绿茶 500ml×15", 4200), ("冰红茶 500ml×15", 4050), ("无糖乌龙茶 500ml×15", 5700), ("无糖茉莉花茶 500ml×15", 5700), ("柠檬茶 250ml×24", 4560), ("冷泡茶 900ml×12", 5880), ("凉茶 310ml×24", 6720))),
    Line("JUICE", "果汁饮料", False, (128, 92, 84, 88, 98, 106, 112, 108, 98, 92, 90, 104), 1.0, 0.04,
         (("橙汁 1L×12", 8640), ("苹果汁 1L×12", 8160), ("葡萄汁 1L×12", 9120), ("椰汁 245ml×24", 8880), ("山楂汁 350ml×15", 5250), ("混合果蔬汁 300ml×15", 6300))),
    Line("SNACK", "休闲食品", True, (150, 96, 82, 84, 90, 92, 94, 92, 98, 102, 104, 116), 1.4, 0.15,
         (("每日坚果 25g×30", 11900), ("海苔脆片 40g×40", 15600), ("牛肉粒 100g×30", 26700), ("山楂卷 200g×24", 11760), ("瓜子 308g×18", 16020), ("燕麦脆 420g×12", 17880), ("豆干礼包 500g×10", 14500))),
    Line("NOODLE", "方便食品", False, (118, 92, 98, 98, 96, 92, 90, 92, 100, 104, 108, 112), 0.6, 0.01,
         (("红烧牛肉面 五连包×6", 9000), ("老坛酸菜面 五连包×6", 9000), ("自热米饭 300g×12", 21480), ("酸辣粉 桶装×12", 7080), ("拌面 118g×24", 9360), ("螺蛳粉 330g×20", 17800))),
    Line("CONDIMENT", "调味品", False, (134, 90, 92, 92, 94, 94, 92, 94, 104, 106, 104, 104), 0.9, 0.05,
         (("生抽 500ml×12", 9360), ("老抽 500ml×12", 9720), ("蚝油 700g×12", 10680), ("米醋 420ml×12", 6480), ("火锅底料 150g×30", 16500), ("豆瓣酱 500g×12", 9480), ("鸡精 200g×40", 17600))),
)  # fmt: skip
CHANNELS = (("DIST", "流通"), ("KA", "现代渠道"), ("CATER", "餐饮"), ("ECOM", "电商"))

SURNAMES = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林罗高郑梁谢宋唐许韩冯邓曹彭曾肖田董潘袁蔡蒋余于杜叶程魏苏吕丁任沈姚卢姜崔钟谭陆汪范"
GIVEN_NAMES = (
    "伟 芳 娜 敏 静 强 磊 洋 艳 勇 军 杰 娟 涛 明 超 霞 平 刚 桂英 建国 志强 海燕 晓东 丽华 文博 子涵 雨桐 浩然 思远 "
    "佳怡 俊杰 一鸣 梦琪 天宇 欣怡 国栋 秀兰 玉梅 振华 立新 春梅 宏伟 嘉豪 诗雨 永强 晓峰 婷婷 建华 慧敏"
).split()
DEALER_WORDS = "恒丰 百联 永盛 德盛 鑫源 万达 兴隆 瑞祥 金泰 华润达 众合 聚福 顺通 宏远 博汇 佳和 天成 富康 盛世 联华 新世纪 广源 惠民 中兴 大通 正大 利群 三江 东升 长青".split()
DEALER_SUFFIXES = ("商贸有限公司", "食品经营部", "贸易有限公司", "副食批发部", "供应链有限公司")
KEY_ACCOUNT_WORDS = "家乐汇 永乐福 大润佳 华联优选 物美汇 步步升 盒生活 万家福 人人购 世纪佳".split()
OUTLET_WORDS = "便利店 生活超市 烟酒店 早餐店 火锅店 面馆 社区超市 校园店 加油站店 酒楼".split()
