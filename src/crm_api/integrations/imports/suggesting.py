"""Which column is probably which field: by the names of fields, by what people call them in English and Chinese."""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from rapidfuzz import fuzz, process

from crm_api.integrations.imports.fields import Target
from crm_api.text import fold

SURE: Final = 86
WORDS: Final[Mapping[str, str]] = {
    "name": "customer name, company name, company, account, account name, full name, contact name, product name,"
    " opportunity, deal name, 名称, 客户名称, 公司名称, 企业名称, 姓名, 联系人, 产品名称, 商机名称",
    "code": "number, no, customer number, sku, product code, 编号, 编码, 客户编号, 产品编码",
    "external_id": "external id, foreign id, source id, legacy id, record id, 外部编号, 原系统编号",
    "kind": "type, customer type, 类型, 客户类型",
    "level": "grade, rating, tier, 级别, 等级, 客户级别",
    "category": "category, class, 分类, 类别",
    "industry": "sector, branch, 行业, 所属行业",
    "source": "lead source, origin, channel, 来源, 客户来源",
    "region": "area, territory, country, office location, 地区, 区域, 省份",
    "address": "street, postal address, billing address, 地址, 详细地址",
    "phones": "phone, mobile, telephone, tel, phone number, cell, 电话, 手机, 手机号, 联系电话",
    "emails": "email, e-mail, mail, email address, 邮箱, 电子邮箱, 邮件",
    "website": "url, web, homepage, 网址, 网站, 官网",
    "tax_id": "vat, vat number, tax number, credit code, 税号, 统一社会信用代码, 纳税人识别号",
    "parent_id": "parent, parent company, subsidiary of, 上级客户, 母公司",
    "lifecycle": "stage, status, lifecycle stage, 状态, 生命周期",
    "next_contact_at": "next contact, follow up, 下次联系时间",
    "owner_id": "owner, sales agent, sales rep, account manager, assigned to, 负责人, 所属人, 业务员, 客户经理",
    "customer_id": "customer, account, company, 客户, 所属客户",
    "title": "job title, position, 职位, 职务",
    "department": "department, 部门",
    "amount": "value, deal value, close value, revenue, 金额, 预计金额, 成交金额",
    "opened_on": "engage date, start date, created date, 开始日期",
    "closed_on": "close date, closed date, 成交日期, 结束日期",
    "expected_close_on": "expected close date, 预计成交日期",
    "loss_reason": "lost reason, 丢单原因",
    "description": "notes, remark, comment, 备注, 描述, 说明",
    "list_price": "price, sales price, unit price, 价格, 单价, 标准价",
    "cost": "cost price, 成本",
    "lines.product_id": "product, item, 产品",
    "created_at": "created, creation date, create time, 创建时间, 创建日期",
    "created_by": "creator, author, 创建人",
    "stage_id": "deal stage, stage, 阶段, 销售阶段",
}


def suggestions(
    columns: Sequence[str], known: Iterable[str], targets: Mapping[str, Target]
) -> dict[str, str]:
    """Column → field, each field once, the surest first; columns nothing fits are left out."""
    names = {
        word: field
        for field in known
        for word in {
            _plain(field),
            _plain(field.removesuffix("_id")),
            *map(_plain, WORDS.get(field, "").split(",")),
            *map(_plain, targets[field].labels),
        }
        if word and field in targets
    }
    ranked = []
    for column in columns:
        found = process.extractOne(_plain(column), names.keys(), scorer=fuzz.ratio, score_cutoff=SURE)
        if found:
            ranked.append((found[1], column, names[found[0]]))
    chosen: dict[str, str] = {}
    for _, column, field in sorted(ranked, key=lambda item: -item[0]):
        if field not in chosen.values():
            chosen[column] = field
    return {column: chosen[column] for column in columns if column in chosen}


def _plain(text: str) -> str:
    return re.sub(r"[\s_.\-/()（）:：*#]+", "", fold(text))
