"""Which companies this process has just changed the set-up of: nothing remembered of them is trusted for a moment.

Other processes follow within the second for which a principal, and the version in it, is remembered.
"""

import time
from collections import OrderedDict

NOTED, SETTLED_SECONDS = 1_000, 2.0
_changed: OrderedDict[str, float] = OrderedDict()


def note(tenant_id: str) -> None:
    """The set-up is being changed."""
    _changed[tenant_id] = time.monotonic()
    _changed.move_to_end(tenant_id)
    if len(_changed) > NOTED:
        _changed.popitem(last=False)


def is_settled(tenant_id: str) -> bool:
    """Whether whoever is remembered knows the last change that this process made."""
    changed = _changed.get(tenant_id)
    return changed is None or time.monotonic() - changed > SETTLED_SECONDS
