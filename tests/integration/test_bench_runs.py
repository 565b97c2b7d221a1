"""The benchmark of alerts runs, with next to nothing to do."""

import asyncio

from bench.alerts import run


def test_it_measures_the_running_program() -> None:
    few = ["--databases", "sqlite", "--latency", "2", "--alerts", "3", "--rounds", "0"]
    rows = asyncio.run(run(few))
    assert [row.what.split(",")[0] for row in rows] == [
        "alerts: event in to text at the provider",
        "alerts: 3 sent",
    ]
