"""Creating and changing customers: requests a second beside a hand-written handler, on the same data in the same run.

    uv run python benchmarks/write_path.py [--rows N] [--seconds S] [--rounds N] [--data DIR]

A create writes the customer, its ownership period, its event and its search document and reports similar names; by hand
that is one statement each. A patch loads the row for update and writes the changed columns and the event with its diff.
"""

import random

from read_path import PORT, line
from stage import Cast, arguments, compare, prepared, request, worker


def main() -> None:
    options = arguments(__doc__.splitlines()[0])
    with prepared(options.data, options.rows) as (settings, big, _), worker(settings, PORT):
        measure(big, options)


def measure(big: Cast, options: object) -> None:
    token = big.tokens["own"]
    chance = random.Random(7)
    bodies = [
        {"name": f"Acme {chance.randrange(10**9)} Industries Ltd", "industry": "software", "level": "B"}
        for _ in range(400)
    ]
    pair = [[request(token, f"{root}/customers", body) for body in bodies] for root in ("/api/v1", "/hand")]
    line("create, own", *compare(PORT, *pair, options), 0.7)
    changes = [
        (chance.choice(big.ids["own"]), {"industry": f"industry {i}", "level": "ABC"[i % 3]})
        for i in range(2000)
    ]
    pair = [
        [request(token, f"{root}/customers/{i}", body, "PATCH") for i, body in changes]
        for root in ("/api/v1", "/hand")
    ]
    line("patch, own", *compare(PORT, *pair, options), 0.7)


if __name__ == "__main__":
    main()
