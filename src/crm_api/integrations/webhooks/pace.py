"""How often a delivery is tried, and when a webhook is left alone."""

import random
from datetime import timedelta

from pydantic import BaseModel, Field

MINUTE, HOUR, DAY = 60.0, 3600.0, 86400.0
LONGEST_REST_DOUBLINGS = 6


class Pace(BaseModel, frozen=True):
    """Seconds, of the database's clock. Tests count in fractions of one."""

    schedule: tuple[float, ...] = Field(
        default=(
            0,
            5,
            5 * MINUTE,
            30 * MINUTE,
            2 * HOUR,
            5 * HOUR,
            10 * HOUR,
            14 * HOUR,
            20 * HOUR,
            24 * HOUR,
        ),
        min_length=1,
        description="the wait before each try, the first included; more than three days in all",
    )
    spread: float = Field(
        default=0.2, ge=0, lt=1, description="each wait is longer or shorter by up to this part"
    )
    lease: float = Field(default=60, gt=0, description="how long a silent worker keeps a delivery")
    rest_after: int = Field(default=10, ge=1, description="failures in a row after which a webhook rests")
    rest: float = Field(
        default=30, gt=0, description="the first rest; each failure after it doubles it, six times"
    )
    give_up: float = Field(
        default=3 * DAY, gt=0, description="after so long without a success it is switched off"
    )
    poll: float = Field(default=0.5, gt=0, description="how often is looked for what is due")

    @property
    def lease_time(self) -> timedelta:
        return timedelta(seconds=self.lease)

    def wait_after(self, attempts: int, asked: float | None) -> timedelta | None:
        """The wait after so many tries, or as long as the other side asked for (a day at most); None: no more."""
        if attempts >= len(self.schedule):
            return None
        wait = self.schedule[attempts] * random.uniform(1 - self.spread, 1 + self.spread)  # noqa: S311
        return timedelta(seconds=max(wait, min(asked or 0, DAY)))

    def rest_of(self, failures: int) -> timedelta | None:
        """How long a webhook rests after so many failures in a row."""
        if failures < self.rest_after:
            return None
        return timedelta(seconds=self.rest * 2 ** min(failures - self.rest_after, LONGEST_REST_DOUBLINGS))
