"""What the house needs to know of this tool. Not here: what it does."""
from parvis.toolkit.spec import Tool
TOOL = Tool(slug="shares", label="shares")
