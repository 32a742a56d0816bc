"""The right to read roles; they are defined in code, so there is no table behind them."""

from crm_api.kit.principal import Permission

READ = Permission("roles", "read")
