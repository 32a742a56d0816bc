"""Users over HTTP."""

from typing import Any

import pytest

from crm_api.kit.ids import new_id
from tests.factories.companies import PASSWORD, Company

NEW_PASSWORD = "a newer long passphrase"


def address() -> str:
    return f"{new_id()}@example.com"


async def signs_in(company: Company, email: str, password: str = PASSWORD) -> bool:
    body = {"email": email, "password": password, "tenant": company.slug}
    return (await company.client().post("/auth/login", json=body)).status_code == 200


async def test_create_answers_the_whole_user(company: Company) -> None:
    team = await company.team()
    email = address()
    made = await company.owner.create(
        "/users",
        email=email.upper(),
        name="李娜",
        title="客户经理",
        team_id=team,
        manager_id=company.owner.id,
        roles=["account_manager"],
        password=PASSWORD,
        locale="zh",
        time_zone="Asia/Shanghai",
        external_ids=[{"source": "hr", "key": "7"}],
    )
    stamps = {key: made.pop(key) for key in ("id", "created_at", "updated_at", "activated_at")}
    assert made == {
        "email": email,
        "name": "李娜",
        "title": "客户经理",
        "team_id": team,
        "manager_id": company.owner.id,
        "status": "active",
        "roles": ["account_manager"],
        "locale": "zh",
        "time_zone": "Asia/Shanghai",
        "external_ids": [{"source": "hr", "key": "7"}],
        "created_by": company.owner.id,
        "updated_by": company.owner.id,
        "version": 1,
        "deleted_at": None,
        "redacted": [],
    }
    assert (await company.owner.http.get(f"/users/{stamps['id']}")).json() == {**made, **stamps}
    events = await company.rows("events", record_id=stamps["id"])
    assert [(event["type"], str(event["actor_id"])) for event in events] == [
        ("user.created", company.owner.id)
    ]
    assert await signs_in(company, email)


async def test_without_a_password_a_user_is_invited(company: Company) -> None:
    email = address()
    made = await company.owner.create("/users", email=email, name="Invited")
    assert (made["status"], made["activated_at"], made["roles"]) == ("invited", None, [])
    assert not await signs_in(company, email)
    given = await company.owner.http.patch(f"/users/{made['id']}", json={"password": PASSWORD})
    assert given.json()["status"] == "active"
    assert await signs_in(company, email)


async def test_a_known_person_is_not_told_and_keeps_their_password(
    company: Company, other_company: Company
) -> None:
    stranger = await company.owner.create("/users", email=address(), name="New", roles=["executive"])
    known = await company.owner.create("/users", email=other_company.email, name="New", roles=["executive"])
    differs = {"id", "email", "created_at", "updated_at"}
    assert {k: v for k, v in known.items() if k not in differs} == {
        k: v for k, v in stranger.items() if k not in differs
    }
    changed = await company.owner.http.patch(f"/users/{known['id']}", json={"password": NEW_PASSWORD})
    assert changed.status_code == 200
    assert not await signs_in(other_company, other_company.email, NEW_PASSWORD)
    assert not await signs_in(company, other_company.email, NEW_PASSWORD)
    assert await signs_in(company, other_company.email)


async def test_an_invited_person_with_a_password_becomes_active_by_signing_in(
    company: Company, other_company: Company
) -> None:
    made = await company.owner.create("/users", email=other_company.email, name="Guest")
    assert made["status"] == "invited"
    assert await signs_in(company, other_company.email)
    shown = (await company.owner.http.get(f"/users/{made['id']}")).json()
    assert (shown["status"], shown["version"]) == ("active", 2)
    types = {event["type"] for event in await company.rows("events", record_id=made["id"])}
    assert types == {"user.created", "user.activated"}


@pytest.mark.parametrize(
    ("body", "pointer", "code"),
    [
        ({"email": "nobody"}, "/email", "invalid_email"),
        ({"email": None}, "/email", "wrong_type"),
        ({"password": "short"}, "/password", "too_short"),
        ({"password": "password123"}, "/password", "password_too_common"),
        ({"roles": ["administrator", "king"]}, "/roles/1", "role_unknown"),
        ({"team_id": new_id()}, "/team_id", "reference_not_found"),
        ({"manager_id": new_id()}, "/manager_id", "reference_not_found"),
        ({"time_zone": "Europe/Atlantis"}, "/time_zone", "time_zone_unknown"),
        ({"locale": "tlh"}, "/locale", "not_a_choice"),
        ({"status": "active"}, "/status", "unknown_field"),
    ],
)
async def test_wrong_bodies_are_refused_at_their_place(
    company: Company, body: dict[str, Any], pointer: str, code: str
) -> None:
    before = await company.rows("users"), await company.rows("principals")
    answer = await company.owner.http.post("/users", json={"email": address(), "name": "X", **body})
    assert answer.status_code == 422, answer.text
    assert [(e["pointer"], e["code"]) for e in answer.json()["errors"]] == [(pointer, code)]
    assert (await company.rows("users"), await company.rows("principals")) == before


async def test_an_address_is_taken_once(company: Company) -> None:
    answer = await company.owner.http.post("/users", json={"email": company.email, "name": "Twin"})
    assert (answer.status_code, answer.json()["code"]) == (409, "duplicate")
    assert answer.json()["duplicates"] == [{"id": company.owner.id, "field": "email"}]


