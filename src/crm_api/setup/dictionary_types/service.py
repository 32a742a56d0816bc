"""The verbs of dictionary types."""

from collections.abc import Mapping
from typing import Any

from crm_api.kit.repository import Repository
from crm_api.kit.uow import UnitOfWork
from crm_api.setup.dictionary_types.errors import DictionaryTypeBuiltIn, DictionaryTypeClosed
from crm_api.setup.dictionary_types.models import (
    ALWAYS_CLOSED,
    DELAY_REASON,
    LEAD_DISCARD_REASON,
    LOSS_REASON,
    PLAN_FAILURE_REASON,
    STOCK_ADJUSTMENT_REASON,
    DictionaryType,
)
from crm_api.setup.dictionary_types.resource import dictionary_types
from crm_api.setup.remembering import change_setup

# code → English, Chinese
BUILT_IN = {
    LOSS_REASON: ("Loss reason", "输单原因"),
    LEAD_DISCARD_REASON: ("Discard reason of leads", "线索废弃原因"),
    PLAN_FAILURE_REASON: ("Failure reason of development plans", "开发计划失败原因"),
    STOCK_ADJUSTMENT_REASON: ("Reason of stock adjustments", "库存调整原因"),
    DELAY_REASON: ("Delay reason of orders", "订单延期原因"),
    "expense_type": ("Type of expense", "费用类型"),
    "customer_level": ("Customer level", "客户级别"),
    "customer_category": ("Customer category", "客户类别"),
    "industry": ("Industry", "行业"),
    "customer_source": ("Customer source", "客户来源"),
    "region": ("Region", "区域"),
    "opportunity_source": ("Opportunity source", "商机来源"),
    "product_category": ("Product category", "产品类别"),
    "contract_type": ("Contract type", "合同类型"),
}


class DictionaryTypeService:
    """Raises kinds, emits facts; never queries, never commits."""

    def __init__(self, uow: UnitOfWork) -> None:
        self.uow = uow
        self._repository: Repository[DictionaryType] = Repository(uow, dictionary_types)

    async def create(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """A new list of the company's own."""
        await change_setup(self.uow)
        return await self._repository.add(DictionaryType.new(**given))

    async def update(self, dictionary_type_id: str, given: Mapping[str, Any]) -> dict[str, Any]:
        """Absent keeps. Closing a list leaves what records hold already."""
        found = await self._repository.load(dictionary_type_id)
        found.apply(given)
        if found.always_closed and not found.closed:
            raise DictionaryTypeClosed
        await change_setup(self.uow)
        return await self._repository.save(found)

    async def delete(self, dictionary_type_id: str) -> None:
        """For good, unless it comes with the system, has items, or a custom field chooses from it."""
        found = await self._repository.load(dictionary_type_id)
        if found.built_in:
            raise DictionaryTypeBuiltIn
        await change_setup(self.uow)
        await self._repository.remove(found)


async def found_dictionary_types(uow: UnitOfWork, _: str, __: Mapping[str, Any]) -> None:
    """A new company starts with the lists that fields of the system are bound to."""
    repository: Repository[DictionaryType] = Repository(uow, dictionary_types)
    for code, (english, chinese) in BUILT_IN.items():
        await repository.add(
            DictionaryType.new(
                code=code, label_en=english, label_zh=chinese, closed=code in ALWAYS_CLOSED, built_in=True
            )
        )
