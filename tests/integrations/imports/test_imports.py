"""Imports from upload to undo."""

from typing import Any

import pytest

from tests.integrations.imports.conftest import Bench, mapped

PEOPLE = "客户名称,手机,邮箱,编号\r\n上海智达科技有限公司,13800138000,info@zhida.example,C1\r\n北京云帆,010 6512 3456,,C2\r\n"


async def test_a_chinese_file_from_upload_to_records(bench: Bench) -> None:
    made = await bench.upload(PEOPLE.encode("gb18030"))

    assert (made["status"], made["format"], made["encoding"], made["delimiter"]) == (
        "draft",
        "csv",
        "gb18030",
        ",",
    )
    assert made["column_names"] == ["客户名称", "手机", "邮箱", "编号"]
    assert made["sample"][0] == ["上海智达科技有限公司", "13800138000", "info@zhida.example", "C1"]
    assert {item["columns"][0]: item["field"] for item in made["mapping"]} == {
        "客户名称": "name",
        "手机": "phones",
        "邮箱": "emails",
        "编号": "code",
    }

    tried = await bench.run(made, "validate")
    assert (tried["status"], tried["report"]) == (
        "validated",
        {"rows": 2, "counts": {"created": 2}, "errors": []},
    )
    assert await bench.company.rows("customers") == []

    done = await bench.run(made)
    assert (done["status"], done["counts"]) == ("done", {"created": 2})
    assert done["finished_at"] is not None
    zhida, yunfan = await bench.company.rows("customers")
    assert (zhida["name"], zhida["code"], zhida["phones"][0]["value"]) == (
        "上海智达科技有限公司",
        "C1",
        "+8613800138000",
    )
    assert (yunfan["emails"], str(yunfan["owner_id"])) == ([], bench.company.owner.id)
    rows = await bench.rows(made)
    assert [(row["row_no"], row["status"], row["record_id"], row["version"]) for row in rows] == [
        (1, "created", str(zhida["id"]), 1),
        (2, "created", str(yunfan["id"]), 1),
    ]


async def test_what_is_written_is_what_requests_would_have_written(bench: Bench) -> None:
    """The same event, period, external id and search document, column for column."""
    body = {
        "name": "Acme GmbH",
        "code": "A",
        "phones": ["+49 30 123456"],
        "lifecycle": "customer",
        "external_ids": [{"source": "erp", "key": "1"}],
    }
    await bench.company.owner.create("/customers", **body)
    made = await bench.upload(
        "name,code,phones,lifecycle,external_ids\nAcme GmbH,B,'+49 30 123456,customer,erp:2\n"
    )
    await bench.run(made)

    one, other = await bench.company.rows("customers")
    differ = {"id", "code", "external_ids", "created_at", "updated_at", "lifecycle_entered_at"}
    assert {k: v for k, v in one.items() if k not in differ} == {
        k: v for k, v in other.items() if k not in differ
    }
    for table, unlike in (
        ("events", {"id", "record_id", "created_at", "request_id", "ip", "user_agent", "changes"}),
        ("ownership_periods", {"id", "record_id", "started_at"}),
        ("external_ids", {"id", "record_id", "key"}),
        ("search_documents", {"id", "grams", "sensitive_grams"}),
        ("pending_events", {"id", "created_at", "written_at"}),
    ):
        rows = [
            row
            for row in await bench.company.rows(table)
            if str(row.get("record_id", row["id"])) in (str(one["id"]), str(other["id"]))
            or table == "pending_events"
        ]
        kept = [{k: v for k, v in row.items() if k not in unlike} for row in rows]
        if table == "pending_events":
            events = {str(row["id"]) for row in await bench.company.rows("events", type="customer.created")}
            assert len([row for row in rows if str(row["id"]) in events]) == 2
        else:
            assert len(kept) == 2, table
            assert kept[0] == kept[1], table
    first, second = await bench.company.rows("events", type="customer.created")
    assert first["changes"].keys() == second["changes"].keys()
    found = await bench.company.owner.http.get("/customers", params={"q": "acme 123456"})
    assert len(found.json()["data"]) == 2


async def test_every_wrong_row_is_named_and_no_other_is_held_up(bench: Bench) -> None:
    await bench.company.owner.create("/customers", name="There", code="TAKEN")
    lines = [
        "name,code,emails,next_contact_at,parent_id,owner_id",
        "Good,1,a@b.example,2026-01-31T09:30:00Z,,",
        ",2,,,,",
        "Bad mail,3,nonsense,,,",
        "Bad day,4,,tomorrow,,",
        "Taken,TAKEN,,,,",
        "Twice,1,,,,",
        "Orphan,6,,,01930b2e-6f00-7000-8000-000000000001,",
        "Nobody's,7,,,,nobody@example.com",
        "ragged,8",
        f"{'x' * 201},9,,,,",
        "Last,10,,,,",
    ]
    made = await bench.upload("\n".join(lines))
    tried = await bench.run(made, "validate")
    assert tried["report"]["counts"] == {"created": 2, "failed": 9}

    done = await bench.run(made)

    assert done["counts"] == {"created": 2, "failed": 9}
    assert await bench.errors(made) == [
        (2, "name", "required"),
        (3, "emails", "invalid_email"),
        (4, "next_contact_at", "unreadable_cell"),
        (5, "code", "duplicate"),
        (6, "code", "duplicate"),
        (7, "parent_id", "reference_not_found"),
        (8, "owner_id", "reference_not_found"),
        (9, None, "sheet_ragged"),
        (10, "name", "too_long"),
    ]
    assert {row["name"] for row in await bench.company.rows("customers")} == {"There", "Good", "Last"}
    report = {(e["column"], e["code"]): (e["count"], e["rows"]) for e in tried["report"]["errors"]}
    assert report["name", "required"] == (1, [2])


