"""The words of every problem and fault code, English and Chinese. A code without both is a failing test."""

from collections.abc import Mapping

from crm_api.kit.words import fill

MESSAGES: dict[str, tuple[str, str]] = {
    # problems
    "internal_error": ("Something went wrong on our side.", "服务器内部错误。"),
    "bad_request": ("The request cannot be read.", "无法解析请求。"),
    "invalid_json": ("The body is not valid JSON.", "请求体不是有效的 JSON。"),
    "invalid_multipart": (
        "The body is not valid multipart/form-data.",
        "请求体不是有效的 multipart/form-data。",
    ),
    "duplicate_key": ("A JSON object holds the same key twice.", "JSON 对象中存在重复的键。"),
    "unexpected_body": ("This request takes no body.", "该请求不接受请求体。"),
    "invalid_parameter": ("A query parameter is wrong.", "查询参数有误。"),
    "invalid_header": ("A request header is wrong.", "请求头有误。"),
    "unexpected_header": ("This request does not take this header.", "该请求不支持此请求头。"),
    "precondition_failed": (
        "The record has changed since you have seen it.",
        "该记录在您读取之后已被修改。",
    ),
    "precondition_required": (
        "Send If-Match with the version you have seen.",
        "请在 If-Match 中提供您所见的版本。",
    ),
    "idempotency_in_flight": (
        "A request with this Idempotency-Key is still being worked on.",
        "使用相同 Idempotency-Key 的请求仍在处理中。",
    ),
    "idempotency_key_reused": (
        "This Idempotency-Key was used for another request.",
        "该 Idempotency-Key 已用于另一个请求。",
    ),
    "batch_failed": ("Nothing was written: an operation failed.", "未写入任何数据：有操作失败。"),
    "invalid_cursor": (
        "The cursor is broken, or belongs to another list, filter or sort.",
        "分页游标无效，或属于其他列表、筛选或排序。",
    ),
    "unauthenticated": ("Please sign in.", "请先登录。"),
    "invalid_token": ("The access token is invalid or has expired.", "访问令牌无效或已过期。"),
    "invalid_credentials": ("E-mail or password is wrong.", "邮箱或密码错误。"),
    "refresh_reused": (
        "The refresh token was used before; the session has been ended.",
        "刷新令牌已被使用过，会话已终止。",
    ),
    "forbidden": ("You are not allowed to do this.", "您没有权限执行此操作。"),
    "not_found": ("There is no such resource.", "资源不存在。"),
    "gone": ("This is not there any more.", "该资源已不存在。"),
    "too_many_streams": (
        "Too many streams are open here; try again later.",
        "当前打开的事件流过多，请稍后再试。",
    ),
    "method_not_allowed": ("This method is not allowed here.", "此处不允许使用该方法。"),
    "wrong_state": (
        "Its status is {status}; this can be done while it is: {allowed}.",
        "当前状态为 {status}，仅在以下状态可执行：{allowed}。",
    ),
    "ambiguous_reference": ("Several records of type {resource} fit.", "有多条记录（{resource}）符合。"),
    "conflict": ("The current state stands against it.", "与当前状态冲突。"),
    "duplicate": ("Another record already holds this value.", "已存在相同取值的记录。"),
    "id_taken": ("This id is taken.", "该 ID 已被使用。"),
    "in_use": ("Other records still refer to it.", "仍有其他记录引用它。"),
    "body_too_large": ("The body is larger than {limit} bytes.", "请求体超过 {limit} 字节。"),
    "unsupported_media_type": ("Send the body as {expected}.", "请以 {expected} 发送请求体。"),
    "validation_failed": ("The data needs correction.", "数据需要修改。"),
    "rate_limited": (
        "Too many requests; try again in {seconds} seconds.",
        "请求过于频繁，请在 {seconds} 秒后重试。",
    ),
    "unavailable": ("The service cannot answer right now.", "服务暂时不可用。"),
    # faults
    "unknown_parameter": ("There is no such parameter.{hint}", "没有该参数。{hint}"),
    "repeated_parameter": ("Give this parameter once.", "该参数只能出现一次。"),
    "unknown_field": ("There is no such field.{hint}", "没有该字段。{hint}"),
    "unknown_operator": ("This field offers: {operators}.", "该字段支持的运算符：{operators}。"),
    "invalid_value": ("Expected {expected}.", "应为 {expected}。"),
    "custom_sort_alone": ("A custom field is sorted by alone.", "自定义字段只能单独排序。"),
    "not_sortable": ("Sort by one of: {fields}.", "可排序字段：{fields}。"),
    "too_many": ("At most {limit} are allowed.", "最多允许 {limit} 个。"),
    "out_of_range": ("Expected {expected}.", "应为 {expected}。"),
    "required": ("This field is required.", "必填字段。"),
    "wrong_type": ("Expected {expected}.", "类型应为 {expected}。"),
    "too_short": ("At least {limit} characters or items.", "至少 {limit} 个字符或条目。"),
    "too_long": ("At most {limit} characters or items.", "最多 {limit} 个字符或条目。"),
    "pattern": ("The text does not have the required form.", "格式不正确。"),
    "not_a_choice": ("Choose one of: {choices}.", "可选值：{choices}。"),
    "invalid_character": (
        "The text holds a character that cannot be stored.",
        "文本中含有无法存储的字符。",
    ),
    "invalid_date": ("Expected a date, YYYY-MM-DD, that exists.", "应为存在的日期，格式 YYYY-MM-DD。"),
    "invalid_instant": (
        "Expected an RFC 3339 instant with a zone, such as 2026-01-31T09:30:00Z.",
        "应为带时区的 RFC 3339 时间，例如 2026-01-31T09:30:00Z。",
    ),
    "invalid_id": ("Expected a UUID.", "应为 UUID。"),
    "invalid_decimal": (
        'Expected a decimal number as text, such as "199.90".',
        '应为文本形式的十进制数，例如 "199.90"。',
    ),
    "invalid_email": ("Expected an e-mail address.", "应为电子邮箱地址。"),
    "password_too_common": ("This password is among the most common ones.", "该密码过于常见。"),
    "invalid_phone": ("Expected a phone number.", "应为电话号码。"),
    "currency_unknown": ("Expected an ISO 4217 currency code.", "应为 ISO 4217 货币代码。"),
    "too_precise": ("At most {limit} digits after the point.", "小数位最多 {limit} 位。"),
    "reference_not_found": ("There is no such {resource}.", "没有该{resource}。"),
    "read_only": ("You may not write this field.", "您不能修改该字段。"),
    "invalid_entity_tag": ('Expected entity tags such as "v12", or *.', '应为实体标签（如 "v12"）或 *。'),
    "invalid_idempotency_key": (
        "Expected one key of 1 to 255 visible ASCII characters.",
        "应为一个由 1 至 255 个可见 ASCII 字符组成的键。",
    ),
    "changed_since": ("Somebody else has changed this field.", "该字段已被他人修改。"),
    "not_with_dry_run": ("A dry run stores no answer.", "试运行不保存应答。"),
    "id_or_external": ("Name the record by its id or by its external key.", "请用 id 或外部键之一指明记录。"),
    "not_offered": ("This object does not offer the operation.", "该对象不支持此操作。"),
    "too_far": ("Neighbours are shown at most {limit} steps away.", "最多展开 {limit} 级关联。"),
    "too_deep": ("The filter is nested deeper than {limit}.", "筛选条件嵌套超过 {limit} 层。"),
}


