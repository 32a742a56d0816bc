"""The customers of the demo company and the people who work there, as the bodies of requests."""

from collections.abc import Iterator
from itertools import product
from random import Random
from typing import Any, NamedTuple

# one more customer comes of a lead
CHINESE_COMPANIES, FOREIGN_COMPANIES, CHINESE_PERSONS, FOREIGN_PERSONS, SUBSIDIARIES = 139, 70, 42, 23, 25

# city → (region, area code)
CITIES = {
    "上海": ("华东", "21"),
    "杭州": ("华东", "571"),
    "南京": ("华东", "25"),
    "苏州": ("华东", "512"),
    "宁波": ("华东", "574"),
    "深圳": ("华南", "755"),
    "广州": ("华南", "20"),
    "东莞": ("华南", "769"),
    "厦门": ("华南", "592"),
    "成都": ("西南", "28"),
    "武汉": ("华中", "27"),
    "北京": ("华北", "10"),
}
BRANDS = (
    "智达 恒信 华瑞 鼎泰 博远 天成 联创 宏图 中科 金诚 嘉禾 德润 海纳 易通 安和 正源 万邦 启明 新越 卓越 "
    "东方 朗科 盛世 佳美 永昌 瑞丰 星辰 云海 长风 明德"
).split()
TRADES = {
    "机械制造": "制造业 Manufacturing",
    "电子科技": "电子 Electronics",
    "新能源": "能源 Energy",
    "物流": "物流 Logistics",
    "食品": "食品 Food",
    "医药": "医药 Pharmaceuticals",
    "物业管理": "物业 Property",
    "软件": "软件 Software",
}
LEGAL = ("有限公司", "有限公司", "股份有限公司", "集团有限公司")

# country → (region, phone numbers, legal forms)
COUNTRIES = {
    "United Kingdom": ("Europe", "+44 20 7946 0{:03d}", ("Ltd", "plc")),
    "Germany": ("Europe", "+49 30 23125 {:03d}", ("GmbH", "AG")),
    "France": ("Europe", "+33 1 99 00 1{:03d}", ("SAS", "SA")),
    "United States": ("North America", "+1 212 555 0{:03d}", ("Inc.", "LLC")),
}
STEMS = (
    "Nordwind Bluepeak Harbour Stonebridge Larkfield Meridian Oakhurst Silverline Westmark Kestrel "
    "Brightwater Falkenau Montclair Riverton Ashdown Copperfield Granville Halden Ironwood Juniper"
).split()
LINES = {
    "Logistics": "物流 Logistics",
    "Foods": "食品 Food",
    "Energy": "能源 Energy",
    "Machinery": "制造业 Manufacturing",
    "Systems": "电子 Electronics",
    "Pharma": "医药 Pharmaceuticals",
}
SURNAMES = "王 李 张 刘 陈 杨 赵 黄 周 吴 徐 孙 胡 朱 高 林 何 郭 马 罗 梁 宋 郑 谢 韩 唐 冯 于 董 萧".split()
GIVEN = (
    "伟 芳 娜 敏 静 磊 洋 艳 勇 军 杰 涛 明 超 霞 平 刚 桂英 志强 秀兰 建华 晓燕 思远 雨桐 子涵 佳怡".split()
)
FIRST = (
    "Emma Oliver Amelia Noah Lukas Anna Marie Hugo Chloé Ethan Grace Daniel Laura Felix Sarah Peter".split()
)
LAST = "Smith Walker Müller Schneider Fischer Dubois Laurent Moreau Johnson Davis Clark Young Weber".split()
TITLES = (
    ("采购经理", "Purchasing manager", "采购部"),
    ("总经理", "Managing director", "总经办"),
    ("信息总监", "CIO", "信息中心"),
    ("设备主管", "Plant engineer", "设备部"),
    ("财务经理", "Finance manager", "财务部"),
    ("项目经理", "Project manager", "项目部"),
)
SOURCES = ("转介绍 Referral", "官网 Website", "展会 Trade fair", "电话 Cold call", "合作伙伴 Partner")
OPTED_OUT = 0.08
LEVELS = ("A", "B", "B", "C", "C", "C", "D")


class Prospect(NamedTuple):
    """A customer to be; `body` lacks its parent, `parent` is the place of that customer in the list."""

    body: dict[str, Any]
    abroad: bool
    parent: int | None = None


