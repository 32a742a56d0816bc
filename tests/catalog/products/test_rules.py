"""What may be sold."""

import pytest

from crm_api.catalog.products.models import Lifecycle, Product


@pytest.mark.parametrize("lifecycle", list(Lifecycle))
def test_only_a_retired_product_is_not_sold(lifecycle: Lifecycle) -> None:
    assert Product.new(lifecycle=lifecycle).is_sellable is (lifecycle != Lifecycle.RETIRED)


def test_sort_keys_follow_code_and_name() -> None:
    product = Product.new()

    product.put({"code": "P-１", "name": "Ärger", "unit": "台"})
    product.put({"name": "上海"})

    assert (product.code, product.code_sort, product.unit) == ("P-１", "p-1", "台")
    assert product.name_sort.startswith("shang4")
