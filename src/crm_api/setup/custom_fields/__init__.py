"""Fields that a company defines for its own records, and their values (自定义字段)."""