def customers(random: Random) -> list[Prospect]:
    """Companies first, then subsidiaries of them, then persons; no name comes twice."""
    companies = [*_chinese_companies(random), *_foreign_companies(random)]
    below = [
        _subsidiary(random, place, companies[place])
        for place in random.sample(range(CHINESE_COMPANIES), SUBSIDIARIES)
    ]
    return [*companies, *below, *_persons(random)]


def contacts(random: Random, prospect: Prospect) -> Iterator[dict[str, Any]]:
    """One to three people of a company, none of a person."""
    if prospect.body["kind"] == "person":
        return
    domain = prospect.body["website"].removeprefix("https://www.")
    for title, english, department in random.sample(TITLES, random.choice((1, 2, 2, 3))):
        number = random.randrange(1000)
        name = _person(random, abroad=prospect.abroad)
        yield {
            "name": name,
            "title": english if prospect.abroad else title,
            "department": None if prospect.abroad else department,
            "emails": [f"{english.split()[0].lower()}{number}@{domain}"],
            "phones": [prospect.body["phones"][0] if prospect.abroad else f"+86 138 0013 8{number:03d}"],
            "im_ids": []
            if prospect.abroad
            else [{"kind": "wechat", "value": f"wx_{number:03d}_{domain[:6]}"}],
            "email_opt_out": random.random() < OPTED_OUT,
        }


def _chinese_companies(random: Random) -> Iterator[Prospect]:
    names = random.sample(list(product(CITIES, BRANDS, TRADES)), CHINESE_COMPANIES)
    for number, (city, brand, trade) in enumerate(names):
        yield Prospect(
            _company(random, f"{city}{brand}{trade}{random.choice(LEGAL)}", city, TRADES[trade], number),
            False,
        )


def _subsidiary(random: Random, place: int, above: Prospect) -> Prospect:
    city = random.choice([city for city in CITIES if not above.body["name"].startswith(city)])
    name = f"{above.body['name'].removesuffix('有限公司')}{city}分公司"
    return Prospect(_company(random, name, city, above.body["industry"], 500 + place), False, place)


def _company(random: Random, name: str, city: str, industry: str, number: int) -> dict[str, Any]:
    region, area = CITIES[city]
    return {
        **_common(random, "company", name, region),
        "industry": industry,
        "address": f"{city}市{random.choice(('人民', '解放', '建设', '科技'))}路 {random.randint(1, 999)} 号",
        "phones": [f"+86 {area} 6555 {random.randrange(10_000):04d}"],
        "website": f"https://www.cn{number:03d}.example",
        "tax_id": f"91{random.randrange(10**6):06d}MA{random.randrange(10**8):08d}",
    }


def _foreign_companies(random: Random) -> Iterator[Prospect]:
    for number, (stem, line) in enumerate(random.sample(list(product(STEMS, LINES)), FOREIGN_COMPANIES)):
        country = random.choice(list(COUNTRIES))
        region, dialled, legal = COUNTRIES[country]
        yield Prospect(
            {
                **_common(random, "company", f"{stem} {line} {random.choice(legal)}", region),
                "industry": LINES[line],
                "address": f"{random.randint(1, 250)} Station Road, {country}",
                "phones": [dialled.format(100 + number)],
                "website": f"https://www.{stem.lower()}-{line.lower()}.example",
            },
            True,
        )


def _persons(random: Random) -> Iterator[Prospect]:
    for number in range(CHINESE_PERSONS + FOREIGN_PERSONS):
        abroad = number >= CHINESE_PERSONS
        region = "Europe" if abroad else random.choice(list(CITIES.values()))[0]
        body = _common(random, "person", _person(random, abroad=abroad), region)
        phone = f"+44 20 7946 0{number:03d}" if abroad else f"+86 138 0013 8{number:03d}"
        yield Prospect({**body, "phones": [phone], "emails": [f"buyer{number}@mail.example"]}, abroad)


def _common(random: Random, kind: str, name: str, region: str) -> dict[str, Any]:
    level, source = random.choice(LEVELS), random.choice(SOURCES)
    return {"kind": kind, "name": name, "region": region, "level": level, "source": source}


def _person(random: Random, *, abroad: bool) -> str:
    if abroad:
        return f"{random.choice(FIRST)} {random.choice(LAST)}"
    return random.choice(SURNAMES) + random.choice(GIVEN)
