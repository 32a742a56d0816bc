"""What a problem means and what to do about it, English and Chinese: by its status, and in particular for some codes."""

from typing import NamedTuple


class Both(NamedTuple):
    """A text in both languages."""

    en: str
    zh: str

    @property
    def told(self) -> dict[str, str]:
        """As JSON has it."""
        return {"en": self.en, "zh": self.zh}


class Remedy(NamedTuple):
    """What happened, and what helps."""

    meaning: Both
    action: Both


INDEX = Both(
    "Every error of this API is `application/problem+json` with one of these codes in `code`. Codes marked `errors[]` name a "
    "wrong place in the input, inside `errors` of a 400 or 422. Programs switch on codes; texts may change.",
    "本 API 的所有错误均为 `application/problem+json`，`code` 为下列代码之一。标记为 `errors[]` 的代码指明输入中的一处错误，"
    "出现在 400 或 422 响应的 `errors` 中。程序应根据代码判断，文字可能调整。",
)
FAULT = Remedy(
    Both(
        "One place in the input is wrong. `pointer` (into the body), `parameter` or `header` says which; `params` says what "
        "was expected.",
        "输入中有一处错误。`pointer`（请求体中的位置）、`parameter` 或 `header` 指明位置，`params` 给出期望的取值。",
    ),
    Both(
        "Correct the value at that place and send the request again. Nothing was written.",
        "修改该处的值后重新发送请求。本次请求未写入任何数据。",
    ),
)
BY_STATUS = {
    400: Remedy(
        Both(
            "The request cannot be read: its syntax, a parameter or a header is wrong. What is unknown is refused, never ignored.",
            "无法解析请求：语法、参数或请求头有误。未知内容会被拒绝，而不会被忽略。",
        ),
        Both(
            "See `errors` for the place, compare with the description of the operation in the documentation, and correct "
            "the request. Sending it unchanged will fail again.",
            "根据 `errors` 找到出错位置，对照文档中该操作的说明修改请求。原样重发仍会失败。",
        ),
    ),
    401: Remedy(
        Both(
            "The request carries no credential, or one that does not hold (any more).",
            "请求未携带凭证，或凭证无效、已过期。",
        ),
        Both(
            "Send `Authorization: Bearer` with a valid access token or API key. When an access token has expired, get the next "
            "one at `/api/v1/auth/refresh`, or sign in again.",
            "在 `Authorization: Bearer` 中发送有效的访问令牌或 API 密钥。访问令牌过期时，请通过 `/api/v1/auth/refresh` 换取新令牌，或重新登录。",
        ),
    ),
    403: Remedy(
        Both(
            "You are known, and the record is visible to you, but your roles do not allow this.",
            "您的身份有效且可以看到该记录，但您的角色不允许此操作。",
        ),
        Both(
            "`GET /api/v1/auth/me` lists what you may do; the operation's description names the permission it needs. An "
            "administrator can give you a role that grants it.",
            "`GET /api/v1/auth/me` 会列出您的权限，操作说明中注明了所需权限。管理员可以为您分配具备该权限的角色。",
        ),
    ),
    404: Remedy(
        Both(
            "There is nothing at this path that you may see. What is absent, deleted or out of your reach looks the same.",
            "该路径下没有您可以看到的内容。不存在、已删除和超出您数据范围的记录结果相同。",
        ),
        Both(
            "Check the path and the id. If it ought to be there, somebody with a wider reach can share or assign the record.",
            "请检查路径和 ID。如果记录应当存在，可请数据范围更大的同事共享或分配给您。",
        ),
    ),
    405: Remedy(
        Both("The path exists, the method does not.", "路径存在，但不支持该方法。"),
        Both("The `Allow` header lists the methods of this path.", "`Allow` 响应头列出了该路径支持的方法。"),
    ),
    409: Remedy(
        Both(
            "The request is right in itself, but the present state of the record, or another record, stands against it.",
            "请求本身正确，但与该记录的当前状态或其他记录冲突。",
        ),
        Both(
            "Read the record again, settle what `detail` and `errors` name, then repeat the request if it still makes sense.",
            "重新读取记录，处理 `detail` 和 `errors` 中指出的冲突；如仍有必要，再重新发送请求。",
        ),
    ),
    410: Remedy(
        Both("What was here is gone for good.", "此处的内容已永久移除。"),
        Both(
            "Follow what the problem names instead, such as the record it was merged into.",
            "请改用响应中给出的对象，例如合并后的记录。",
        ),
    ),
    412: Remedy(
        Both(
            "Somebody has changed the record since you have read it; nothing was written.",
            "在您读取之后，该记录已被他人修改；本次未写入任何数据。",
        ),
        Both(
            "The problem holds the current state. Merge your change with it and send it with the new `ETag` in `If-Match`.",
            "响应中包含记录的当前状态。请将您的修改与其合并，并在 `If-Match` 中使用新的 `ETag` 重新发送。",
        ),
    ),
    413: Remedy(
        Both("The body is larger than this operation takes.", "请求体超过该操作允许的大小。"),
        Both(
            "Send less at once: split a batch, or import a file.",
            "请减少单次发送的数据：拆分批量请求，或使用文件导入。",
        ),
    ),
    415: Remedy(
        Both(
            "The body is of a media type that this operation does not take.",
            "该操作不接受此媒体类型的请求体。",
        ),
        Both(
            "Set `Content-Type` to the type that `detail` names.",
            "请将 `Content-Type` 设为 `detail` 中给出的类型。",
        ),
    ),
    422: Remedy(
        Both(
            "The body is readable, and wrong in the places that `errors` lists. Nothing was written.",
            "请求体可以解析，但 `errors` 列出的位置有误。未写入任何数据。",
        ),
        Both(
            "Correct each place: `pointer` is a JSON Pointer into your body, `params` says what is allowed.",
            "逐一修改：`pointer` 是指向请求体的 JSON Pointer，`params` 给出允许的取值。",
        ),
    ),
    428: Remedy(
        Both(
            "Records of this kind are changed only by somebody who says which version they have seen.",
            "修改此类记录时，必须说明您所见的版本。",
        ),
        Both(
            "Read the record and send its `ETag` in `If-Match`.",
            "读取该记录，并在 `If-Match` 中发送其 `ETag`。",
        ),
    ),
    429: Remedy(
        Both(
            "A budget of requests is used up: of the key or user, of the company, or of the address. Failed sign-ins have one too.",
            "请求配额已用完：密钥或用户的、企业的，或来源地址的配额。登录失败次数也有限额。",
        ),
        Both(
            "Wait as many seconds as `Retry-After` says, then repeat the request: nothing was done. `RateLimit` in every answer "
            "tells what is left; one batch costs as much as one request.",
            "按 `Retry-After` 给出的秒数等待后重试；本次请求未执行。每个响应的 `RateLimit` 会给出剩余配额；一次批量请求只计一次。",
        ),
    ),
    500: Remedy(
        Both(
            "Something went wrong that should not have; it has been logged.",
            "服务器发生了意外错误，已记录日志。",
        ),
        Both(
            "Repeat the request, with the same `Idempotency-Key` if it writes. If it goes on, quote `request_id` to support.",
            "请重试；写操作请使用相同的 `Idempotency-Key`。如持续发生，请向支持人员提供 `request_id`。",
        ),
    ),
    503: Remedy(
        Both(
            "The database cannot answer at the moment; nothing was written.",
            "数据库暂时无法响应；未写入任何数据。",
        ),
        Both("Repeat the request after `Retry-After` seconds.", "请在 `Retry-After` 给出的秒数后重试。"),
    ),
}
REMEDIES = {
    "invalid_cursor": Remedy(
        Both(
            "A cursor belongs to one list with one filter and one sort, and to your company.",
            "分页游标只适用于同一列表、同一筛选和排序，且仅限您的企业。",
        ),
        Both(
            "Send the same parameters as for the first page, with `next_cursor` as `cursor`; or start again without one.",
            "使用与第一页相同的参数，并将 `next_cursor` 作为 `cursor` 发送；或不带游标重新开始。",
        ),
    ),
    "invalid_credentials": Remedy(
        Both(
            "E-mail and password do not belong together, or the account may not sign in. Which of it is not told.",
            "邮箱与密码不匹配，或该账号不允许登录。具体原因不会透露。",
        ),
        Both(
            "Check both. After some failures sign-ins from your address are held up for a while; an administrator can set a "
            "new password.",
            "请检查邮箱和密码。多次失败后，来自您地址的登录会被暂时限制；管理员可以重设密码。",
        ),
    ),
    "refresh_reused": Remedy(
        Both(
            "A refresh token works once. This one came a second time, so it may have been stolen; the session was ended.",
            "刷新令牌只能使用一次。该令牌被再次使用，可能已泄露，因此会话已终止。",
        ),
        Both(
            "Sign in again. A client keeps the newest token and refreshes in one place only.",
            "请重新登录。客户端应始终保存最新的令牌，并只在一处刷新。",
        ),
    ),
    "tenant_required": Remedy(
        Both("Your e-mail address belongs to several companies.", "您的邮箱属于多个企业。"),
        Both(
            "Sign in again with the `slug` of one of the listed `tenants` as `tenant`.",
            "请从响应的 `tenants` 中选择一个企业，将其 `slug` 作为 `tenant` 重新登录。",
        ),
    ),
    "duplicate": Remedy(
        Both(
            "Another record already holds a value that only one may hold, such as a code or an external id.",
            "另一条记录已占用必须唯一的取值，例如编码或外部 ID。",
        ),
        Both(
            "Change that record instead, when the problem names it, or choose another value.",
            "如响应中指出了该记录，请改为更新它；否则请更换取值。",
        ),
    ),
    "unknown_parameter": Remedy(
        Both(
            "The operation has no such query parameter. Nothing is ignored, so that a typing error never widens a list.",
            "该操作没有此查询参数。未知参数不会被忽略，避免因拼写错误而扩大查询范围。",
        ),
        Both(
            "Use the nearest valid name, which the message holds.", "请使用提示信息中给出的最接近的有效名称。"
        ),
    ),
    "unknown_field": Remedy(
        Both(
            "The object has no such field, or it is one that only the server writes, or you may not see it.",
            "该对象没有此字段，或该字段只能由服务器写入，或您无权查看。",
        ),
        Both(
            "Use the nearest valid name, which the message holds, or leave the field out.",
            "请使用提示信息中给出的最接近的有效名称，或去掉该字段。",
        ),
    ),
    "reference_not_found": Remedy(
        Both(
            "An id in the body names no record that you may refer to. Absent, deleted, foreign and invisible are the same.",
            "请求体中的 ID 未指向您可以引用的记录。不存在、已删除、属于其他企业或不可见的结果相同。",
        ),
        Both("Read the id from a list you can see.", "请从您可见的列表中获取该 ID。"),
    ),
}


def remedy_of(code: str, status: int | None) -> Remedy:
    """What is said of a code; a code without a status stands in `errors`."""
    return REMEDIES.get(code) or (FAULT if status is None else BY_STATUS[status])
