"""What reading the audit trail and the access log is allowed by."""

from crm_api.kit.principal import Permission

READ_AUDIT = Permission("audit", "read")
READ_ACCESS_LOG = Permission("access_log", "read")
