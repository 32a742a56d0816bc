"""One office for a module, whose submissions somebody hears of."""

from collections.abc import AsyncIterator

import pytest

from tests.factories.approvals import Office, furnish_office, listening
from tests.factories.companies import Served, found_company


@pytest.fixture(scope="module")
async def shared_office(served: Served) -> AsyncIterator[Office]:
    company = await found_company(served)
    with listening(await furnish_office(company)) as found:
        yield found
    await company.close()


@pytest.fixture
def office(shared_office: Office) -> Office:
    """The office, as nobody has decided anything."""
    shared_office.heard.clear()
    return shared_office