# The status of a code that is raised as a problem and is not the default of its kind.
STATUSES: dict[str, int] = {
    "invalid_json": 400,
    "duplicate_key": 400,
    "unexpected_body": 400,
    "invalid_parameter": 400,
    "invalid_header": 400,
    "invalid_cursor": 400,
    "invalid_multipart": 400,
    "invalid_token": 401,
    "invalid_credentials": 401,
    "refresh_reused": 401,
    "duplicate": 409,
    "id_taken": 409,
    "in_use": 409,
    "idempotency_in_flight": 409,
    "idempotency_key_reused": 422,
    "batch_failed": 422,
    "too_many_streams": 503,
}


def register(messages: Mapping[str, tuple[str, str]], statuses: Mapping[str, int] | None = None) -> None:
    """Add the codes of a context; a code means one thing, so taking one twice is an error.

    `statuses` are those of codes that are raised as problems without being the `default_code` of a kind.
    """
    clash = MESSAGES.keys() & messages.keys()
    if clash:
        raise ValueError(f"message codes taken twice: {sorted(clash)}")
    MESSAGES.update(messages)
    STATUSES.update(statuses or {})


def text(code: str, language: str, params: Mapping[str, object]) -> str:
    """The message of a code in `en` or `zh`, with its parameters filled in."""
    return fill(MESSAGES[code][language == "zh"], params, language)
