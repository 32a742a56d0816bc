"""What the profit of customers is read by."""

from crm_api.kit.principal import Permission

READ_PROFIT = Permission("profit", "read")
