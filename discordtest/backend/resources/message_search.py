"""Messages of a guild that match a search.

What is searched: every channel and thread in which the actor may read the history. Words count whole, without regard to
case and in the order of the query, with at most ``slop`` others between two of them; Discord's index knows the stems of
words too. All is indexed at once, where Discord may answer 202 at first.
Source: Discord's documentation, Message ("Search Guild Messages") and Permissions ("Permissions for Age-Restricted
Commands"), and its OpenAPI document (``guild_search``).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator
from typing import Any
from urllib.parse import urlsplit

from discordtest.backend.body import (
    Array,
    Boolean,
    Choice,
    Field,
    FormErrors,
    Integer,
    Object,
    Path,
    Snowflake,
    String,
)
from discordtest.backend.cdn import path_of
from discordtest.backend.permissions import THREAD_TYPES, Permission, channel_permissions
from discordtest.backend.resources.channel_types import is_age_restricted
from discordtest.backend.resources.component import files_of
from discordtest.backend.resources.message import viewer
from discordtest.backend.resources.message_reference import REPLY
from discordtest.backend.resources.message_render import may_read_content, render_message
from discordtest.backend.resources.thread import render_thread
from discordtest.backend.rest import Call, route
from discordtest.backend.world import Record, World
from discordtest.errors import NotModelled

__all__: list[str] = []

MAX_PAGE = 25
MAX_OFFSET = 9975
MAX_CONTENT = MAX_FILENAME = 1024
MAX_TEXT = 256
MAX_SLOP, DEFAULT_SLOP = 100, 2
MAX_IDS, MAX_CHANNELS = 100, 500
_WORD = re.compile(r"\w+")
_LINK = re.compile(r"https?://[^\s<>]+")
_READS = int(Permission.VIEW_CHANNEL | Permission.READ_MESSAGE_HISTORY)
_EMBED_TYPES = {"image": "image", "video": "video", "gif": "gifv", "sound": "sound", "article": "article"}


class Several(Array):
    """A parameter that may be given several times."""

    def convert(self, value: Any, path: Path, errors: FormErrors) -> Any:
        return super().convert([value] if isinstance(value, str) else value, path, errors)


def _several(of: Field, most: int = MAX_IDS) -> Several:
    return Several(of, max=most, unique=True)


def _kinds(kinds: Collection[str], sign: str = "") -> Several:
    """Return a filter by kinds; with a ``sign``, by those too that begin with it."""
    known = dict.fromkeys((*kinds, *(sign + kind for kind in kinds)))
    return _several(Choice(tuple(known)), len(known))


# -- what a message has


def _files(message: Record) -> list[Record]:
    """Return the files that the message lists, and those that its components show."""
    listed: list[Record] = message["attachments"]
    return listed + [media for media in files_of(message["components"]) if "attachment_id" in media]


def _has_media(kind: str) -> Callable[[Record], bool]:
    """Return whether a message has an attachment of a media type, or an embed of one."""

    def test(message: Record) -> bool:
        types = (each.get("content_type") or "" for each in _files(message))
        return any(type.startswith(f"{kind}/") for type in types) or any(
            each.get("type") == kind or kind in each for each in message["embeds"]
        )

    return test


_HAS: dict[str, Callable[[Record], bool]] = {
    "image": _has_media("image"),
    "sound": _has_media("audio"),
    "video": _has_media("video"),
    "file": lambda message: bool(_files(message)),
    "sticker": lambda message: bool(message.get("sticker_items")),
    "embed": lambda message: bool(message["embeds"]),
    "link": lambda message: bool(_LINK.search(message["content"])),
    "poll": lambda message: "poll" in message,
    "snapshot": lambda message: bool(message.get("message_snapshots")),
}


def _kind_of_author(message: Record) -> str:
    if message.get("webhook_id") is not None and "application_id" not in message:
        return "webhook"
    return "bot" if message["author"].get("bot") else "user"


def _hosts(message: Record) -> list[str]:
    return [urlsplit(link).hostname or "" for link in _LINK.findall(message["content"])]


def _contains(content: str, wanted: list[str], slop: int) -> bool:
    """Tell whether the words are there in their order, with at most ``slop`` others between two of them."""
    words = _words(content)
    ends = [place for place, word in enumerate(words) if word == wanted[0]]
    for word in wanted[1:]:
        ends = sorted(
            {
                place
                for end in ends
                for place in range(end + 1, min(end + slop + 2, len(words)))
                if words[place] == word
            }
        )
    return bool(ends)


def _words(text: str) -> list[str]:
    return _WORD.findall(text.casefold())


# -- the search

SEARCH = Object(
    {
        "limit": Integer(min=1, max=MAX_PAGE, default=MAX_PAGE),
        "offset": Integer(min=0, max=MAX_OFFSET, default=0),
        "max_id": Snowflake(),
        "min_id": Snowflake(),
        "slop": Integer(min=0, max=MAX_SLOP, default=DEFAULT_SLOP),
        "content": String(max=MAX_CONTENT),
        "channel_id": _several(Snowflake(), MAX_CHANNELS),
        "author_type": _kinds(("user", "bot", "webhook"), "-"),
        "author_id": _several(Snowflake()),
        "mentions": _several(Snowflake()),
        "mentions_role_id": _several(Snowflake()),
        "mention_everyone": Boolean(),
        "replied_to_user_id": _several(Snowflake()),
        "replied_to_message_id": _several(Snowflake()),
        "pinned": Boolean(),
        "has": _kinds(_HAS, "-"),
        "embed_type": _kinds(_EMBED_TYPES),
        "embed_provider": _several(String(max=MAX_TEXT)),
        "link_hostname": _several(String(max=MAX_TEXT)),
        "attachment_filename": _several(String(max=MAX_FILENAME)),
        "attachment_extension": _several(String(max=MAX_TEXT)),
        "sort_by": Choice(("timestamp", "relevance"), default="timestamp"),
        "sort_order": Choice(("asc", "desc"), default="desc"),
        "include_nsfw": Boolean(default=False),
    }
)


@route("GET", "/guilds/{guild_id}/messages/search", query=SEARCH)
def guild_search(call: Call, guild: Record) -> Record:
    world, query = call.world, call.query
    _refuse_unknown(call)
    fits = _filters(world, query)
    found = [
        message
        for channel in _places(call, guild["id"])
        for message in world.messages.get(channel["id"], {}).values()
        if all(test(message) for test in fits)
    ]
    found.sort(key=lambda message: int(message["id"]), reverse=query["sort_order"] == "desc")
    shown = found[query["offset"] :][: query["limit"]]
    threads = [
        render_thread(world, world.channels[channel_id], call.actor.user_id)
        for channel_id in dict.fromkeys(message["channel_id"] for message in shown)
        if world.channels[channel_id]["type"] in THREAD_TYPES
    ]
    return {
        "doing_deep_historical_index": False,
        "total_results": len(found),
        "messages": [[_shown(call, message)] for message in shown],
        "threads": threads,
        "members": [thread["member"] for thread in threads if "member" in thread],
    }


def _refuse_unknown(call: Call) -> None:
    """Refuse what no source describes, whatever the bot catches."""
    query = call.query
    if not may_read_content(call.world, viewer(call)):
        raise NotModelled("a search by a bot without the message content intent, which Discord restricts")
    if query["sort_by"] == "relevance":
        raise NotModelled("a search that is sorted by relevance: Discord's index decides what is relevant")
    if sum(not kind.startswith("-") for kind in query.get("has", ())) > 1:
        raise NotModelled("a search for messages that have several things: all of them, or one?")


def _places(call: Call, guild_id: str) -> Iterator[Record]:
    """Yield the channels and threads that are searched."""
    world, query, user_id = call.world, call.query, call.actor.user_id
    wanted: Collection[str] | None = query.get("channel_id")
    for channel in (*world.guild_channels[guild_id].values(), *world.threads[guild_id].values()):
        if wanted is not None and channel["id"] not in wanted:
            continue
        if not query["include_nsfw"] and is_age_restricted(world, channel):
            continue
        if call.actor.omnipotent or channel_permissions(world, channel, user_id) & _READS == _READS:
            yield channel


def _filters(world: World, query: Record) -> list[Callable[[Record], bool]]:
    """Return the tests that a message must pass."""
    tests: list[Callable[[Record], bool]] = []

    def one_of(
        name: str, values: Callable[[Record], Iterable[str]], form: Callable[[str], str] = str
    ) -> None:
        """Ask that one of a message's values is among those of the parameter."""
        if name in query:
            wanted = {form(value) for value in query[name]}
            tests.append(lambda message: any(form(value) in wanted for value in values(message)))

    def same(name: str) -> None:
        if name in query:
            tests.append(lambda message: message[name] == query[name])

    def signed(name: str, fits: Callable[[Record, str], bool]) -> None:
        """Ask that one of the kinds fits, where some are named, and none of those with a minus."""
        wanted = [kind for kind in query.get(name, ()) if not kind.startswith("-")]
        unwanted = [kind[1:] for kind in query.get(name, ()) if kind.startswith("-")]
        if wanted:
            tests.append(lambda message: any(fits(message, kind) for kind in wanted))
        if unwanted:
            tests.append(lambda message: not any(fits(message, kind) for kind in unwanted))

    if words := _words(query.get("content", "")):
        tests.append(lambda message: _contains(message["content"], words, query["slop"]))
    if "max_id" in query:
        tests.append(lambda message: int(message["id"]) < int(query["max_id"]))
    if "min_id" in query:
        tests.append(lambda message: int(message["id"]) > int(query["min_id"]))
    same("mention_everyone")
    same("pinned")
    signed("author_type", lambda message, kind: _kind_of_author(message) == kind)
    signed("has", lambda message, kind: _HAS[kind](message))
    one_of("author_id", lambda message: [message["author"]["id"]])
    one_of("mentions", lambda message: [user["id"] for user in message["mentions"]])
    one_of("mentions_role_id", lambda message: message["mention_roles"])
    one_of("replied_to_message_id", lambda message: [each["id"] for each in _replied_to(world, message)])
    one_of(
        "replied_to_user_id", lambda message: [each["author"]["id"] for each in _replied_to(world, message)]
    )
    one_of("embed_type", lambda message: [each.get("type", "") for each in message["embeds"]], _embed_type)
    one_of("embed_provider", lambda message: [_provider(each) for each in message["embeds"]])
    one_of("link_hostname", _hosts, str.casefold)
    one_of("attachment_filename", _filenames, str.casefold)
    one_of("attachment_extension", lambda message: map(_extension, _filenames(message)), str.casefold)
    return tests


def _replied_to(world: World, message: Record) -> list[Record]:
    if message["type"] != REPLY:
        return []
    reference = message["message_reference"]
    found = world.messages.get(reference["channel_id"], {}).get(reference["message_id"])
    return [] if found is None else [found]


def _embed_type(kind: str) -> str:
    """Return an embed's type for what the search calls it."""
    return _EMBED_TYPES.get(kind, kind)


def _provider(embed: Record) -> str:
    return str((embed.get("provider") or {}).get("name") or "")


def _filenames(message: Record) -> list[str]:
    return [path_of(each["url"]).rpartition("/")[2] for each in _files(message)]


def _extension(filename: str) -> str:
    return filename.rpartition(".")[2]


def _shown(call: Call, message: Record) -> Record:
    shown = {**render_message(call.world, message, viewer(call)), "hit": True}
    shown.pop("reactions", None)
    return shown
