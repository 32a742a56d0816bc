"""What is made to harm, by the door it would come in: refused early and by name, and nothing is left of it."""

import time
import zipfile
from io import BytesIO
from pathlib import Path

import pytest

from crm_api.kit.filters import LEAVES
from tests.factories.companies import Company
from tests.integrations.sheets.test_round_trip import workbook

XLSX, TEXT_CELL = "x.xlsx", '<row r="{0}"><c r="{1}{0}" t="inlineStr"><is><t>x</t></is></c></row>'


def zip_bomb(folder: Path) -> bytes:
    data = BytesIO(workbook(folder, TEXT_CELL.format(1, "A")))
    with zipfile.ZipFile(data, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/media/zeros", b"\0" * 50_000_000)
    return data.getvalue()


def spreadsheet_bomb(folder: Path) -> bytes:
    """5 KB whose last cell is the last that a workbook can have."""
    found = workbook(folder, TEXT_CELL.format(1, "A") + TEXT_CELL.format(1_048_576, "XFD"))
    assert len(found) < 5_000
    return found


def entities(folder: Path) -> bytes:
    doctype = '<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'
    return workbook(folder, TEXT_CELL.format(1, "A"), doctype=doctype)


@pytest.mark.parametrize("made", [zip_bomb, spreadsheet_bomb, entities])
async def test_a_bomb_is_refused_at_the_upload(company: Company, tmp_path: Path, made: object) -> None:
    data, began = made(tmp_path), time.process_time()  # type: ignore[operator]
    answer = await company.owner.http.post(
        "/imports", files={"file": (XLSX, data)}, data={"resource": "customers"}
    )
    assert answer.status_code == 422, answer.text
    assert [fault["pointer"] for fault in answer.json()["errors"]] == ["/file"]
    assert time.process_time() - began < 3
    assert await company.rows("imports") == []


@pytest.mark.parametrize(
    "data",
    [
        b"name\n\xff\xfe\xfa\n",
        "name\n上海".encode("utf-16-le"),
        b"name\n\x81\x30\x81",
        b"name\n" + "é".encode("latin-1") * 3 + b"\x81\n",
    ],
)
async def test_a_file_in_no_known_encoding_is_refused(company: Company, data: bytes) -> None:
    sent = {"files": {"file": ("x.csv", data)}, "data": {"resource": "customers", "encoding": "utf-8"}}
    answer = await company.owner.http.post("/imports", **sent)  # type: ignore[arg-type]
    assert answer.status_code == 422, answer.text
    assert await company.rows("imports") == []


@pytest.mark.parametrize("mark", ["%0d%0aSet-Cookie:%20a=b", "%0aX-Injected:%201", "%00", "%e2%80%a8"])
async def test_no_text_of_a_request_becomes_a_header_of_the_answer(company: Company, mark: str) -> None:
    http = company.owner.http
    customer = await company.owner.create("/customers", name="Acme")
    answers = [
        await http.put(f"/customers/by-external/erp/key{mark}", json={"name": "Acme"}),
        await http.get(f"/customers/{customer['id']}{mark}"),
        await http.get("/customers", params={"q": "Acme", "cursor": f"a{mark}"}),
        await http.get(f"/customers?fields=id{mark}"),
        await http.get("/customers", headers={"X-Request-Id": f"a{mark}", "Accept-Language": f"en{mark}"}),
        await http.post("/customers", json={"name": "x"}, headers={"Idempotency-Key": f"a{mark}"}),
    ]
    for answer in answers:
        assert answer.status_code < 500, answer.text
        assert {"set-cookie", "x-injected"}.isdisjoint(answer.headers)
        assert not any(c in value for value in answer.headers.values() for c in "\r\n\0")
        assert mark not in answer.headers["x-request-id"]


async def test_a_cycle_of_references_is_expanded_no_further_than_it_is_asked(company: Company) -> None:
    """A leader belongs to the team that they lead, and so on without end."""
    team = await company.team()
    leader = await company.user("sales_supervisor", team_id=team)
    assert (await company.owner.http.patch(f"/teams/{team}", json={"leader_id": leader.id})).is_success

    found = (await company.owner.http.get(f"/users/{leader.id}?expand=team.leader")).json()
    assert found["team"]["leader"]["id"] == leader.id
    assert "team" not in found["team"]["leader"]
    for further in ("team.leader.team", "team.leader.team.leader.team.leader"):
        answer = await company.owner.http.get(f"/users/{leader.id}?expand={further}")
        assert (answer.status_code, answer.json()["errors"][0]["code"]) == (400, "too_far")


async def test_fifty_one_conditions_are_one_too_many(company: Company) -> None:
    leaf = {"field": "name", "op": "eq", "value": "x"}
    operators = ("eq", "ne", "in", "nin", "contains", "starts_with")
    fields = ("name", "code", "level", "category", "industry", "source", "region", "tax_id", "website")
    names = [f"{field}[{operator}]" for field in fields for operator in operators]
    http = company.owner.http
    for count, status in ((LEAVES, 200), (LEAVES + 1, 400)):
        assert (await http.get("/customers", params=dict.fromkeys(names[:count], "x"))).status_code == status
        for tree in ({"or": [leaf] * count}, {"and": [{"not": leaf}] * count}):
            answer = await http.post("/customers/query", json={"filter": tree})
            assert answer.status_code == (200 if status == 200 else 422), answer.text
