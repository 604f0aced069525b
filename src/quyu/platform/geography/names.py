"""Short names of Chinese places: 浙江省 = 浙江, 恩施土家族苗族自治州 = 恩施, 昆山市 = 昆山."""

import re

PEOPLES = [
    "蒙古",
    "回",
    "藏",
    "维吾尔",
    "苗",
    "彝",
    "壮",
    "布依",
    "朝鲜",
    "满",
    "侗",
    "瑶",
    "白",
    "土家",
    "哈尼",
    "哈萨克",
    "傣",
    "黎",
    "傈僳",
    "佤",
    "畲",
    "高山",
    "拉祜",
    "水",
    "东乡",
    "纳西",
    "景颇",
    "柯尔克孜",
    "土",
    "达斡尔",
    "仫佬",
    "羌",
    "布朗",
    "撒拉",
    "毛南",
    "仡佬",
    "锡伯",
    "阿昌",
    "普米",
    "塔吉克",
    "怒",
    "乌孜别克",
    "俄罗斯",
    "鄂温克",
    "德昂",
    "保安",
    "裕固",
    "京",
    "塔塔尔",
    "独龙",
    "鄂伦春",
    "赫哲",
    "门巴",
    "珞巴",
    "基诺",
    "各",
]
_PEOPLE = "|".join(sorted((f"{p}族" for p in PEOPLES), key=len, reverse=True))
_BARE = "维吾尔|哈萨克|柯尔克孜|蒙古|塔吉克|锡伯"  # these names leave out 族
AUTONOMOUS = re.compile(rf"^(.+?)(?:(?:{_PEOPLE})+|(?:{_BARE})?)(?:自治区|自治州|自治县|自治旗)$")
ENDINGS = (
    "特别行政区",
    "行政委员会",
    "地区",
    "林区",
    "新区",
    "特区",
    "矿区",
    "省",
    "市",
    "县",
    "区",
    "盟",
    "旗",
)
IGNORED = frozenset({"", "市辖区", "县", "省直辖县级行政区划", "自治区直辖县级行政区划", "直辖县级"})


def cleaned(text: str | None) -> str:
    """Text without white space and without 中国 in front."""
    bare = "".join((text or "").split())
    bare = bare.removeprefix("中华人民共和国").removeprefix("中国")
    return "" if bare in IGNORED else bare


def short_name(name: str) -> str:
    """The name without its administrative ending; unchanged when fewer than two characters would remain."""
    if match := AUTONOMOUS.match(name):
        return match[1] if len(match[1]) >= 2 else name[:-3]
    for ending in ENDINGS:
        if name.endswith(ending) and len(name) - len(ending) >= 2:
            return name.removesuffix(ending)
    return name


def aliases(name: str) -> frozenset[str]:
    """All ways of writing a place that are recognised: in full and short."""
    return frozenset({name, short_name(name)})
