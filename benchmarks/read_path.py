"""Reading 1,000,000 customers: requests a second beside a hand-written handler, on the same data in the same run.

    uv run python benchmarks/read_path.py [--rows N] [--seconds S] [--rounds N] [--data DIR]

Prints, for get, first page, deep page (after half of the rows) and filtered page, as own, subtree, all and a sparse old
team: requests/s, p50 and p99 in ms, the ratio to the hand-written handler (median of paired rounds), statements a request.
"""

import json
import urllib.request
from typing import Any

from stage import Cast, arguments, compare, load, prepared, quantile, request, statements, worker

PORT = 8471
PAGE = "?sort=-created_at&limit=50"


def fetch(token: str, path: str) -> Any:
    asked = urllib.request.Request(
        f"http://127.0.0.1:{PORT}{path}", headers={"Authorization": f"Bearer {token}"}
    )
    with urllib.request.urlopen(asked) as answer:
        return json.load(answer)


def deep(token: str, rows: int) -> tuple[str, str]:
    """Cursors, ours and by hand, after half of the rows: found by a filter, so that nobody pages there."""
    page = fetch(token, f"/api/v1/customers{PAGE}")
    after = page["page"]["next_cursor"]
    for _ in range(rows):
        page = fetch(token, f"/api/v1/customers?sort=-created_at&limit=200&cursor={after}")
        if page["page"]["next_cursor"] is None:
            break
        after = page["page"]["next_cursor"]
    last = page["data"][-1]
    return after, f"{last['created_at'].replace('Z', '%2B00:00')}~{last['id']}"


def line(name: str, ratio: float, ours: Any, theirs: Any, target: float) -> None:
    mark = "" if ratio >= target else f"   below {target}"
    print(
        f"{name:<28}{ours.per_second:>8.0f}/s  p50 {quantile(ours.latencies, 0.5):>6.1f}  p99 {quantile(ours.latencies, 0.99):>6.1f}"
        f"  | by hand {theirs.per_second:>7.0f}/s p99 {quantile(theirs.latencies, 0.99):>6.1f} | ratio {ratio:.2f}{mark}",
        flush=True,
    )


def main() -> None:
    options = arguments(__doc__.splitlines()[0])
    with prepared(options.data, options.rows) as (settings, big, small):
        with worker(settings, PORT):
            measure(big, small, options)
        page = f"/api/v1/customers{PAGE}"
        asked = [f"/api/v1/customers/{big.some_ids[0]}", page, f"{page}&level=B"]
        get, first, filtered = statements(settings, big.tokens["all"], asked)
        print(f"statements a request: get {get}, page {first}, filtered page {filtered}")


def measure(big: Cast, small: Cast, options: Any) -> None:
    found: dict[str, Any] = {}

    def row(name: str, reach: str, query: str, hand_query: str, target: float) -> None:
        token = big.tokens[reach]
        ours = [request(token, f"/api/v1/customers{query}")]
        theirs = [request(token, f"/hand/customers{hand_query}")]
        ratio, mine, other = compare(PORT, ours, theirs, options)
        found[name] = mine
        line(name, ratio, mine, other, target)

    token = big.tokens["all"]
    ratio, mine, other = compare(
        PORT,
        [request(token, f"/api/v1/customers/{i}") for i in big.some_ids],
        [request(token, f"/hand/customers/{i}") for i in big.some_ids],
        options,
    )
    line("get, all", ratio, mine, other, 0.8)
    for reach in ("own", "subtree", "all", "sparse"):
        row(f"first page, {reach}", reach, PAGE, "", 0.8 if reach == "sparse" else 1.0)
    for reach in ("own", "subtree", "all"):
        row(f"filtered page, {reach}", reach, f"{PAGE}&level=B", "?level=B", 1.0)
    ours_after, hand_after = deep(token, options.rows // 400)
    row(
        "deep page, all",
        "all",
        f"{PAGE.replace('limit=50', 'limit=200')}".replace("limit=200", "limit=50") + f"&cursor={ours_after}",
        f"?after={hand_after}",
        1.0,
    )
    few = load(PORT, [request(small.tokens["all"], f"/api/v1/customers{PAGE}")], options.seconds)
    print(
        f"deep p99 : first p99        {quantile(found['deep page, all'].latencies, 0.99) / quantile(found['first page, all'].latencies, 0.99):.2f}  (≤ 1.2)"
    )
    print(
        f"subtree : own               {found['first page, own'].per_second / found['first page, subtree'].per_second:.2f}  (≤ 2)"
    )
    print(
        f"sparse old team : own       {found['first page, own'].per_second / found['first page, sparse'].per_second:.2f}  (≤ 2)"
    )
    print(f"1,000,000 : 10,000 rows     {few.per_second / found['first page, all'].per_second:.2f}  (≤ 1.3)")


if __name__ == "__main__":
    main()