async def test_the_error_file_can_be_corrected_and_uploaded_again(bench: Bench) -> None:
    made = await bench.upload("name,emails\nGood,a@b.example\n=Bad,nonsense\n'-Bad,also nonsense\n")
    await bench.run(made)

    answer = await bench.actor.http.get(f"/imports/{made['id']}/errors", headers={"accept-language": "zh"})

    assert answer.headers["content-disposition"].startswith('attachment; filename="file-errors.csv"')
    text = answer.content.decode("utf-8-sig")
    assert text.splitlines() == [
        '"name","emails","errors"',
        '"\'=Bad","nonsense","emails: 应为电子邮箱地址。"',
        '"\'-Bad","also nonsense","emails: 应为电子邮箱地址。"',
    ]
    again = await bench.upload(
        text.replace("also nonsense", "c@d.example").replace("nonsense", "b@c.example")
    )
    done = await bench.run(again)
    assert done["counts"] == {"created": 2}
    assert {row["name"] for row in await bench.company.rows("customers")} == {"Good", "=Bad", "-Bad"}


async def test_update_and_upsert_by_several_keys(bench: Bench) -> None:
    owner = bench.company.owner
    for code, mail in (("1", "one@x.example"), ("2", "two@x.example")):
        await owner.create("/customers", name=f"Old {code}", code=code, emails=[mail], region="North")
    text = "name,code,emails,region\nNew 1,1,,\nNew 2,,TWO@x.example,\nNew 3,3,three@x.example,South\nNew 3 again,3,,\n"
    made = await bench.upload(text)

    await bench.change(made, mode="upsert", match=["code", "emails"])
    tried = await bench.run(made, "validate")
    assert tried["report"]["counts"] == {"updated": 3, "created": 1}
    done = await bench.run(made)

    assert done["counts"] == {"created": 1, "updated": 3}
    found = {row["code"]: (row["name"], row["region"]) for row in await bench.company.rows("customers")}
    assert found == {"1": ("New 1", "North"), "2": ("New 2", "North"), "3": ("New 3 again", "South")}

    again = await bench.upload(text)
    await bench.change(again, mode="update", match=["code"])
    done = await bench.run(again)
    assert done["counts"] == {"unchanged": 1, "failed": 1, "updated": 2}
    assert await bench.errors(again) == [(2, "code", "no_match")]
    create = await bench.upload(text)
    await bench.change(create, mode="create", match=["code"])
    done = await bench.run(create)
    assert {code for _, _, code in await bench.errors(create)} == {
        "already_exists",
        "duplicate",
        "duplicate_in_file",
    } - {"duplicate"}


async def test_undo_deletes_restores_and_leaves_what_others_changed(bench: Bench) -> None:
    owner = bench.company.owner
    old = await owner.create("/customers", name="Old", code="1", phones=["13800138000"], region="North")
    made = await bench.upload("name,code,phones\nNew,1,13900139000\nSecond,2,\nThird,3,\n")
    await bench.change(made, mode="upsert", match=["code"])
    await bench.run(made)
    third = next(row for row in await bench.company.rows("customers") if row["code"] == "3")
    await owner.http.patch(f"/customers/{third['id']}", json={"region": "South"})

    undone = await bench.run(made, "undo")

    assert (undone["status"], undone["counts"]) == ("undone", {"undone": 2, "conflict": 1})
    found = {row["code"]: row for row in await bench.company.rows("customers")}
    assert (found["1"]["name"], found["1"]["region"], found["1"]["name_sort"]) == ("Old", "North", "old")
    assert found["1"]["phones"][0]["value"] == "+8613800138000"
    assert found["2"]["deleted_at"] is not None
    assert (found["3"]["deleted_at"], found["3"]["region"]) == (None, "South")
    assert old["id"] == str(found["1"]["id"])
    (conflict,) = await bench.rows(made, status="conflict")
    assert (conflict["row_no"], conflict["errors"][0]["code"]) == (3, "changed_after_import")


