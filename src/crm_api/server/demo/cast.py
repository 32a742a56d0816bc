"""The people of the demo company and the departments they work in."""

from collections.abc import Iterator
from typing import NamedTuple

COMPANY = "云帆科技 Yunfan Technology"
SLUG = "demo"
DOMAIN = "demo.example"
FOUNDER = f"admin@{DOMAIN}"


class Department(NamedTuple):
    """A team; `above` is the key of its parent."""

    key: str
    name: str
    above: str | None


class Person(NamedTuple):
    """A user; `leads` marks the leader of the team, `skill` is how likely an account manager wins a deal."""

    email: str
    name: str
    title: str
    role: str
    team: str | None = None
    leads: bool = False
    skill: float = 0.0
    abroad: bool = False


DEPARTMENTS = (
    Department("sales", "销售中心 Sales", None),
    Department("east", "华东大区 East China", "sales"),
    Department("shanghai", "上海销售部 Shanghai", "east"),
    Department("hangzhou", "杭州销售部 Hangzhou", "east"),
    Department("south", "华南大区 South China", "sales"),
    Department("abroad", "国际业务部 International", "sales"),
    Department("service", "客户服务部 Customer Service", None),
    Department("marketing", "市场部 Marketing", None),
)

PEOPLE = (
    Person("chen.li", "陈立", "总经理 General manager", "executive", "sales", leads=True),
    Person("zhou.qian", "周倩", "信息主管 IT lead", "administrator"),
    Person("wang.jianguo", "王建国", "华东大区总监", "sales_supervisor", "east", leads=True),
    Person("lin.xiaomei", "林晓梅", "华南大区总监", "sales_supervisor", "south", leads=True),
    Person(
        "sophie.martin",
        "Sophie Martin",
        "International sales director",
        "sales_supervisor",
        "abroad",
        leads=True,
    ),
    Person("li.na", "李娜", "高级客户经理", "account_manager", "shanghai", leads=True, skill=0.58),
    Person("zhang.wei", "张伟", "客户经理", "account_manager", "shanghai", skill=0.46),
    Person("liu.yang", "刘洋", "高级客户经理", "account_manager", "hangzhou", leads=True, skill=0.52),
    Person("zhao.min", "赵敏", "客户经理", "account_manager", "hangzhou", skill=0.41),
    Person("huang.zhiqiang", "黄志强", "高级客户经理", "account_manager", "south", skill=0.55),
    Person("he.jiaxin", "何嘉欣", "客户经理", "account_manager", "south", skill=0.44),
    Person(
        "james.carter",
        "James Carter",
        "Account manager, UK & US",
        "account_manager",
        "abroad",
        False,
        0.48,
        True,
    ),
    Person(
        "elena.rossi", "Elena Rossi", "Account manager, EU", "account_manager", "abroad", False, 0.43, True
    ),
    Person("wu.jing", "吴静", "客服专员 Support agent", "support_agent", "service", leads=True),
    Person("sun.yue", "孙悦", "市场专员 Marketer", "marketer", "marketing", leads=True),
    Person("erp", "ERP 接口 ERP interface", "系统集成 Integration", "integration"),
)
SELLERS = tuple(person for person in PEOPLE if person.skill)


def address(person: Person) -> str:
    """What somebody signs in with."""
    return f"{person.email}@{DOMAIN}"


def superior(person: Person) -> str | None:
    """Whom somebody reports to: the nearest leader above, else the general manager, who reports to nobody."""
    above = {department.key: department.above for department in DEPARTMENTS}
    leaders = {leader.team: leader for leader in PEOPLE if leader.leads}
    team = above.get(person.team or "") if person.leads else person.team
    while team is not None and team not in leaders:
        team = above[team]
    found = leaders[team] if team is not None else PEOPLE[0]
    return None if found is person else found.email


def within(team: str | None) -> Iterator[str]:
    """A department and those below it; the keys."""
    if team is not None:
        yield team
        for department in DEPARTMENTS:
            if department.above == team:
                yield from within(department.key)
