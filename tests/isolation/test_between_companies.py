"""What one company might try on another that shares the installation: keys that are unique, people, secrets."""

import secrets
from uuid import UUID

import pytest

from crm_api.identity.credentials.opaque import SecretKind, _checksum, _encode, tenant_of
from crm_api.kit.ids import new_id
from tests.factories.companies import PASSWORD, Company
from tests.isolation.samples import MADE, ORDER
from tests.isolation.worlds import World, as_sent

OTHER_PASSWORD = "quite another passphrase"

# lists that name records
INSIDE = ("lines", "entries", "participants", "nodes", "signatories", "allocations")


@pytest.mark.parametrize("resource", [name for name in ORDER if name not in MADE])
async def test_what_is_unique_is_unique_inside_a_company(
    company: Company, other_company: Company, resource: str
) -> None:
    """Codes, addresses, external ids and chosen ids that another company has taken are free."""
    own, other = World(company), World(other_company)
    for world in (own, other):
        for name in ORDER[: ORDER.index(resource) + 1]:
            record = await world.make(name)
            world.ids[name.removesuffix("ies") + "y" if name.endswith("ies") else name.removesuffix("s")] = (
                record["id"]
            )
            if name == "pipelines":
                world.ids |= {f"stage_{stage['key']}": stage["id"] for stage in record["stages"]}
    taken = await other.body_of(resource)
    first = await other.owner.http.post(f"/{resource.replace('_', '-')}", **as_sent(taken))
    # what it refers to, lines included, is the company's own
    mine = await own.body_of(resource)
    references = {key: value for key, value in mine.items() if key.endswith("_id") or key in INSIDE}

    answer = await own.owner.http.post(
        f"/{resource.replace('_', '-')}",
        **as_sent({**taken, **references}),
    )

    assert (first.status_code, answer.status_code) == (201, 201), answer.text


class TestSharedLogins:
    """One person, one password, several companies: no company administers another's way in."""

    async def signed_in(self, company: Company, email: str, password: str, tenant: str | None = None) -> int:
        async with company.served.client() as http:
            body = {"email": email, "password": password} | ({"tenant": tenant} if tenant else {})
            return (await http.post("/auth/login", json=body)).status_code

    async def test_a_known_address_keeps_its_password(self, company: Company, other_company: Company) -> None:
        made = await company.owner.create(
            "/users",
            name="Lured",
            email=other_company.email,
            password=OTHER_PASSWORD,
            roles=["account_manager"],
        )

        await company.owner.http.patch(f"/users/{made['id']}", json={"password": OTHER_PASSWORD})

        assert await self.signed_in(company, other_company.email, OTHER_PASSWORD) == 401
        assert await self.signed_in(company, other_company.email, OTHER_PASSWORD, other_company.slug) == 401
        assert await self.signed_in(company, other_company.email, PASSWORD, other_company.slug) == 200

    async def test_a_new_address_here_moves_nobody_elsewhere(
        self, company: Company, other_company: Company
    ) -> None:
        made = await company.owner.create("/users", name="Lured", email=other_company.email)
        stolen = f"{new_id()}@example.com"

        await company.owner.http.patch(f"/users/{made['id']}", json={"email": stolen})
        await company.owner.http.patch(f"/users/{made['id']}", json={"password": OTHER_PASSWORD})

        assert await self.signed_in(company, stolen, OTHER_PASSWORD, other_company.slug) == 401
        assert await self.signed_in(company, stolen, PASSWORD, other_company.slug) == 401
        assert await self.signed_in(company, other_company.email, PASSWORD) == 200

    async def test_an_address_taken_over_here_is_not_entered_there(
        self, company: Company, other_company: Company
    ) -> None:
        """Readdressing one's own user to somebody's address does not join their company."""
        own = await company.user("account_manager")

        await company.owner.http.patch(f"/users/{own.id}", json={"email": other_company.email})

        assert await self.signed_in(company, other_company.email, PASSWORD, other_company.slug) == 200
        members = await other_company.rows("memberships", tenant_id=other_company.tenant_id)
        assert [str(row["user_id"]) for row in members] == [other_company.owner.id]

    async def test_leaving_one_company_leaves_the_other_open(
        self, company: Company, other_company: Company
    ) -> None:
        made = await company.owner.create("/users", name="Lured", email=other_company.email)

        assert (await company.owner.http.post(f"/users/{made['id']}/disable")).status_code == 200
        assert (await company.owner.http.delete(f"/users/{made['id']}")).status_code == 204

        assert await self.signed_in(company, other_company.email, PASSWORD) == 200
        assert (await other_company.owner.http.get("/auth/me")).status_code == 200

    async def test_the_answer_does_not_say_whether_an_address_is_known(
        self, company: Company, other_company: Company
    ) -> None:
        """With a password or without one, a stranger's address is answered like a new one."""
        for extra in ({}, {"password": OTHER_PASSWORD}):
            answers = []
            for email in (other_company.email, f"{new_id()}@example.com"):
                made = await company.owner.create("/users", name="Somebody", email=email, **extra)
                answers.append({key: made[key] for key in ("status", "activated_at", "version", "roles")})
                assert (await company.owner.http.delete(f"/users/{made['id']}")).status_code == 204
            known, unknown = answers
            assert (known["activated_at"] is None) == (unknown["activated_at"] is None)
            assert {**known, "activated_at": None} == {**unknown, "activated_at": None}


class TestSecrets:
    """A secret names its company in the clear; that name cannot be exchanged."""

    async def test_a_refresh_token_of_another_company_is_no_token(
        self, company: Company, other_company: Company
    ) -> None:
        async with company.served.client() as http:
            login = await http.post("/auth/login", json={"email": company.email, "password": PASSWORD})
            token = login.json()["refresh_token"]
            for wrong in (self.exchanged(token, other_company), token[:-8] + secrets.token_hex(4)):
                refused = await http.post("/auth/refresh", json={"refresh_token": wrong})
                assert (refused.status_code, refused.json()["code"]) == (401, "invalid_token")
            assert (await http.post("/auth/refresh", json={"refresh_token": token})).status_code == 200

    async def test_a_key_of_another_company_is_no_key(self, company: Company, other_company: Company) -> None:
        secret = (await company.owner.create("/api-keys", name="Shop", permissions=["customers:read"]))[
            "secret"
        ]
        async with company.served.client(self.exchanged(secret, other_company)) as http:
            assert (await http.get("/customers")).status_code == 401

    def exchanged(self, secret: str, other: Company) -> str:
        """The secret with the other company's id in place of its own, and a checksum that fits."""
        kind, tenant, body = secret[:-6].rsplit("_", 2)
        made = f"{kind}_{_encode(UUID(other.tenant_id).int, len(tenant))}_{body}"
        assert tenant_of(SecretKind(kind), made + _checksum(made)) == other.tenant_id
        return made + _checksum(made)
