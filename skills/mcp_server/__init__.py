"""The MCP server: lets an assistant ask for its shopper, with the tools of an official SDK; it remembers nothing."""

from channels.base import ChannelPlugin
from skills.mcp_server.route import router

CHANNEL = ChannelPlugin("mcp", "MCP (Alexa+ and other assistants)", (), router)
