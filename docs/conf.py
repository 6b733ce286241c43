"""How the documentation is built: ``sphinx-build -W -n docs docs/_build``."""

project = "discordtest"
author = "the discordtest authors"
copyright = "2026, the discordtest authors"

extensions = ["myst_parser", "sphinx.ext.autodoc"]
exclude_patterns = ["_build", "tables"]
myst_enable_extensions = ["colon_fence", "deflist"]
myst_heading_anchors = 3

autodoc_member_order = "bysource"
autodoc_typehints = "description"
# What other projects document: no inventory is fetched, so their names lead nowhere.
nitpick_ignore_regex = [
    ("py:.*", r"(aiohttp|asyncio|collections|contextlib|datetime|discord|pathlib|types|typing|unittest)\..*"),
]

html_theme = "furo"
html_title = "discordtest"
