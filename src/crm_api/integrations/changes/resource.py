"""What reading changes is allowed by; each record needs its own permission besides."""

from crm_api.kit.principal import Permission

READ_CHANGES = Permission("changes", "read")
