"""What a CSV file of orders says."""

from datetime import UTC, datetime
from decimal import Decimal
from io import StringIO

import pytest

from doorstep.csv_rows import COLUMNS, CsvRow, joined, order_update, rows
from doorstep.settings import ROOT
from tracking.errors import InvalidInput
from tracking.model import Address, Contact, Item, Money, OrderUpdate, ShipmentUpdate

GUIDE = (ROOT / "docs" / "import.md").read_text()


def read(text: str) -> list[CsvRow]:
    return list(rows(StringIO(text)))


def update(**cells: str) -> OrderUpdate:
    return order_update(CsvRow(2, {"number": "#1001", "placed_at": "2026-03-08", **cells}))


def test_every_column_is_documented() -> None:
    documented = [line.split("`")[1] for line in GUIDE.splitlines() if line.startswith("| `")]
    assert documented == list(COLUMNS)
    for name, meaning in COLUMNS.items():
        assert f"| `{name}` | {meaning} |" in GUIDE


def test_the_guide_s_example_can_be_imported() -> None:
    example = GUIDE.split("```csv\n")[1].split("```")[0]
    orders = [order_update(row) for row in read(example)]
    assert joined(orders[:2]).items == (Item("SHOE-B", "Blue shoes", 1), Item("SOCK-W", "White socks", 3))
    assert joined(orders[2:]).number == "#1002"


@pytest.mark.parametrize("mark", [",", ";", "\t"])
def test_lines_are_counted_as_an_editor_does(mark: str) -> None:
    text = mark.join(["number", "placed_at", "title"]) + f'\n\n1001{mark}{mark}"two\nlines"\n1002{mark}\n'
    assert [(row.line, row.cells["number"]) for row in read(text)] == [(3, "1001"), (5, "1002")]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "lacks number"),
        ("number\n1001\n", "lacks placed_at"),
        ("number,placed_at,colour\n", "unknown column 'colour'; known are number"),
        ("number,placed_at,number\n", "twice"),
        ('number,placed_at\n1001,"unclosed\n', "not valid CSV"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_with_the_reason(text: str, reason: str) -> None:
    with pytest.raises(InvalidInput, match=reason):
        read(text)


def test_a_row_says_all_it_can() -> None:
    said = update(
        name="Robin Doe",
        email="Robin@Example.com",
        phone="(202) 555-0100",
        postcode="12345",
        city="Springfield",
        region="IL",
        country="US",
        sku="SHOE-B",
        title="Blue shoes",
        quantity="2",
        tracking_number="1Z 999",
        carrier="UPS",
        promised_latest="2026-03-14",
        status="Cancelled",
    )
    placed_at = datetime(2026, 3, 8, tzinfo=UTC)
    assert (said.placed_at, said.updated_at, said.source) == (placed_at, placed_at, "import")
    assert said.customer == Contact("Robin Doe", "robin@example.com", "+12025550100")
    assert said.ship_to == Address("12345", "Springfield", "IL", "US")
    assert said.items == (Item("SHOE-B", "Blue shoes", 2),)
    assert said.shipments == (ShipmentUpdate("1Z 999", "ups", ("SHOE-B",)),)
    assert said.promised is not None
    assert (said.promised.earliest, said.promised.latest) == (placed_at, datetime(2026, 3, 14, 23, 59, 59, tzinfo=UTC))
    assert said.cancelled is True


@pytest.mark.parametrize(
    ("column", "cell", "reason"),
    [
        ("number", " # ", "number is missing"),
        ("placed_at", "yesterday", "placed_at 'yesterday'"),
        ("email", "robin", "email 'robin'"),
        ("phone", "12", "country code"),
        ("quantity", "0", "quantity '0'"),
        ("quantity", "-1", "quantity '-1'"),
        ("quantity", "²", "quantity"),
        ("quantity", "99999999999", "quantity"),
        ("status", "lost", "status 'lost'"),
        ("promised_earliest", "2026-03-14", "without promised_latest"),
    ],
)
def test_a_cell_that_cannot_be_read_refuses_the_row(column: str, cell: str, reason: str) -> None:
    with pytest.raises(InvalidInput, match=reason):
        update(**{column: cell})


def test_what_an_order_cost() -> None:
    assert update(total="129.90", currency="USD").total == Money(Decimal("129.90"), "USD")
    assert update(currency="USD").total is None
    with pytest.raises(InvalidInput, match="not a sum"):
        update(total="a lot")


def test_a_promise_that_ends_before_it_begins_is_refused() -> None:
    with pytest.raises(InvalidInput, match="after"):
        update(promised_earliest="2026-03-14", promised_latest="2026-03-13")


def test_a_row_with_too_many_cells_is_refused() -> None:
    (row,) = read("number,placed_at\n1001,2026-03-08,what\n")
    with pytest.raises(InvalidInput, match="3 cells"):
        order_update(row)


def test_rows_of_one_order_add_up_and_the_first_word_counts() -> None:
    whole = joined(
        [
            update(name="Robin Doe", sku="A", tracking_number="1Z-1"),
            update(placed_at="", name="Someone Else", email="robin@example.com", sku="B", tracking_number="1z1"),
            update(placed_at="", status="open", tracking_number="1Z2", carrier="fedex"),
        ]
    )
    assert whole.customer == Contact("Robin Doe", "robin@example.com")
    assert whole.items == (Item("A", "A"), Item("B", "B"))
    assert whole.shipments == (ShipmentUpdate("1Z-1", None, ("A", "B")), ShipmentUpdate("1Z2", "fedex"))
    assert whole.cancelled is False


def test_an_order_that_nobody_dated_is_refused() -> None:
    with pytest.raises(InvalidInput, match="placed_at is missing"):
        joined([update(placed_at="")])
