"""What reports are allowed by."""

from crm_api.kit.principal import Permission

READ_SALES_PERFORMANCE = Permission("sales_performance", "read")
