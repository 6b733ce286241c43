"""Where a None came from: the call or attribute that gave it, as the source of the bot, or of the test, says.

Like `discordtest.hints`, whose part this is. The traceback knows which columns of the line failed; what stood before
the dot there is traced to the calls that were assigned to it. Where the source is not at hand, nothing is guessed but
by the names that the function uses.
"""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

import discord

from discordtest.clock.waits import MACHINERY
from discordtest.hints.obfuscated import hidden
from discordtest.source import expression_at, package_of, parsed, steps, value_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import CodeType, FrameType, TracebackType

    from discordtest.scene import Scene

__all__ = ["why_none"]

_NOT_THEIRS = MACHINERY | {"unittest"}

#: Look-ups that return None for what the bot has not cached; of the first the intent of members decides.
_CACHED = frozenset(("get_member", "get_member_named", "get_user"))
_LOOK_UPS = frozenset(("get_channel", "get_emoji", "get_guild", "get_role", "get_thread"))

#: Attributes of discord.py's objects, and of an `InteractionResult`, that often are None, and what gives them a value.
_EMPTY = {
    "avatar": "avatar is None for who has no picture of their own: display_avatar is always there",
    "cached_message": "cached_message is None for a message that the bot has not seen, such as one of make_world",
    "category": 'category is None for a channel outside of one: make_text_channel("name", guild, category=…)',
    "dm_channel": "dm_channel is None until the bot has opened it: `await user.create_dm()`, or just `user.send(…)`",
    "guild": "guild is None in a direct message",
    "icon": "icon is None for a guild without one",
    "interaction": "interaction is None where a hybrid command came as a message",
    "modal": "modal is None where the bot opened none: assertModal(result) says what it did",
    "nick": "nick is None for who has no nickname: display_name is always there",
    "public_updates_channel": "public_updates_channel is None unless make_guild(…, public_updates_channel=…) names one",
    "reference": "reference is None for a message that is no reply: `send(…, reply_to=message)`",
    "response": "response is None where the bot answered with no message: assertResponded(result) says what it did",
    "rules_channel": "rules_channel is None unless make_guild(…, rules_channel=…) names one",
    "system_channel": (
        'system_channel is None unless a test names one: make_guild("Test", channels=["general"], '
        'system_channel="general")'
    ),
    "updated": "updated is None where the answer changed no message: assertResponded(result) says what it did",
    "user": "user is None until the client has logged in, which it does after make_world",
    "voice": "voice is None for who is in no voice channel: `await self.join_voice(member, channel)`",
    "voice_client": "voice_client is None while the bot is in no voice channel of the guild",
}


def why_none(scene: Scene, error: BaseException) -> Iterator[str]:
    """Yield which call or attribute may have given the None that an error is about."""
    if not isinstance(error, AttributeError | TypeError) or "'NoneType'" not in str(error):
        return
    way = [*steps(error.__traceback__)]
    own = [step for step in way if package_of(step) not in _NOT_THEIRS]
    if not own:
        return
    sources = _sources(own[-1]) if own[-1] is way[-1] else None
    found = _by_name(own[-1].tb_frame.f_code) if sources is None else [*map(_kind, sources)]
    is_whisper = any(map(_holds_whisper, own))
    for name in dict.fromkeys(found):
        if name in _CACHED and not any(client.intents.members for client in scene.clients):
            fetch = "fetch_user" if name == "get_user" else "fetch_member"
            yield f"{name} finds cached members alone, and the bot's intents lack members: await {fetch}(…)"
        elif name in _CACHED or name in _LOOK_UPS or name == "utils.get":
            yield f"{name} returns None for what is not there: make_world has to make it (id_num= chooses its id)"
        elif name == "send":
            yield "send of a webhook returns None: with wait=True it returns the message"
        elif name.startswith(".") and not (is_whisper and name == ".guild"):
            yield _EMPTY[name[1:]]
    if any(map(_is_of_channels, sources or ())):
        yield from hidden(scene)
    if is_whisper:
        yield (
            "An ephemeral message reaches the bot without its guild: message.guild is None. So it is in a direct "
            "message, too"
        )


def _by_name(code: CodeType) -> list[str]:
    """Return the look-ups that a function names at all."""
    has_utils = "utils" in code.co_names
    return ["utils.get" if name == "get" and has_utils else name for name in code.co_names if name != "send"]


