"""Which of the two languages an answer speaks."""

from functools import lru_cache

LANGUAGES = ("en", "zh")


@lru_cache(maxsize=512)
def negotiate(accept_language: str) -> str:
    """The best of `en` and `zh` for an Accept-Language header (RFC 9110 §12.5.4); English when neither is asked."""
    wanted: list[tuple[float, int, str]] = []
    for position, part in enumerate(accept_language.split(",")):
        tag, _, weight = part.partition(";q=")
        language = tag.strip().lower().split("-")[0]
        try:
            quality = float(weight) if weight else 1.0
        except ValueError:
            quality = 0.0
        if quality > 0:
            wanted.append((-quality, position, language))
    return next((language for _, _, language in sorted(wanted) if language in LANGUAGES), "en")
