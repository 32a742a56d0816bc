"""Refusals of the feed."""

from crm_api.kit.errors import Gone
from crm_api.kit.messages import register

register(
    {
        "changes_rewound": (
            "The feed was restored to an earlier state. Load your copy anew, then go on from `after=now`.",
            "变更流已恢复到较早的状态。请重新完整同步，然后从 `after=now` 继续。",
        ),
        "unknown_type": ("There is no such type of change.{hint}", "没有这种变更类型。{hint}"),
    }
)


class ChangesRewound(Gone):
    """The place a reader goes on from is not in the feed: the database is younger than the reader's copy."""

    default_code = "changes_rewound"
