"""Against guessing passwords: how many sign-ins may fail, without a way to lock somebody else out.

A guess is counted before it is checked, so that parallel ones are counted too, and given back when it was right.
Counted are the address with the account, the address, and, loosely, the account from everywhere. A device that has
signed in before shows the token it was given and is counted by that alone: whoever guesses elsewhere, even from the
same address, cannot keep its owner out. Open sessions are never touched.
"""

import hmac
from collections.abc import Sequence

from crm_api.identity.credentials.opaque import digest
from crm_api.kit.ids import as_id, new_id
from crm_api.kit.limits import Budget, Limits, network
from crm_api.text import fold_email

PAIR = Budget("sign-in", 10, 900)
ADDRESS = Budget("sign-in-address", 100, 900)
ACCOUNT = Budget("sign-in-account", 100, 3600)
DEVICE = Budget("sign-in-device", 10, 900)
Charges = Sequence[tuple[Budget, str]]


class Guessing:
    """The guesses of everybody; without limits none is counted."""

    def __init__(self, limits: Limits | None, pepper: bytes) -> None:
        self._limits = limits
        self._pepper = pepper

    async def attempt(self, email: str, address: str, device: str | None) -> Charges:
        """Count a guess; RateLimited when there were too many."""
        account, where = self._mark("account", email), network(address)
        charges: Charges = [(PAIR, f"{where}/{account}"), (ADDRESS, where), (ACCOUNT, account)]
        if device and self._holds(device, email):
            charges = [(DEVICE, device.partition(".")[0])]
        if self._limits:
            await self._limits.charge(charges)
        return charges

    async def was_right(self, charges: Charges) -> None:
        """Give the guess back."""
        if self._limits:
            await self._limits.charge(charges, -1)

    def device_token(self, email: str) -> str:
        """What a device shows at the next sign-in to this account; it opens nothing."""
        device = new_id()
        return f"{device}.{self._mark(device, email)}"

    def _holds(self, token: str, email: str) -> bool:
        device, _, mark = token.partition(".")
        return as_id(device) == device and hmac.compare_digest(mark, self._mark(device, email))

    def _mark(self, purpose: str, email: str) -> str:
        return digest(f"{purpose}\n{fold_email(email) or email}", self._pepper).hex()[:32]
