"""Places as people write them, against the units of all of China; the last test checks another parser's answers."""

import pytest

from quyu.platform.geography import china
from quyu.platform.geography.names import short_name
from quyu.platform.geography.placing import Gazetteer


@pytest.fixture(scope="module")
def gazetteer() -> Gazetteer:
    return Gazetteer((u.code, u.name, u.level, u.parent_code, u.city) for u in china.read_china().units)


@pytest.mark.parametrize(
    ("province", "city", "county", "code"),
    [
        ("浙江省", "杭州市", "西湖区", "330106"),
        ("浙江", "杭州", "西湖", "330106"),
        ("浙江", "杭州", None, "330100"),
        ("四川", "内江", "", "511000"),
        ("", "内江市", "市辖区", "511000"),
        ("内蒙古", "呼和浩特", None, "150100"),
        ("新疆", "喀什", None, "653100"),
        ("广西壮族自治区", None, None, "450000"),
        ("北京", "北京", "朝阳", "110105"),
        ("北京市", "市辖区", None, "110000"),
        ("吉林", "吉林", None, "220200"),
        ("海南", "海南", None, "460000"),
        ("湖北", "仙桃", None, "429004"),
        ("江苏", "昆山", None, "320583"),
        ("上海", None, "浦东", "310115"),
        ("澳门", None, None, "820000"),
        (" 江 苏 ", " 苏州 ", None, "320500"),
        ("山东", "莱芜", None, "370116"),
    ],
)
def test_columns(gazetteer, province, city, county, code):
    assert gazetteer.place((province, city, county, None)) == code


@pytest.mark.parametrize(
    "place",
    [
        (None, None, None, None),
        ("", "", "", ""),
        ("Texas", "Houston", None, None),
        ("浙江", "南京", None, None),
        (None, None, "朝阳区", None),
        (None, None, None, "朝阳区建国路 1 号"),
        (None, None, None, "上海路 12 号"),
        (None, None, None, "南京东路 3 号"),
        (None, None, None, "长安镇"),
    ],
)
def test_unknown_ambiguous_or_contradicting_is_never_guessed(gazetteer, place):
    assert gazetteer.place(place) is None


def test_a_name_two_counties_share_falls_back_to_the_level_that_is_certain(gazetteer):
    assert gazetteer.place(("江苏", None, "鼓楼区", None)) == "320000"
    assert gazetteer.place(("江苏", "南京", "鼓楼区", None)) == "320106"


def test_an_address_refines_the_columns_but_never_overrules_them(gazetteer):
    assert gazetteer.place(("浙江", "杭州", None, "滨江区网商路 599 号")) == "330108"
    assert gazetteer.place(("浙江", "杭州", None, "江苏省南京市鼓楼区")) == "330100"


@pytest.mark.parametrize(
    ("address", "code"),
    [
        ("浙江省杭州市西湖区文三路 1 号", "330106"),
        ("昆山市花桥镇", "320583"),
        ("北京海淀中关村大街", "110108"),
        ("内江市", "511000"),
        ("广东东莞长安镇", "441900"),
        ("新疆喀什", "653100"),
        ("中国广东省深圳市南山区科技园", "440305"),
        ("广州天河区体育西路", "440106"),
    ],
)
def test_addresses(gazetteer, address, code):
    assert gazetteer.place((None, None, None, address)) == code


@pytest.mark.parametrize(
    ("name", "short"),
    [
        ("恩施土家族苗族自治州", "恩施"),
        ("克孜勒苏柯尔克孜自治州", "克孜勒苏"),
        ("新疆维吾尔自治区", "新疆"),
        ("内蒙古自治区", "内蒙古"),
        ("城区", "城区"),
        ("浦东新区", "浦东"),
    ],
)
def test_short_names(name, short):
    assert short_name(name) == short
