"""The data dictionary: closed lists of codes that a company names and extends itself (数据字典)."""
