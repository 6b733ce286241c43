"""How the documentation is built: ``sphinx-build -W -n docs docs/_build``."""

import inspect

from discordtest import DiscordTestCase, deferred

deferred.load()  # what autodoc would else load in its own order

# What is awaited is shown as async: autodoc takes no wrapped coroutine function for one.
for kind in DiscordTestCase.__mro__:
    for name, method in list(vars(kind).items()):
        if inspect.isfunction(method) and inspect.iscoroutinefunction(inspect.unwrap(method)):
            setattr(kind, name, inspect.unwrap(method))

project = "discordtest"
author = "the discordtest authors"
copyright = "2026, the discordtest authors"

extensions = ["myst_parser", "sphinx.ext.autodoc"]
exclude_patterns = ["_build", "tables"]
myst_enable_extensions = ["colon_fence", "deflist"]
myst_heading_anchors = 3

autodoc_member_order = "bysource"
autodoc_typehints = "description"
autodoc_class_signature = "separated"  # people get these objects, they do not make them
autodoc_default_options = {"exclude-members": "__init__, __new__"}
# What other projects document: no inventory is fetched, so their names lead nowhere.
_others = (
    "aiohttp app_commands asyncio collections contextlib datetime discord pathlib types typing unittest web"
)
nitpick_ignore_regex = [
    ("py:.*", rf"({_others.replace(' ', '|')})\..*"),
    # Names of types in annotations: aliases, what is imported for types only, or by its module.
    ("py:class", r"~?(\w+\.)?\w+"),
    ("py:class", r"discordtest\.(assertions|backend|clock|dpytest|interactions|testcase)\..*"),
]

html_theme = "furo"
html_title = "discordtest"
