"""Reading 1,000,000 customers: requests a second beside a hand-written handler, on the same data in the same run.

    uv run python benchmarks/read_path.py [--rows N] [--seconds S] [--rounds N] [--data DIR]

Prints, for get, first page, deep page (after half of the rows) and filtered page, as own, subtree and all, and a sparse old
team: requests/s, p50 and p99 in ms, the ratio to the hand-written handler (median of paired rounds), statements a request.
"""

import json
import statistics
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


def halfway(token: str, rows: int) -> tuple[str, str]:
    """Cursors, ours and by hand, after half of the rows of a reach."""
    step = min(200, max(rows // 8, 1))
    first = f"/api/v1/customers?sort=-created_at&limit={step}"
    page = fetch(token, first)
    for _ in range(rows // 2 // step - 1):
        page = fetch(token, f"{first}&cursor={page['page']['next_cursor']}")
    last = page["data"][-1]
    return page["page"]["next_cursor"], f"{last['created_at'].replace('Z', '%2B00:00')}~{last['id']}"


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
        asked = [f"/api/v1/customers/{big.ids['all'][0]}", page, f"{page}&level=B"]
        get, first, filtered = statements(settings, big.tokens["all"], asked)
        print(f"statements a request: get {get}, page {first}, filtered page {filtered}")


def measure(big: Cast, small: Cast, options: Any) -> None:
    speed: dict[str, float] = {}

    def row(name: str, reach: str, ours: list[str], theirs: list[str], target: float) -> None:
        token = big.tokens[reach]
        pair = [[request(token, path) for path in paths] for paths in (ours, theirs)]
        ratio, mine, other = compare(PORT, *pair, options)
        speed[f"{name}, {reach}"] = mine.per_second
        line(f"{name}, {reach}", ratio, mine, other, target)

    api, hand = "/api/v1/customers", "/hand/customers"
    for reach in ("own", "subtree", "all"):
        ids = big.ids[reach]
        row("get", reach, [f"{api}/{i}" for i in ids], [f"{hand}/{i}" for i in ids], 0.8)
    for reach in ("own", "subtree", "all", "sparse"):
        row("first page", reach, [api + PAGE], [hand], 0.8 if reach == "sparse" else 1.0)
    for reach in ("own", "subtree", "all"):
        row("filtered page", reach, [f"{api}{PAGE}&level=B"], [f"{hand}?level=B"], 1.0)
    ratios = {}
    for reach in ("own", "subtree", "all"):
        ours, theirs = halfway(big.tokens[reach], big.rows[reach])
        row("deep page", reach, [f"{api}{PAGE}&cursor={ours}"], [f"{hand}?after={theirs}"], 1.0)
        ratios[reach] = tail_ratio(big.tokens[reach], f"{api}{PAGE}&cursor={ours}", api + PAGE, options)
    few = load(PORT, [request(small.tokens["all"], api + PAGE)], options.seconds)
    for reach, ratio in ratios.items():
        print(f"deep p99 : first p99, {reach:<14}{ratio:.2f}  (≤ 1.2)")
    print(
        f"subtree : own                       {speed['first page, own'] / speed['first page, subtree']:.2f}  (≤ 2)"
    )
    print(
        f"sparse old team : own               {speed['first page, own'] / speed['first page, sparse']:.2f}  (≤ 2)"
    )
    print(f"1,000,000 : 10,000 rows             {few.per_second / speed['first page, all']:.2f}  (≤ 1.3)")


def tail_ratio(token: str, path: str, other: str, options: Any) -> float:
    """p99 of one request : p99 of another, the median of paired rounds."""

    def tail(asked: str) -> float:
        return quantile(load(PORT, [request(token, asked)], options.seconds).latencies, 0.99)

    return statistics.median(tail(path) / tail(other) for _ in range(options.rounds))


if __name__ == "__main__":
    main()
