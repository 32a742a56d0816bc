"""Refusals of reports."""

from crm_api.kit.messages import register

ONLY_WITH = "only_with"
register({ONLY_WITH: ("This parameter goes only with {other}.", "该参数只能与 {other} 一起使用。")})
