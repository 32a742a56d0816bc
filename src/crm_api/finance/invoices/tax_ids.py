"""The unified social credit code (统一社会信用代码) of an organisation in China, GB 32100-2015."""

from typing import Final

LENGTH: Final = 18
_CHARACTERS: Final = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_WEIGHTS: Final = tuple(pow(3, place, 31) for place in range(LENGTH - 1))


def is_sound(code: str) -> bool:
    """Whether the last of its 18 characters is the check digit of the others."""
    if len(code) != LENGTH or not set(code) <= set(_CHARACTERS):
        return False
    total = sum(_CHARACTERS.index(c) * w for c, w in zip(code, _WEIGHTS, strict=False))
    return _CHARACTERS[-total % len(_CHARACTERS)] == code[-1]
