"""What ``discordtest.dpytest`` offers: the names and parameters of ``discord.ext.test`` 0.7.0."""

from __future__ import annotations

import inspect
import unittest

from discordtest import dpytest
from discordtest.dpytest import callbacks, factories, utils

FUNCTIONS = {
    "configure": "client guilds=1 text_channels=1 voice_channels=1 members=1",
    "message": "content channel=0 member=0 attachments=None",
    "set_permission_overrides": "target channel overrides=None **kwargs",
    "add_role": "member role",
    "remove_role": "member role",
    "add_reaction": "user message emoji",
    "remove_reaction": "user message emoji",
    "member_join": "guild=0 user=None *name=None *discrim=None",
    "get_message": "peek=False",
    "get_embed": "peek=False",
    "get_config": "",
    "empty_queue": "",
    "run_all_events": "",
    "finish_on_command_error": "",
    "require_config": "func",
    "verify": "",
    "embed_eq": "embed1 embed2",
    "activity_eq": "act1 act2",
    "embed_proxy_eq": "embed_proxy1 embed_proxy2",
}
BACKEND = {
    "configure": "client *use_dummy=False",
    "get_state": "",
    "make_guild": "name members=None channels=None roles=None owner=False id_num=-1",
    "update_guild": "guild roles=None",
    "make_role": "name guild id_num=-1 colour=0 color=None permissions=104324161 hoist=False mentionable=False",
    "update_role": "role colour=None color=None permissions=None hoist=None mentionable=None name=None",
    "delete_role": "role",
    "make_text_channel": "name guild position=-1 id_num=-1 permission_overwrites=None parent_id=None",
    "make_category_channel": "name guild position=-1 id_num=-1 permission_overwrites=None",
    "make_voice_channel": "name guild position=-1 id_num=-1 permission_overwrites=None parent_id=None "
    "bitrate=64000 user_limit=0",
    "delete_channel": "channel",
    "make_user": "username discrim avatar=None id_num=-1",
    "make_member": "user guild nick=None roles=None",
    "update_member": "member nick=None roles=None",
    "delete_member": "member",
    "make_message": "content author channel tts=False embeds=None attachments=None nonce=None id_num=-1",
    "find_user_mentions": "content guild",
    "find_role_mentions": "content guild",
    "find_channel_mentions": "content guild",
    "delete_message": "message",
    "make_attachment": "filename name=None id_num=-1",
    "add_reaction": "message user emoji",
    "remove_reaction": "message user emoji",
    "clear_reactions": "message",
    "pin_message": "channel_id message_id",
    "unpin_message": "channel_id message_id",
}
CALLBACKS = {
    "dispatch_event": "event *args **kwargs",
    "set_callback": "cb event",
    "get_callback": "event",
    "remove_callback": "event",
}
FACTORIES = {
    "make_id": "",
    "make_user_dict": "username discrim avatar=None id_num=-1 flags=0",
    "make_member_dict": "guild user roles joined=0 deaf=False mute=False voice=False flags=0",
    "make_role_dict": "name id_num=-1 colour=0 color=None hoist=False position=-1 permissions=104324161 "
    "managed=False mentionable=False",
    "make_channel_dict": "ctype id_num=-1",
    "make_text_channel_dict": "name id_num=-1",
    "make_category_channel_dict": "name id_num=-1",
    "make_voice_channel_dict": "name id_num=-1",
    "make_dm_channel_dict": "user id_num=-1",
    "make_attachment_dict": "filename size url proxy_url id_num=-1 height=None width=None content_type=None",
    "make_message_dict": "channel author id_num=-1 content=None timestamp=None edited_timestamp=None tts=False "
    "mention_everyone=False mentions=None mention_roles=None mention_channels=None attachments=None embeds=None",
    "make_guild_dict": "name owner_id roles id_num=-1",
    "dict_from_user": "user",
    "dict_from_member": "member",
    "dict_from_role": "role",
    "dict_from_overwrite": "target overwrite",
    "dict_from_channel": "channel",
    "dict_from_message": "message",
    "dict_from_attachment": "attachment",
    "dict_from_guild": "guild",
}


def parameters(function: object) -> list[str]:
    """Return the parameters of a function in the form of the tables above."""
    found = []
    for each in inspect.signature(function).parameters.values():  # type: ignore[arg-type]
        default = "" if each.default is each.empty else f"={each.default!r}"
        star = {each.KEYWORD_ONLY: "*", each.VAR_POSITIONAL: "*", each.VAR_KEYWORD: "**"}.get(each.kind, "")
        found.append(f"{star}{each.name}{default}")
    return found


class InterfaceTests(unittest.TestCase):
    def test_functions_take_what_they_take_in_dpytest(self) -> None:
        tables = {dpytest: FUNCTIONS, dpytest.backend: BACKEND, callbacks: CALLBACKS, factories: FACTORIES}
        for module, table in tables.items():
            for name, wanted in table.items():
                with self.subTest(f"{module.__name__}.{name}"):
                    found = parameters(getattr(module, name))
                    self.assertEqual(found[: len(wanted.split())], wanted.split())
                    own = [
                        each
                        for each in found[len(wanted.split()) :]
                        if not each.startswith("*") and "=" not in each
                    ]
                    self.assertEqual(own, [], "more than dpytest has is optional")

    def test_coroutines_are_awaited_and_others_are_not(self) -> None:
        awaited = {"message", "add_role", "remove_role", "add_reaction", "remove_reaction", "member_join"}
        awaited |= {"set_permission_overrides", "empty_queue", "run_all_events", "finish_on_command_error"}
        functions = {name: inspect.unwrap(getattr(dpytest, name)) for name in FUNCTIONS}
        self.assertEqual(
            {name for name, made in functions.items() if inspect.iscoroutinefunction(made)}, awaited
        )

    def test_classes_and_queues_have_their_names(self) -> None:
        for name in ("Verify", "VerifyMessage", "VerifyActivity", "PeekableQueue", "RunnerConfig"):
            self.assertIsInstance(getattr(dpytest, name), type)
        for queue in (dpytest.sent_queue, dpytest.error_queue):
            self.assertIsInstance(queue, utils.PeekableQueue)
        for name in ("BackendState", "FakeHttp", "FakeRequest"):
            self.assertIsInstance(getattr(dpytest.backend, name), type)
        self.assertIs(dpytest.back.facts, factories)
        self.assertEqual(dpytest.RunnerConfig._fields, ("client", "guilds", "channels", "members"))

    def test_what_is_not_here_says_what_to_use(self) -> None:
        told = {
            "state": r": the client's own state is in use: dpytest.back.get_state\(\)",
            "websocket": ": the client's own websocket is in use; discordtest.FakeWebSocket",
            "nothing": "$",
        }
        for name, hint in told.items():
            with (
                self.subTest(name),
                self.assertRaisesRegex(AttributeError, f"has no attribute '{name}'{hint}"),
            ):
                getattr(dpytest, name)
        for name in ("nothing", "_private"):
            with self.assertRaisesRegex(AttributeError, f"has no attribute '{name}'"):
                getattr(dpytest.backend, name)