async def test_history_is_kept_by_right(bench: Bench) -> None:
    company = bench.company
    agent = await company.user("account_manager", name="Li Na")
    email = (await company.owner.http.get(f"/users/{agent.id}")).json()["email"]
    text = f"name,created_at,created_by,owner_id\nOld,2019-05-04 10:00,{email},{email}\n"
    made = await bench.upload(text)
    await bench.run(made)

    (row,) = await company.rows("customers")
    assert row["created_at"].isoformat() == "2019-05-04T02:00:00+00:00"
    assert {str(row["created_by"]), str(row["owner_id"])} == {agent.id}
    assert str(row["updated_by"]) == company.owner.id

    other = bench.by(agent)
    made = await other.upload(text.replace("Old", "Mine"))
    assert "created_at" not in [item["field"] for item in made["mapping"]]
    answer = await agent.http.patch(
        f"/imports/{made['id']}", json={"mapping": mapped(name="name", created_at="created_at")}
    )
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "/mapping/1/field")


@pytest.mark.parametrize(
    ("given", "pointer", "code"),
    [
        ({"mapping": [{"columns": ["nope"], "field": "name"}]}, "/mapping/0/columns/0", "unknown_column"),
        ({"mapping": [{"columns": ["name"], "field": "colour"}]}, "/mapping/0/field", "unknown_field"),
        ({"mapping": [{"columns": ["name"], "field": "version"}]}, "/mapping/0/field", "unknown_field"),
        ({"mapping": [{"columns": ["name"], "field": "tenant_id"}]}, "/mapping/0/field", "unknown_field"),
        ({"mapping": mapped(name="name") * 2}, "/mapping/1/field", "duplicate_key"),
        ({"mapping": mapped(external_id="name")}, "/source", "source_required"),
        (
            {"mapping": [{"columns": ["name"], "field": "name", "by": "code"}]},
            "/mapping/0/by",
            "not_for_reference",
        ),
        ({"match": ["region"]}, "/match/0", "not_for_match"),
        ({"match": ["tax_id"]}, "/match/0", "unmapped"),
        ({"mode": "update"}, "/match", "required"),
        ({"default_values": {"colour": 1}}, "/default_values/colour", "unknown_field"),
        ({"encoding": "utf-7"}, "/encoding", "not_a_choice"),
        ({"encoding": "utf-16-le"}, "/file", "sheet_encoding"),
    ],
)
async def test_a_wrong_mapping_is_refused_where_it_is_wrong(
    bench: Bench, given: dict[str, Any], pointer: str, code: str
) -> None:
    made = await bench.upload("name,code\nx,yy\n")

    answer = await bench.actor.http.patch(f"/imports/{made['id']}", json=given)

    assert answer.status_code == 422, answer.text
    assert (answer.json()["errors"][0]["pointer"], answer.json()["errors"][0]["code"]) == (pointer, code)
    assert (await bench.actor.http.get(f"/imports/{made['id']}")).json() == made


async def test_a_file_that_is_none_leaves_nothing(bench: Bench) -> None:
    for data, code in (
        (b"", "sheet_empty"),
        (b"a,a\n1,2\n", "sheet_column_twice"),
        (b"PK\x03\x04", "sheet_unreadable"),
    ):
        answer = await bench.actor.http.post(
            "/imports", files={"file": ("x.csv", data)}, data={"resource": "customers"}
        )
        assert (answer.status_code, answer.json()["errors"][0]["code"]) == (422, code)
    answer = await bench.actor.http.post(
        "/imports", files={"file": ("x", b"a\n1")}, data={"resource": "users"}
    )
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "/resource")
    assert await bench.company.rows("imports") == []


async def test_an_import_goes_one_way(bench: Bench) -> None:
    made = await bench.upload("name\nx\n")
    path = f"/imports/{made['id']}"
    assert (await bench.actor.http.post(f"{path}/undo")).json()["code"] == "import_not_done"
    begun = await bench.actor.http.post(f"{path}/commit")
    assert begun.status_code == 202
    assert begun.headers["location"] == f"/api/v1/operations/{begun.json()['operation_id']}"
    for verb in ("commit", "validate", "undo"):
        assert (await bench.actor.http.post(f"{path}/{verb}")).json()["code"] == "import_busy"
    await bench.runner.empty()
    assert (await bench.actor.http.post(f"{path}/commit")).json()["code"] == "import_done"
    assert (await bench.actor.http.patch(path, json={"mode": "create"})).json()["code"] == "import_done"


async def test_products_that_say_nothing_of_stock_are_stocked_as_by_request(bench: Bench) -> None:
    made = await bench.upload("code,name,stocked\nS-1,Service,\nS-2,Gateway,true\n", "products")
    assert (await bench.run(made))["status"] == "done"
    alone = await bench.upload("code,name\nS-3,Cable\n", "products")
    assert (await bench.run(alone))["status"] == "done"
    http = bench.actor.http
    asked = (await http.post("/products", json={"code": "S-4", "name": "Plug"})).json()["stocked"]
    rows = (await http.get("/products", params={"sort": "code", "code[starts_with]": "S-"})).json()["data"]
    assert {row["code"]: row["stocked"] for row in rows} == {
        "S-1": asked,
        "S-2": True,
        "S-3": asked,
        "S-4": asked,
    }
