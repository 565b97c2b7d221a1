"""Recognising numbers and names: spelling, order of candidates, garbage, speed, and broken modules."""

import subprocess
import sys
import time
from pathlib import Path
from types import ModuleType

import pytest
from hypothesis import given
from hypothesis import strategies as st

from doorstep.bootstrap import best_carrier
from tracking.carriers import carrier_code, carrier_name, checks, clean, couriers, detect, tracking_url
from tracking.carriers.detection import LONGEST_TEXT
from tracking.carriers.formats import Courier
from tracking.errors import DoorstepError
from tracking.plugins import scan


def codes(number: str) -> list[str]:
    return [candidate.carrier for candidate in detect(number)]


@pytest.mark.parametrize(
    "spelling",
    [
        "1Z5R89390357567127",
        "1z5r89390357567127",
        " 1 Z 5 R 8 9 3 9 0 3 5 7 5 6 7 1 2 7 ",
        "1Z 5R8 939 03 5756 712 7",
        "1Z-5R8939-03-5756712-7",
        "1Z–5R8939—03‑5756712−7",
        "#1Z5R89390357567127",
        "(1Z)5R89390357567127\n",
        "１Ｚ５Ｒ８９３９０３５７５６７１２７",
        "1Z5R8939\u200b0357567127",
        "1Z5R8939\u00a00357567127",
    ],
)
def test_spellings_of_one_number(spelling: str) -> None:
    assert codes(spelling) == ["ups"]


@pytest.mark.parametrize("digits", ["3318810025", "٣٣١٨٨١٠٠٢٥", "३३१८८१००२५", "３３１８８１００２５"])
def test_digits_of_any_script(digits: str) -> None:
    assert clean(digits) == "3318810025"
    assert codes(digits) == ["dhl"]


GARBAGE = ["", " ", "-", "hello", "order 1001", "1001", "#1001", "'; DROP TABLE orders;--", "\x00" * 12, "½" * 12]
GARBAGE += ["１" * 11 + "🚚", "1Z5R89390357567127é", "9" * 46, "9" * 5000, "1" + " " * LONGEST_TEXT + "Z", "\ud800" * 9]


@pytest.mark.parametrize("garbage", GARBAGE)
def test_garbage_fits_nothing(garbage: str) -> None:
    assert detect(garbage) == []


@given(st.text(max_size=80))
def test_any_text_is_survived(text: str) -> None:
    for candidate in detect(text):
        assert candidate.carrier in couriers()
        assert candidate.check_digit in {"ok", "none"}
        tracking_url(candidate.carrier, text)


def test_proven_goes_before_unproven_and_specific_before_generic() -> None:
    found = detect("C1004444443")
    assert [(c.carrier, c.check_digit) for c in found] == [("ups", "ok"), ("amazon", "none")]
    assert codes("420902459261290336128704042634")[0] == "usps"
    assert codes("9261292700768711948021") == ["fedex", "usps"]


def test_an_international_item_is_named_after_its_post() -> None:
    assert detect("RB123456785CV")[0].name == "Correios de Cabo Verde"
    assert carrier_name("s10") == "International post"
    assert carrier_name("s10", "RB 123 456 785 US") == "USPS"
    assert tracking_url("s10", "rb123456785us") == "https://tools.usps.com/go/TrackConfirmAction?tLabels=RB123456785US"
    assert tracking_url("s10", "RB123456785CV") is None


def test_unknown_names_and_codes() -> None:
    assert carrier_code("Pigeon Post") is None
    assert carrier_code("Other") is None
    assert carrier_code("") is None
    assert carrier_code(None) is None
    assert carrier_name("pigeon") is None
    assert tracking_url("pigeon", "123456789012") is None
    assert tracking_url("ups", "<script>") is None


