"""What the figures of a report mean, in words its reader understands."""

from datetime import date
from typing import NamedTuple

from crm_api.analytics.reports.schemas import Grouping


class Words(NamedTuple):
    """The same in both languages."""

    en: str
    zh: str


_DEALS = Words(
    en="Counted are the opportunities within your reach that are not deleted and are in {currency}; those in"
    " another currency are left out and counted in `excluded`, those without an amount count as zero. Won and"
    " lost deals are dated by `closed_on`{period}; open deals are counted as they stand now, whatever the"
    " period. The win rate is won / (won + lost), by count. ",
    zh="统计您权限范围内未删除且以 {currency} 计价的商机；其他币种的商机不计入，"
    "只计入 `excluded`；没有金额的商机按零计。赢单和输单按 `closed_on` 归期{period}；"
    "进行中的商机按当前状态统计，不受期间限制。赢单率 = 赢单数 ÷（赢单数 + 输单数）。",
)
_PERIOD = {
    (True, True): Words(", from {since} to {until}, both days included", "（{since} 至 {until}，含首尾）"),
    (True, False): Words(", from {since} on, that day included", "（自 {since} 起，含当日）"),
    (False, True): Words(", up to {until}, that day included", "（截至 {until}，含当日）"),
    (False, False): Words("", ""),
}
_ROWS = {
    Grouping.OWNER: Words("A deal counts for its owner.", "商机归其负责人。"),
    Grouping.TEAM: Words(
        en="A deal counts for the team it was stamped with when it was last assigned; with `team_depth` for"
        " the team above that stands at that level, counted from the top of the company.",
        zh="商机归最近一次分派时记录的团队；指定 `team_depth` 时，归该团队在公司架构中该层级的上级团队。",
    ),
    Grouping.PRODUCT: Words(
        en="The amount of a deal is split over its lines in proportion to their totals, to the minor unit and"
        " without remainder; a deal counts once for each product in it, and once in the totals.",
        zh="商机金额按各明细行金额的比例分摊到产品，精确到最小货币单位且无余数；"
        "每个商机对其包含的每种产品计一次，合计中只计一次。",
    ),
    Grouping.STAGE: Words("A deal counts for the stage it is in now.", "商机归其当前所处阶段。"),
    Grouping.MONTH: Words(
        en="A closed deal counts for the month of `closed_on`, an open one for that of `expected_close_on`.",
        zh="已关闭的商机归 `closed_on` 所在月份，进行中的商机归 `expected_close_on` 所在月份。",
    ),
}


def sales_performance(
    grouping: Grouping, language: str, *, currency: str, since: date | None, until: date | None
) -> str:
    """The definition of one sales performance report, in `en` or `zh`."""
    deals, period, rows = (
        words.zh if language == "zh" else words.en
        for words in (_DEALS, _PERIOD[bool(since), bool(until)], _ROWS[grouping])
    )
    return deals.format(currency=currency, period=period.format(since=since, until=until)) + rows