async def test_filters(company: Company) -> None:
    team = await company.team()
    boss = await company.user("sales_supervisor", team_id=team, name="Boss")
    wanted = await company.owner.create(
        "/users",
        email="li.na-7@example.com",
        name="李娜",
        team_id=team,
        manager_id=boss.id,
        external_ids=[{"source": "hr", "key": "7"}],
    )
    for query in (
        {"email": "Li.Na-7@Example.com"},
        {"name": "李娜"},
        {"team_id": team, "status": "invited"},
        {"manager_id": boss.id},
        {"external_id": "hr:7"},
        {"q": "li na"},
    ):
        answer = await company.owner.http.get("/users", params=query)
        assert answer.status_code == 200, answer.text
        assert [user["id"] for user in answer.json()["data"]] == [wanted["id"]], query


async def test_change(company: Company) -> None:
    user = await company.user("account_manager")
    answer = await company.owner.http.patch(
        f"/users/{user.id}", json={"name": "王芳", "roles": ["executive", "marketer"], "title": "VP"}
    )
    shown = answer.json()
    assert answer.status_code == 200, answer.text
    assert (shown["name"], shown["roles"], shown["title"], shown["version"]) == (
        "王芳",
        ["executive", "marketer"],
        "VP",
        2,
    )
    assert [row["name"] for row in await company.rows("principals", id=user.id)] == ["王芳"]
    (event,) = await company.rows("events", record_id=user.id, type="user.updated")
    assert set(event["changes"]) == {"name", "roles", "title"}


async def test_managers_do_not_go_round(company: Company) -> None:
    a, b = await company.user("executive"), await company.user("executive")
    http = company.owner.http
    assert (await http.patch(f"/users/{a.id}", json={"manager_id": b.id})).status_code == 200
    for person, manager in ((b.id, a.id), (a.id, a.id)):
        answer = await http.patch(f"/users/{person}", json={"manager_id": manager})
        assert (answer.status_code, answer.json()["errors"][0]["code"]) == (422, "manager_cycle")


async def test_a_new_password_ends_every_session(company: Company) -> None:
    made = await company.owner.create("/users", email=address(), name="X", password=PASSWORD)
    await company.sign_in(made["id"])
    answer = await company.owner.http.patch(f"/users/{made['id']}", json={"password": NEW_PASSWORD})
    assert answer.status_code == 200
    assert all(row["revoked_at"] for row in await company.rows("sessions", principal_id=made["id"]))
    assert not await signs_in(company, made["email"])
    assert await signs_in(company, made["email"], NEW_PASSWORD)
    types = [event["type"] for event in await company.rows("events", record_id=made["id"])]
    assert sorted(types) == ["user.created", "user.password_set"]


async def test_a_new_address_keeps_the_password(company: Company) -> None:
    made = await company.owner.create("/users", email=address(), name="X", password=PASSWORD)
    email = address()
    assert (await company.owner.http.patch(f"/users/{made['id']}", json={"email": email})).status_code == 200
    assert await signs_in(company, email)
    assert not await signs_in(company, made["email"])


async def test_disable_and_enable(company: Company) -> None:
    made = await company.owner.create("/users", email=address(), name="X", password=PASSWORD)
    http, path = company.owner.http, f"/users/{made['id']}"
    assert (await http.post(f"{path}/disable")).json()["status"] == "disabled"
    assert (await http.post(f"{path}/disable")).json()["version"] == 2
    assert not await signs_in(company, made["email"])
    assert (await http.post(f"{path}/enable")).json()["status"] == "active"
    assert await signs_in(company, made["email"])
    types = [event["type"] for event in await company.rows("events", record_id=made["id"])]
    assert sorted(types) == ["user.created", "user.disabled", "user.enabled"]


async def test_enabling_an_invited_user_invites_again(company: Company) -> None:
    made = await company.owner.create("/users", email=address(), name="X")
    await company.owner.http.post(f"/users/{made['id']}/disable")
    assert (await company.owner.http.post(f"/users/{made['id']}/enable")).json()["status"] == "invited"


async def test_delete_and_restore(company: Company) -> None:
    made = await company.owner.create("/users", email=address(), name="X", password=PASSWORD)
    http, path = company.owner.http, f"/users/{made['id']}"
    assert (await http.delete(path)).status_code == 204
    assert (await http.get(path)).status_code == 404
    assert not await signs_in(company, made["email"])
    assert (await http.post(f"{path}/restore")).json()["deleted_at"] is None
    assert await signs_in(company, made["email"])


async def test_a_deleted_users_address_can_be_given_again(company: Company) -> None:
    made = await company.owner.create("/users", email=address(), name="X", password=PASSWORD)
    http, path = company.owner.http, f"/users/{made['id']}"
    await http.delete(path)
    await company.owner.create("/users", email=made["email"], name="Y", password=NEW_PASSWORD)
    assert await signs_in(company, made["email"], NEW_PASSWORD)
    answer = await http.post(f"{path}/restore")
    assert (answer.status_code, answer.json()["code"]) == (409, "duplicate")