SPELT = [("DHLExpress", "dhl"), ("DhlEcs", "dhl"), ("FedEx Ground", "fedex"), ("FedExSmartPost", "fedex")]
SPELT += [("canada-post", "canada_post"), ("UPS®", "ups"), ("usps", "usps"), ("old-dominion", "old_dominion")]
SPELT += [("dhl-global-mail", "dhl"), ("fedex-uk", "fedex"), ("LaserShipV2", "lasership"), ("OnTracV3", "ontrac")]


@pytest.mark.parametrize(("name", "code"), SPELT)
def test_names_as_shops_and_aggregators_write_them(name: str, code: str) -> None:
    assert carrier_code(name) == code


def test_check_digit_rules_on_known_numbers() -> None:
    assert checks.mod10("5R8939035756712", "7", even=1, odd=2)
    assert checks.luhn("7992739871", "3")
    assert not checks.luhn("7992739871", "4")
    assert checks.s10("47312482", "9")
    assert checks.mod37_36("09980000020033", "F")
    assert not checks.mod37_36("09980000020033", "E")
    assert checks.mod7("331881002", "5")


def test_detecting_takes_less_than_fifty_microseconds() -> None:
    numbers = [number for courier in couriers().values() for fmt in courier.formats for number in fmt.valid]
    best = min(_seconds(numbers) for _ in range(5)) / len(numbers)
    assert best < 50e-6


@pytest.mark.parametrize("hostile", ["9" * 45, "A" * 45, "GM" + "A" * 39, "JJD" + "0" * 40, "9" * LONGEST_TEXT])
def test_no_input_is_slow(hostile: str) -> None:
    assert _seconds([hostile] * 10) / 10 < 1e-3


def _seconds(numbers: list[str]) -> float:
    start = time.perf_counter()
    for number in numbers:
        detect(number)
    return time.perf_counter() - start


MODULE = (
    "from tracking.carriers.formats import Courier, Format\n"
    "COURIER = Courier('{code}', 'Pigeon', (Format('p', 'P[0-9]+', ('P1',)),))\n"
)


@pytest.mark.parametrize(
    ("files", "message"),
    [
        ({"a": MODULE.format(code="pigeon"), "b": MODULE.format(code="pigeon")}, "'pigeon', which another module"),
        ({"a": "code = 'pigeon'"}, "must declare COURIER"),
        ({"a": "COURIER = 'pigeon'"}, "must declare COURIER"),
    ],
)
def test_a_broken_folder_stops_with_a_clear_message(
    files: dict[str, str], message: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    package = ModuleType("pigeons")
    package.__path__ = [str(tmp_path)]
    monkeypatch.setitem(sys.modules, "pigeons", package)
    for name, text in files.items():
        (tmp_path / f"{name}.py").write_text(text)
        monkeypatch.delitem(sys.modules, f"pigeons.{name}", raising=False)
    with pytest.raises(DoorstepError, match=message):
        scan("pigeons", [str(tmp_path)], "COURIER", Courier)


def test_couriers_load_without_the_vocabulary_or_any_library() -> None:
    code = (
        "import sys; before = set(sys.modules); from tracking.carriers import detect; detect('3318810025');"
        "new = {m.partition('.')[0] for m in set(sys.modules) - before};"
        "assert 'tracking.model' not in sys.modules; print(*sorted(new - set(sys.stdlib_module_names)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["tracking"]


def test_couriers_load_in_the_bot_box() -> None:
    code = "from tracking.carriers import detect; print(detect('1Z5R89390357567127')[0].carrier)"
    done = subprocess.run(["bot/.venv/bin/python", "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "ups"


@pytest.mark.parametrize(
    ("number", "carrier"),
    [
        ("RB123456785GB", "royal_mail"),
        ("RB123456785AU", "australia_post"),
        ("RB123456785SE", "postnord"),
        ("RB123456785CV", "s10"),
        ("1Z5R89390357567127", "ups"),
        ("287809468872", None),
        ("hello", None),
    ],
)
def test_the_one_carrier_of_a_number(number: str, carrier: str | None) -> None:
    assert best_carrier(number) == carrier
