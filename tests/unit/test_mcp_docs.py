"""docs/mcp.md says what the MCP tools are and what they are limited to."""

from doorstep.settings import ROOT
from skills.mcp_server.helping import MOST_ORDERS, SECONDS
from skills.mcp_server.route import BODY_LIMIT, CALLS_A_MINUTE
from skills.mcp_server.serving import SLACK_SECONDS
from skills.mcp_server.shapes import AboutAll, AboutOne, OrderShown, Parcel
from skills.mcp_server.tools import TOOLS
from tracking.model import Status

PAGE = (ROOT / "docs" / "mcp.md").read_text()


def test_the_table_is_the_tools() -> None:
    table = PAGE.split("<!-- tools -->\n")[1].split("<!-- /tools -->")[0].splitlines()[2:]
    assert table == [f"| `{tool.name}` | {tool.description} | `{tool.scope}` |" for tool in TOOLS.values()]


def test_every_field_is_named() -> None:
    shown = {name for kind in (AboutAll, AboutOne, OrderShown, Parcel) for name in kind.model_fields}
    assert [name for name in sorted(shown) if f"`{name}`" not in PAGE] == []


def test_every_status_is_named() -> None:
    assert [status for status in Status if f"`{status}`" not in PAGE] == []


def test_the_limits_are_the_code_s() -> None:
    assert f"| body | {BODY_LIMIT // 1024} kB" in PAGE
    assert f"| requests | {CALLS_A_MINUTE} a minute" in PAGE
    assert f"| listed orders, choices | {MOST_ORDERS} |" in PAGE
    assert f"The desk has {SECONDS:g} seconds, a tool {SECONDS + SLACK_SECONDS:g} in all." in PAGE
