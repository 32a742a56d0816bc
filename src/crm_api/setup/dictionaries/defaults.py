"""What the data dictionary of a new company holds."""

from crm_api.setup.dictionaries.models import OTHER
from crm_api.setup.dictionary_types.models import (
    DELAY_REASON,
    LEAD_DISCARD_REASON,
    LOSS_REASON,
    PLAN_FAILURE_REASON,
    STOCK_ADJUSTMENT_REASON,
)

# type → (code, English, Chinese) in their order; `other` comes last
DEFAULTS: dict[str, tuple[tuple[str, str, str], ...]] = {
    LOSS_REASON: (
        ("price", "Price too high", "价格过高"),
        ("competitor", "Bought from a competitor", "选择了竞争对手"),
        ("no_budget", "No budget", "没有预算"),
        ("no_decision", "No decision made", "迟迟未决策"),
        ("timing", "Wrong time", "时机不合适"),
        ("product_fit", "Product does not fit", "产品不匹配"),
        (OTHER, "Other", "其他"),
    ),
    "expense_type": (
        ("travel", "Travel", "差旅费"),
        ("accommodation", "Accommodation", "住宿费"),
        ("transport", "Local transport", "交通费"),
        ("entertainment", "Entertainment", "业务招待费"),
        ("gift", "Gifts", "礼品费"),
        ("communication", "Communication", "通讯费"),
        ("office", "Office supplies", "办公费"),
        (OTHER, "Other", "其他"),
    ),
    LEAD_DISCARD_REASON: (
        ("no_need", "No need", "没有需求"),
        ("no_budget", "No budget", "没有预算"),
        ("unreachable", "Cannot be reached", "无法联系"),
        ("wrong_details", "Wrong details", "信息有误"),
        ("duplicate", "Known already", "重复线索"),
        (OTHER, "Other", "其他"),
    ),
    PLAN_FAILURE_REASON: (
        ("no_access", "No access to whoever decides", "无法接触决策人"),
        ("no_need", "No need", "没有需求"),
        ("no_budget", "No budget", "没有预算"),
        ("competitor", "Bought from a competitor", "选择了竞争对手"),
        ("timing", "Wrong time", "时机不合适"),
        (OTHER, "Other", "其他"),
    ),
    STOCK_ADJUSTMENT_REASON: (
        ("damaged", "Damaged", "损坏"),
        ("lost", "Lost", "丢失"),
        ("found", "Found", "盘盈"),
        ("expired", "Expired", "过期"),
        ("booking_error", "Wrong booking", "记账错误"),
        (OTHER, "Other", "其他"),
    ),
    DELAY_REASON: (
        ("supplier", "Supplier is late", "供应商延误"),
        ("production", "Production is late", "生产延误"),
        ("stock", "Not in stock", "库存不足"),
        ("logistics", "Transport is late", "物流延误"),
        ("customer", "The customer wished it", "客户要求"),
        (OTHER, "Other", "其他"),
    ),
}
