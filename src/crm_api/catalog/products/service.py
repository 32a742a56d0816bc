"""The verbs of products."""

from collections.abc import Iterable, Mapping
from typing import Any

from crm_api.catalog.products.models import Cost, Floor, Offer, Product, ProductLifecycle
from crm_api.catalog.products.repository import ProductRepository
from crm_api.catalog.products.resource import products
from crm_api.kit import clock
from crm_api.kit.registries import ask_gates
from crm_api.kit.repository import refuse_unwritable
from crm_api.kit.schemas import clear_money
from crm_api.kit.uow import UnitOfWork


class ProductService:
    """Raises kinds, emits facts; never queries, never commits."""

    def __init__(self, uow: UnitOfWork) -> None:
        self.uow = uow
        self._repository = ProductRepository(uow)

    async def create(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """A new product; an equal code is refused."""
        refuse_unwritable(self.uow, products, given)
        return await self._repository.add(self.new_row(dict(given)))

    @staticmethod
    def new_row(values: dict[str, Any]) -> Product:
        """A product as a create body makes it."""
        product = Product.new()
        product.put(
            clear_money(
                {name: v for name, v in values.items() if name != "id" or v},
                "list_price",
                "cost",
                "floor_price",
            )
        )
        return product

    async def update(self, product_id: str, given: Mapping[str, Any]) -> dict[str, Any]:
        """Absent keeps, null clears, money is replaced whole."""
        refuse_unwritable(self.uow, products, given)
        product = await self._repository.load(product_id)
        if product.stocked and given.get("stocked") is False:
            await ask_gates("products.unstock", self.uow, product)
        product.put(clear_money(dict(given), "list_price", "cost", "floor_price"))
        return await self._repository.save(product)

    async def delete(self, product_id: str) -> None:
        """Softly, once nothing of it is in stock: it can be restored."""
        product = await self._repository.load(product_id)
        if product.stocked:
            await ask_gates("products.delete", self.uow, product)
        product.deleted_at = clock.now()
        await self._repository.save(product, event="deleted")

    async def restore(self, product_id: str) -> dict[str, Any]:
        """Undo a deletion, unless another product has taken its code or external id meanwhile."""
        product = await self._repository.load(product_id, deleted=True)
        product.deleted_at = None
        return await self._repository.save(product, event="restored")

    async def activate(self, product_id: str) -> dict[str, Any]:
        """Sell it, for the first time or again."""
        product = await self._repository.load(product_id)
        product.lifecycle = ProductLifecycle.ACTIVE
        return await self._repository.save(product, event="activated")

    async def retire(self, product_id: str) -> dict[str, Any]:
        """Sell it no more; what was sold stays as it is."""
        product = await self._repository.load(product_id)
        product.lifecycle = ProductLifecycle.RETIRED
        return await self._repository.save(product, event="retired")

    async def costs(self, product_ids: Iterable[str]) -> dict[str, Cost]:
        """What products cost us, whoever asks: for what is kept, not shown. One without a cost is left out."""
        return await self._repository.costs(product_ids)

    async def offers(self, product_ids: Iterable[str]) -> dict[str, Offer]:
        """What lines need to know of those products that the caller sees."""
        wanted = set(product_ids)
        return await self._repository.offers(wanted) if wanted else {}

    async def floors(self, product_ids: Iterable[str]) -> dict[str, Floor]:
        """The floor prices of those products that have one: they hold for whoever asks, seen or not."""
        wanted = set(product_ids)
        return await self._repository.floors(wanted) if wanted else {}
