"""What may be sold."""

import pytest

from crm_api.catalog.products.models import Product, ProductLifecycle


@pytest.mark.parametrize("lifecycle", list(ProductLifecycle))
def test_only_a_retired_product_is_not_sold(lifecycle: ProductLifecycle) -> None:
    assert Product.new(lifecycle=lifecycle).is_sellable is (lifecycle != ProductLifecycle.RETIRED)


def test_sort_keys_follow_code_and_name() -> None:
    product = Product.new()

    product.put({"code": "P-１", "name": "Ärger", "unit": "台"})
    product.put({"name": "上海"})

    assert (product.code, product.code_sort, product.unit) == ("P-１", "p-1", "台")
    assert product.name_sort.startswith("shang4")
