"""The generated Python client against a running server: `python exercise.py URL EMAIL PASSWORD`."""

import sys
from typing import TypeVar

from crm_api_client import AuthenticatedClient, Client
from crm_api_client.api.auth import auth_login
from crm_api_client.api.customers import customers_create, customers_get, customers_list, customers_update
from crm_api_client.models import (
    Credentials,
    CustomerCreate,
    CustomerCreated,
    CustomerList,
    CustomerRead,
    CustomerUpdate,
    Problem,
    Tokens,
)

Kind = TypeVar("Kind")
NOBODY = "01930b2e-6f00-7000-8000-000000000001"


def a(kind: type[Kind], answer: object) -> Kind:
    """The answer, which has to be of this kind."""
    if not isinstance(answer, kind):
        raise SystemExit(f"expected {kind.__name__}, got {answer}")
    return answer


def main(url: str, email: str, password: str) -> None:
    signing_in = Client(base_url=url)
    tokens = a(Tokens, auth_login.sync(client=signing_in, body=Credentials(email=email, password=password)))
    client = AuthenticatedClient(base_url=url, token=tokens.access_token)

    wanted = CustomerCreate(name="Generated 客户", industry="software")
    made = a(CustomerCreated, customers_create.sync(client=client, body=wanted, idempotency_key="exercise-1"))
    again = customers_create.sync_detailed(client=client, body=wanted, idempotency_key="exercise-1")
    assert a(CustomerCreated, again.parsed).id == made.id
    assert again.headers["Idempotency-Replayed"] == "true"

    listed = a(CustomerList, customers_list.sync(client=client, limit=10, sort="-created_at"))
    assert made.id in {row.id for row in listed.data}
    filtered = a(CustomerList, customers_list.sync(client=client, industry="no such industry"))
    assert filtered.data == []

    change = CustomerUpdate(name="Renamed 客户")
    changed = customers_update.sync_detailed(made.id, client=client, body=change, if_match='"v1"')
    record = a(CustomerRead, changed.parsed)
    assert (record.name, record.industry, changed.headers["ETag"]) == ("Renamed 客户", "software", '"v2"')
    stale = a(Problem, customers_update.sync(made.id, client=client, body=change, if_match='"v1"'))
    assert (stale.status, stale.code) == (412, "precondition_failed")

    missing = a(Problem, customers_get.sync(NOBODY, client=client))
    assert (missing.status, missing.code) == (404, "not_found")
    wrong = a(Problem, customers_create.sync(client=client, body=CustomerCreate(name="")))
    assert (wrong.status, wrong.errors[0].pointer) == (422, "/name")
    print(
        "Python client: signed in, created, repeated, listed, filtered, changed; 404, 412 and 422 are problems"
    )


if __name__ == "__main__":
    main(*sys.argv[1:4])
