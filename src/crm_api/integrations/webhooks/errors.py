"""Refusals of webhooks, and of URLs that lead inside."""

from crm_api.kit.errors import Conflict
from crm_api.kit.messages import register

register(
    {
        "url_invalid": ("This is not a complete URL.", "这不是完整的 URL。"),
        "url_needs_https": ("The URL has to begin with https://.", "URL 必须以 https:// 开头。"),
        "url_has_credentials": (
            "The URL must not hold a user name or a password.",
            "URL 不得包含用户名或密码。",
        ),
        "url_port_forbidden": ("Only the ports 443 and 80 may be called.", "只允许端口 443 和 80。"),
        "url_address_forbidden": (
            "The URL leads to an address that is not public.",
            "该 URL 指向非公网地址。",
        ),
        "unknown_event": ("Nothing by this name ever happens.{hint}", "没有该名称的事件。{hint}"),
        "unknown_object": ("There is no such type of record.{hint}", "没有该记录类型。{hint}"),
        "webhook_inactive": (
            "The webhook is switched off; set active to true first.",
            "该 Webhook 已停用，请先将 active 设为 true。",
        ),
        "replay_running": ("A replay is still running.", "重放仍在进行中。"),
        "one_range": (
            "Give either from and to, or after and until.",
            "请提供 from/to 或 after/until 其中一组。",
        ),
    }
)


class WebhookInactive(Conflict):
    """Nothing is sent to a webhook that is switched off."""

    default_code = "webhook_inactive"


class ReplayRunning(Conflict):
    """One replay of a webhook at a time."""

    default_code = "replay_running"