def _kind(source: ast.Call | ast.Attribute) -> str:
    """Return what a source is, in the words of this module: ``utils.get``, the name that is called, ``.attribute``."""
    if isinstance(source, ast.Attribute):
        return f".{source.attr}"
    call = source
    called = ast.unparse(call.func)
    if called == "get" or called.endswith("utils.get"):
        return "utils.get"
    name = called.rpartition(".")[2]
    return "" if name == "send" and any(keyword.arg == "wait" for keyword in call.keywords) else name


def _is_of_channels(source: ast.Call | ast.Attribute) -> bool:
    """Tell whether a source looks for a channel by what it is called."""
    if _kind(source) != "utils.get" or not isinstance(source, ast.Call) or not source.args:
        return False
    return ast.unparse(source.args[0]).endswith(("channels", "channels()", "categories", "forums"))


def _holds_whisper(step: TracebackType) -> bool:
    return any(
        isinstance(value, discord.Message) and value.guild is None and value.flags.ephemeral
        for value in step.tb_frame.f_locals.values()
    )


def _sources(step: TracebackType) -> list[ast.Call | ast.Attribute] | None:
    """Return the calls and attributes that may have given what was None in a line; None where that cannot be told."""
    tree = parsed(step)
    node = tree and expression_at(step, tree, (ast.Attribute, ast.Subscript, ast.Await))
    if tree is None or not isinstance(node, ast.Attribute | ast.Subscript | ast.Await):
        return None
    return [*_sources_of(node.value, tree, step.tb_frame)]


def _sources_of(value: ast.expr, tree: ast.Module, frame: FrameType) -> Iterator[ast.Call | ast.Attribute]:
    """Yield the calls and attributes whose value an expression, or the variable that it is, may have."""
    for each in _alternatives(value):
        if isinstance(each, ast.Name | ast.Attribute):
            given = _assigned(each, tree, frame.f_code.co_firstlineno)
            found = [each, *(source for one in given for source in _alternatives(one))]
        else:
            found = [each]
        for source in found:
            if isinstance(source, ast.Call) or (
                isinstance(source, ast.Attribute) and _is_empty(source, frame)
            ):
                yield source


def _is_empty(attribute: ast.Attribute, frame: FrameType) -> bool:
    """Tell whether an attribute is one of the table, and none that the bot or the test has set itself."""
    if attribute.attr not in _EMPTY:
        return False
    holder = value_of(attribute.value, frame.f_locals)
    is_theirs = isinstance(holder, discord.Client) or not type(holder).__module__.startswith("discord")
    return not (is_theirs and attribute.attr in getattr(holder, "__dict__", ()))


def _alternatives(value: ast.expr) -> Iterator[ast.expr]:
    """Yield what an expression comes to: both sides of an ``or``, what is behind ``await``."""
    if isinstance(value, ast.Await | ast.NamedExpr):
        yield from _alternatives(value.value)
    elif isinstance(value, ast.BoolOp):
        for each in value.values:
            yield from _alternatives(each)
    elif isinstance(value, ast.IfExp):
        yield from _alternatives(value.body)
        yield from _alternatives(value.orelse)
    else:
        yield value


def _assigned(target: ast.Name | ast.Attribute, tree: ast.Module, first_line: int) -> Iterator[ast.expr]:
    """Yield what is assigned to a variable in the function that begins at a line, or to an attribute anywhere."""
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef)
    scope: ast.AST | None = tree
    if isinstance(target, ast.Name):
        inside = (node for node in ast.walk(tree) if isinstance(node, kinds))
        scope = next((node for node in inside if _begins(node) == first_line), None)
    for node in ast.walk(scope) if scope is not None else ():
        if isinstance(node, ast.Assign):
            targets, value = node.targets, node.value
        elif isinstance(node, ast.AnnAssign | ast.NamedExpr) and node.value is not None:
            targets, value = [node.target], node.value
        else:
            continue
        if any(_is_same(each, target) for each in targets):
            yield value


def _begins(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Return the line that code objects give as a function's first: that of its first decorator."""
    return min([node.lineno, *(decorator.lineno for decorator in node.decorator_list)])


def _is_same(one: ast.expr, other: ast.Name | ast.Attribute) -> bool:
    if isinstance(one, ast.Name) and isinstance(other, ast.Name):
        return one.id == other.id
    return isinstance(one, ast.Attribute) and isinstance(other, ast.Attribute) and one.attr == other.attr
