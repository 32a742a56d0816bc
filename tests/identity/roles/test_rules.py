"""What several roles give together, and that no line of the page is beside the point."""

import pytest

from crm_api.kit.principal import Permission, Reach
from crm_api.kit.registries import RESOURCES
from crm_api.roles import ROLES, rights


def test_the_widest_reach_of_several_roles_counts() -> None:
    reaches, _ = rights(["account_manager", "sales_supervisor"])
    assert reaches[Permission("customers", "read")] is Reach.SUBTREE
    assert rights(["account_manager"])[0][Permission("customers", "read")] is Reach.OWN
    assert rights(["no such role"]) == ({}, {})


def test_a_field_is_restricted_only_if_every_role_that_reads_restricts_it() -> None:
    assert "cost" in rights(["account_manager"])[1]["products"]
    assert "products" not in rights(["account_manager", "executive"])[1]


@pytest.mark.parametrize("key", sorted(ROLES))
def test_restricted_fields_exist(key: str) -> None:
    for resource, fields in ROLES[key].fields.items():
        assert fields.keys() <= RESOURCES[resource].fields.keys()
