"""Where the words of a query occur in a record, in the text as it is stored."""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from crm_api.text import fold, query_terms

READ_CHARACTERS, AROUND = 2000, 40
_BETWEEN_DIGITS = re.compile(r"[ ().+/-]")


def highlight(record: Mapping[str, Any], fields: Iterable[str], q: str) -> dict[str, Any] | None:
    """The first place in the first of `fields` in which the query, or else one of its terms, occurs."""
    terms = [form for term, grams in query_terms(q) for form in (term, *grams)]
    wanted = list(dict.fromkeys([fold(q.strip()), *terms]))
    for field in fields:
        for text in _texts(record[field]):
            for words in wanted:
                if place := _place(text[:READ_CHARACTERS], words):
                    return _cut(field, text, *place)
    return None


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for part in value.values():
            yield from _texts(part)
    elif isinstance(value, list):
        for part in value:
            yield from _texts(part)


def _place(text: str, words: str) -> tuple[int, int] | None:
    """Begin and end of folded words in a text; digits are found across what groups them."""
    letters: list[str] = []
    places: list[int] = []
    for place, char in enumerate(text):
        if words.isdigit() and _BETWEEN_DIGITS.fullmatch(char):
            continue
        for letter in fold(char):
            letters.append(letter)
            places.append(place)
    start = "".join(letters).find(words) if words else -1
    return (places[start], places[start + len(words) - 1] + 1) if start >= 0 else None


def _cut(field: str, text: str, start: int, end: int) -> dict[str, Any]:
    first = max(0, start - AROUND)
    return {"field": field, "text": text[first : end + AROUND], "start": start - first, "end": end - first}
