"""A copy of the customers and opportunities of a CRM, kept by `GET /api/v1/changes` alone.

    python examples/mirror.py https://crm.example.com crm_key_…

Needs nothing but httpx. Kept in memory here; a real copy stores each page and its `after` together.
"""

import sys
import time
from typing import Any

import httpx

KINDS = ("customer", "opportunity")
RESYNC = 410


class Mirror:
    """Records by (type, id), each with the version it stands at."""

    def __init__(self, http: httpx.Client | httpx.AsyncClient) -> None:
        self._http = http
        self.after: str | None = None
        self.records: dict[tuple[str, str], dict[str, Any]] = {}
        self.versions: dict[tuple[str, str], int] = {}

    @property
    def query(self) -> dict[str, str]:
        """What to ask for next."""
        place = {"after": self.after} if self.after else {}
        return {"types": ",".join(f"{kind}.*" for kind in KINDS), "limit": "200", **place}

    def take(self, answer: httpx.Response) -> bool:
        """Apply a page; whether more is there already. After a restore of the CRM everything is read anew."""
        if answer.status_code == RESYNC:
            self.after, self.records, self.versions = None, {}, {}
            return True
        page = answer.raise_for_status().json()
        for change in page["data"]:
            self._apply(change)
        self.after = page["page"]["after"]
        return bool(page["page"]["has_more"])

    def _apply(self, change: dict[str, Any]) -> None:
        thing, verb = change["object"], change["type"].partition(".")[2]
        key = (thing["type"], thing["id"])
        if verb == "left_view":
            self.records.pop(key, None)
            self.versions.pop(key, None)
            return
        if thing["version"] <= self.versions.get(key, 0):
            return
        self.versions[key] = thing["version"]
        record = self.records.setdefault(key, {})
        record.update({name: field["to"] for name, field in change["changes"].items()})
        if verb == "restored":
            record.pop("deleted_at", None)

    def live(self, kind: str) -> dict[str, dict[str, Any]]:
        """The records of a type that are not deleted, by id."""
        return {
            record_id: record
            for (type_, record_id), record in self.records.items()
            if type_ == kind and not record.get("deleted_at")
        }


def main() -> None:
    """Follow the feed until interrupted."""
    address, key = sys.argv[1:3]
    headers = {"Authorization": f"Bearer {key}"}
    with httpx.Client(base_url=f"{address}/api/v1", headers=headers) as http:
        mirror = Mirror(http)
        while True:
            if not mirror.take(http.get("/changes", params=mirror.query)):
                counts = ", ".join(f"{len(mirror.live(kind))} {kind}" for kind in KINDS)
                print(f"up to date: {counts}")
                time.sleep(1)


if __name__ == "__main__":
    main()
