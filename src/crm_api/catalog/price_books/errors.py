"""Refusals of price books."""

from crm_api.kit.errors import Conflict
from crm_api.kit.messages import register

register(
    {
        "price_book_overlap": (
            "Another active book has the same conditions and currency at the same time.",
            "另一个启用的价格表在同一时间使用相同的条件和币种。",
        ),
        "price_taken": (
            "The book has a price for this product and quantity already.",
            "该价格表已包含此产品在该数量下的价格。",
        ),
        "not_the_books_currency": (
            "Every price of the book is in {currency}.",
            "价格表中的价格必须使用 {currency}。",
        ),
        "ends_before_it_begins": ("It ends before it begins.", "结束日期不能早于开始日期。"),
    }
)


class PriceBookOverlap(Conflict):
    """Which of two books holds could not be told."""

    default_code = "price_book_overlap"
