"""The server is killed when a file is stored and its row is not: nothing is half there, and nothing is left for good."""

from datetime import timedelta
from pathlib import Path

import httpx
import pytest

from crm_api.settings import Settings
from crm_api.storage.files import bind_files
from crm_api.storage.local import LocalFiles
from tests.activities.attachments import samples
from tests.activities.attachments.test_api import sweep
from tests.factories.companies import Company
from tests.factories.processes import serving
from tests.faults.conftest import ended


@pytest.mark.parametrize(("failpoint", "stays"), [("request.performed", False), ("request.committed", True)])
@pytest.mark.parametrize(("path", "content"), [("/attachments", samples.PDF), ("/imports", b"name\nAcme\n")])
async def test_an_upload_that_is_killed(
    company: Company,
    settings: Settings,
    tmp_path: Path,
    path: str,
    content: bytes,
    failpoint: str,
    stays: bool,
) -> None:
    folder = tmp_path / "files"
    customer = await company.owner.create("/customers", name="Acme")
    about = {"subject_type": "customers", "subject_id": customer["id"]}
    data = about if path == "/attachments" else {"resource": "customers"}
    environment = {"CRM_FAILPOINT": failpoint, "CRM_STORAGE_DIR": str(folder)}
    with serving(settings, **environment) as (address, process):
        headers = {"Authorization": f"Bearer {company.owner.token}"}
        async with httpx.AsyncClient(base_url=address, headers=headers) as http:
            file = {"file": ("offer", content)}
            with pytest.raises(httpx.RemoteProtocolError):
                await http.post(f"/api/v1{path}", data=data, files=file)
        assert await ended(process, 10) == -9

    def kept() -> list[Path]:
        return [path for path in folder.rglob("*") if path.is_file() and "doubtful" not in path.parts]

    assert [kept_file.read_bytes() for kept_file in kept()] == [content]
    listed = (await company.owner.http.get(path)).json()["data"]
    assert len(listed) == len(await company.rows("events", type=f"{path[1:-1]}.created")) == stays

    bind_files(LocalFiles(folder))
    await sweep(company, later=timedelta(minutes=59))
    assert len(kept()) == 1
    await sweep(company, later=timedelta(minutes=61))
    assert len(kept()) == stays
    assert [path for path in folder.rglob("*") if path.is_file()] == kept()
    if stays and path == "/attachments":
        answer = await company.owner.http.get(f"/attachments/{listed[0]['id']}/content")
        assert answer.content == samples.PDF
