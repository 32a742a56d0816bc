"""What a handler returns, as its reader gets it."""

from typing import Any

import orjson

from crm_api.kit.answers import json_answer


def as_sent(content: Any) -> Any:
    """The JSON of an answer, read."""
    return orjson.loads(json_answer(content).body)
