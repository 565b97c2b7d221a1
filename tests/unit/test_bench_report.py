"""The page of benchmarks: says honestly which budget is met."""

import pytest

from bench.report import Measured, Pair, Results, page


def results() -> Results:
    measured = Results(load=0.1, cores=2)
    measured.turn = Pair(10.0, 50.0)
    measured.turn_rounds = Pair([9.0, 10.0, 11.0], [48.0, 50.0, 52.0])
    measured.early, measured.late = Pair(10.0, 50.0), Pair(11.0, 300.0)
    measured.parse = Pair(2.0, 8.0)
    measured.memory = Pair(400.0, 1300.0)
    measured.start = Pair(8.0, 40.0)
    measured.training = Pair(60.0, 600.0)
    measured.crowd = Pair((200.0, 90.0), (900.0, 20.0))
    measured.webhooks = {"Twilio SMS": (210.0, 95.0), "Alexa": (220.4, 85.0), "Dialogflow CX": (1000.0, 80.0)}
    measured.alerts = [Measured("alerts sent", "600,000 an hour", "≥ 500,000", True)]
    return measured


def test_all_budgets_met() -> None:
    assert "**no**" not in page(results())


@pytest.mark.parametrize(
    ("name", "missed", "row"),
    [
        ("turn", Pair(13.0, 50.0), "text turn with action"),
        ("turn", Pair(12.1, 100.0), "in milliseconds"),
        ("late", Pair(15.1, 300.0), "200th turn"),
        ("parse", Pair(4.0, 8.0), "NLU parse"),
        ("memory", Pair(1100.0, 1300.0), "memory"),
        ("start", Pair(21.0, 40.0), "start to ready"),
        ("training", Pair(91.0, 600.0), "training"),
        ("crowd", Pair((1001.0, 90.0), (900.0, 20.0)), "at once"),
        ("webhooks", {"Twilio SMS": (1001.0, 90.0)}, "webhooks, p99"),
        ("alerts", [Measured("alerts sent", "400,000 an hour", "≥ 500,000", False)], "alerts sent"),
    ],
)
def test_a_missed_budget_is_said(name: str, missed: object, row: str) -> None:
    measured = results()
    setattr(measured, name, missed)
    (line,) = [line for line in page(measured).splitlines() if row in line and line.startswith("|")]
    assert "**no**" in line


def test_each_webhook_has_its_row() -> None:
    start = "| voice and SMS webhooks, p99 under 20 concurrent: "
    rows = [line.removeprefix(start) for line in page(results()).splitlines() if line.startswith(start)]
    assert rows == [
        "Twilio SMS | 210 ms (95 turns/s) | – | – | ≤ 1000 ms | yes |",
        "Alexa | 220 ms (85 turns/s) | – | – | ≤ 1000 ms | yes |",
        "Dialogflow CX | 1000 ms (80 turns/s) | – | – | ≤ 1000 ms | yes |",
    ]
