"""What searching everything is allowed by; each kind of record is searched by those who may read it."""

from crm_api.kit.principal import Permission

SEARCH = Permission("search", "read")
