"""Refusals of API keys."""

from crm_api.kit.errors import Conflict, Fault, Invalid
from crm_api.kit.messages import register

register(
    {
        "permission_unknown": (
            "An integration cannot have this permission.",
            "系统集成不能拥有该权限。",
        ),
        "not_in_future": ("Expected a moment in the future.", "应为将来的时间。"),
        "already_revoked": ("The key was revoked before.", "该密钥已被吊销。"),
    }
)


class PermissionsUnknown(Invalid):
    """Permissions that the role of integrations does not grant, by their place in the list."""

    def __init__(self, places: list[int]) -> None:
        super().__init__(
            faults=[Fault("pointer", f"/permissions/{place}", "permission_unknown") for place in places]
        )


class AlreadyRevoked(Conflict):
    """A revoked key stays revoked."""

    default_code = "already_revoked"
