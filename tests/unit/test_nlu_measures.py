"""The figures that `doorstep evaluate` prints, and its reading of the file."""

import io

import pytest

from bot.evaluate import BadLine, read_lines
from bot.measures import confusions, percentile, report, scores


def test_report() -> None:
    true = ["track_order", "delivery_eta", "greet", "greet", "out_of_scope", "out_of_scope"]
    said = ["delivery_eta", "delivery_eta", "greet", "out_of_scope", "out_of_scope", "greet"]
    figures = report(true, said)
    assert figures["lines"] == 6
    assert figures["accuracy"] == 0.5
    assert figures["overall_accuracy"] == 0.5
    assert figures["family_accuracy"] == 0.75
    assert figures["out_of_scope_recall"] == 0.5
    assert figures["in_scope_false_rejects"] == 0.25
    assert figures["macro_f1"] == pytest.approx((0 + 2 / 3 + 0.5 + 0.5) / 4, abs=1e-4)
    assert {"intent": "track_order", "predicted": "delivery_eta", "count": 1} in figures["confusions"]


def test_shares_of_nothing_are_none() -> None:
    assert report(["greet"], ["greet"])["out_of_scope_recall"] is None
    assert report([], [])["accuracy"] is None


def test_scores_of_a_label() -> None:
    assert scores(["a", "a", "b"], ["a", "b", "b"])["b"] == {
        "precision": 0.5,
        "recall": 1.0,
        "f1": pytest.approx(2 / 3),
        "support": 1,
    }


def test_commonest_confusions_come_first_and_end_after_twenty() -> None:
    true = [f"t{i:02}" for i in range(30)] + ["x", "x"]
    found = confusions(true, ["y"] * 32)
    assert len(found) == 20
    assert found[0] == {"intent": "x", "predicted": "y", "count": 2}


def test_percentiles() -> None:
    assert percentile([4.0, 1.0, 3.0, 2.0], 50) == 3.0
    assert percentile([1.0], 95) == 1.0
    assert percentile([], 50) is None


def test_lines_are_read() -> None:
    assert read_lines(io.StringIO('{"text":"hi","intent":"greet","more":1}\n\n')) == [("hi", "greet")]


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("nonsense", "not JSON"),
        ("[1]", "not an object"),
        ('{"text":"hi"}', "'intent' is missing"),
        ('{"text":5,"intent":"greet"}', "'text' is missing or is no text"),
    ],
)
def test_a_bad_line_is_named(line: str, reason: str) -> None:
    with pytest.raises(BadLine, match=f"line 2: {reason}"):
        read_lines(io.StringIO(f'{{"text":"hi","intent":"greet"}}\n{line}\n'))
