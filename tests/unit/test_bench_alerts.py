"""What the benchmark of alerts makes of its measurements."""

from pathlib import Path

import pytest

from bench.alert_kills import Survived, counted
from bench.alert_shop import Shop
from bench.alerts import Latency, Throughput, Turns, kill_row, latency_row, throughput_row, turn_rows
from bench.texts import Provider, Text


def test_texts_that_came_again_are_told_from_those_under_two_keys(tmp_path: Path) -> None:
    took = [("+1", "a"), ("+2", "b"), ("+2", "b"), ("+3", "c"), ("+3", "d")]
    shop = Shop(tmp_path, "sqlite:///unused", Provider(taken=[Text(to, name, 0.0) for to, name in took]))
    assert counted(shop, alerts=5, kills=9) == Survived(5, 9, missing=2, doubled=1, repeats=2)


@pytest.mark.parametrize(
    ("found", "met"),
    [(Survived(5, 9, 0, 0, 3), True), (Survived(5, 9, 1, 0, 0), False), (Survived(5, 9, 0, 1, 1), False)],
)
def test_nothing_may_be_lost_nor_go_under_two_keys(found: Survived, met: bool) -> None:
    assert kill_row("sqlite", found).met is met


def test_the_slowest_in_a_hundred_counts() -> None:
    quick, slow = [0.1] * 99, [2.5]
    assert not latency_row("sqlite", Latency([*quick, *slow])).met
    assert latency_row("sqlite", Latency([*quick, *quick, *slow])).met


def test_the_median_run_counts() -> None:
    runs = [Throughput(1000, seconds) for seconds in (50.0, 7.0, 7.1)]
    assert throughput_row("postgresql", runs).met
    assert not throughput_row("postgresql", [*runs, Throughput(1000, 8.0), Throughput(1000, 9.0)]).met


def test_shoppers_must_not_wait_for_alerts() -> None:
    sent = [Throughput(600, 10.0)]
    assert [row.met for row in turn_rows(Turns([10.0], [19.0], sent))] == [True, True]
    assert [row.met for row in turn_rows(Turns([10.0], [21.0], [Throughput(600, 60.0)]))] == [False, False]
