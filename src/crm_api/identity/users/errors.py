"""Refusals of users."""

from crm_api.kit.errors import Conflict, Fault, Invalid
from crm_api.kit.messages import register

register(
    {
        "role_unknown": ("There is no such role.", "没有该角色。"),
        "manager_cycle": (
            "Nobody can be their own manager, directly or through others.",
            "用户不能直接或间接成为自己的上级。",
        ),
        "time_zone_unknown": (
            "Expected an IANA time zone, such as Asia/Shanghai.",
            "应为 IANA 时区，例如 Asia/Shanghai。",
        ),
        "last_administrator": (
            "The company would be left without an active administrator.",
            "企业必须至少保留一名在职的系统管理员。",
        ),
        "user_still_owns": (
            "The user still owns open records; hand them over first.",
            "该用户名下仍有未移交的记录，请先移交。",
        ),
    }
)


class RolesUnknown(Invalid):
    """Keys that name no role, by their place in the list."""

    def __init__(self, places: list[int]) -> None:
        super().__init__(faults=[Fault("pointer", f"/roles/{i}", "role_unknown") for i in places])


class ManagerCycle(Invalid):
    """A chain of managers that leads back to where it began."""

    def __init__(self) -> None:
        super().__init__(faults=[Fault("pointer", "/manager_id", "manager_cycle")])


class LastAdministrator(Conflict):
    """Somebody has to be left who can let others in."""

    default_code = "last_administrator"


class UserStillOwns(Conflict):
    """Open records would be left to somebody who cannot work on them; `owned` counts them by resource."""

    default_code = "user_still_owns"

    def __init__(self, owned: dict[str, int]) -> None:
        super().__init__(extra={"owned": owned})
