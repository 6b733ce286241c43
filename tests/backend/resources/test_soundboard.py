"""Sounds of guilds, and what is played in voice channels: limits, permissions, events, audit entries and files."""

from __future__ import annotations

import base64
import json
from typing import Any

from discordtest.backend.codes import Code
from discordtest.backend.intents import Intent
from discordtest.backend.permissions import Permission
from discordtest.backend.resources import soundboard
from tests.backend.resources.test_sound_file import mp3, opus
from tests.backend.worlds import BOT_PERMISSIONS, WorldTestCase


def uri(data: bytes, kind: str = "audio/mpeg") -> str:
    return f"data:{kind};base64,{base64.b64encode(data).decode()}"


class SoundTestCase(WorldTestCase):
    def setUp(self) -> None:
        super().setUp()
        self.guild_id = self.small.guild["id"]
        self.path = f"/guilds/{self.guild_id}/soundboard-sounds"

    def make(self, data: bytes | None = None, actor: Any = None, **fields: Any) -> Any:
        body = {"name": "yay", "sound": uri(mp3() if data is None else data), **fields}
        return self.small.perform("create_guild_soundboard_sound", self.guild_id, actor=actor, body=body)


class CreateSound(SoundTestCase):
    def test_sound_is_made(self) -> None:
        session = self.small.connect()
        body = {"name": "yay", "sound": uri(mp3()), "volume": 0.5, "emoji_name": "🎉"}
        made = self.assertStatus(self.small.request("POST", self.path, body, reason="why"), 201)
        self.assertEqual((made["name"], made["volume"], made["emoji_name"]), ("yay", 0.5, "🎉"))
        self.assertEqual((made["guild_id"], made["available"]), (self.guild_id, True))
        self.assertEqual(made["user"]["id"], self.small.bot.user_id)
        (event,) = self.small.events(session, "GUILD_SOUNDBOARD_SOUND_CREATE")
        self.assertEqual(event, {key: value for key, value in made.items() if key != "user"})
        entry = self.small.audit_log()[-1]
        self.assertEqual((entry["action_type"], entry["target_id"]), (130, made["sound_id"]))
        self.assertEqual(entry["reason"], "why")
        self.assertIn({"key": "name", "new_value": "yay"}, entry["changes"])
        file = self.small.download(f"https://cdn.discordapp.com/soundboard-sounds/{made['sound_id']}")
        self.assertEqual((file.body, file.headers["Content-Type"]), (mp3(), "audio/mpeg"))

    def test_ogg(self) -> None:
        made = self.make(opus(48_000))
        file = self.small.download(f"https://cdn.discordapp.com/soundboard-sounds/{made['sound_id']}")
        self.assertEqual(file.headers["Content-Type"], "audio/ogg")

    def test_volume_is_full_unless_told_otherwise(self) -> None:
        self.assertEqual((self.make()["volume"], self.make(volume=None)["volume"]), (1, 1))
        self.assertEqual(self.make(volume=0)["volume"], 0)

    def test_fields_beyond_the_bounds(self) -> None:
        for name, value in (
            ("name", "a"),
            ("name", "a" * 33),
            ("volume", 1.01),
            ("volume", -0.01),
            ("sound", "x"),
        ):
            with self.subTest(name, value=value), self.assertRefused(Code.INVALID_FORM_BODY, name):
                self.make(**{name: value})

    def test_size_at_the_bound(self) -> None:
        self.make(mp3().ljust(soundboard.MAX_FILE_SIZE, b"\0"))
        with self.assertRefused(Code.INVALID_FORM_BODY, "sound", "BINARY_TYPE_MAX_SIZE"):
            self.make(mp3().ljust(soundboard.MAX_FILE_SIZE + 1, b"\0"))

    def test_duration_at_the_bound(self) -> None:
        self.make(opus(249_600))  # 5.2 s
        self.make(mp3(216))
        for data in (opus(249_601), mp3(217)):
            with self.assertRefused(Code.FILE_TOO_LONG):
                self.make(data)

    def test_what_is_no_sound(self) -> None:
        with self.assertRefused(Code.INVALID_FILE_TYPE):
            self.make(b"RIFF")
        with self.assertRefused(Code.FILE_WITHOUT_DURATION):
            self.make(b"ID3 and nothing more")

    def test_slots(self) -> None:
        for _ in range(soundboard.SLOTS[0]):
            self.make()
        with self.assertRefused(Code.MAX_SOUNDBOARD_SOUNDS):
            self.make()
        self.small.guild["premium_tier"] = 1
        self.make()
        self.small.guild.update(premium_tier=0, features=["MORE_SOUNDBOARD"])
        self.make()

    def test_member_without_permission_is_refused(self) -> None:
        self.small.allow(Permission.MANAGE_GUILD_EXPRESSIONS)
        body = {"name": "yay", "sound": uri(mp3())}
        self.assertStatus(self.small.request("POST", self.path, body), 403, 50013)

    def test_emoji(self) -> None:
        emoji = self.small.perform(
            "create_guild_emoji", self.guild_id, body={"name": "blob", "image": uri(b"x", "image/png")}
        )
        made = self.make(emoji_id=emoji["id"])
        self.assertEqual((made["emoji_id"], made["emoji_name"]), (emoji["id"], None))
        for fields in ({"emoji_id": "1"}, {"emoji_name": "no emoji"}):
            with self.assertRefused(Code.UNKNOWN_EMOJI):
                self.make(**fields)


class ReadSounds(SoundTestCase):
    def test_default_sounds_are_those_of_the_documentation(self) -> None:
        (sound,) = self.assertStatus(self.small.request("GET", "/soundboard-default-sounds"), 200)
        self.assertEqual((sound["sound_id"], sound["name"], sound["emoji_name"]), ("1", "quack", "🦆"))
        self.assertNotIn("guild_id", sound)

    def test_creator_is_for_those_who_may_know(self) -> None:
        one = f"{self.path}/{self.make()['sound_id']}"
        for permissions, known in (
            (Permission.CREATE_GUILD_EXPRESSIONS, True),
            (Permission.MANAGE_GUILD_EXPRESSIONS, True),
            (Permission.VIEW_CHANNEL, False),
        ):
            self.small.allow(permissions)
            (listed,) = self.assertStatus(self.small.request("GET", self.path), 200)["items"]
            found = self.assertStatus(self.small.request("GET", one), 200)
            self.assertEqual(("user" in listed, "user" in found), (known, known))

    def test_unknown_sound(self) -> None:
        for method in ("GET", "DELETE"):
            self.assertStatus(self.small.request(method, f"{self.path}/1"), 404, Code.UNKNOWN_SOUND.value)

    def test_guild_create_has_them(self) -> None:
        made = self.make()
        session = self.small.open()
        session.receive(json.dumps({"op": 2, "d": {"token": "token-of-the-bot", "intents": 1}}))
        (guild,) = self.small.events(session, "GUILD_CREATE")
        self.assertEqual([sound["sound_id"] for sound in guild["soundboard_sounds"]], [made["sound_id"]])


class ChangeSound(SoundTestCase):
    def on(self, sound: Any, method: str, body: Any = None) -> Any:
        return self.small.request(method, f"{self.path}/{sound['sound_id']}", body, reason="why")

    def test_update(self) -> None:
        sound = self.make(emoji_name="🎉")
        session = self.small.connect()
        changed = self.assertStatus(self.on(sound, "PATCH", {"name": "boo", "volume": 0.25}), 200)
        self.assertEqual((changed["name"], changed["volume"], changed["emoji_name"]), ("boo", 0.25, "🎉"))
        (event,) = self.small.events(session, "GUILD_SOUNDBOARD_SOUND_UPDATE")
        self.assertEqual((event["name"], "user" in event), ("boo", False))
        entry = self.small.audit_log()[-1]
        self.assertEqual((entry["action_type"], entry["reason"]), (131, "why"))
        self.assertIn({"key": "name", "old_value": "yay", "new_value": "boo"}, entry["changes"])

    def test_emoji_takes_the_place_of_another_and_goes(self) -> None:
        emoji = self.small.perform(
            "create_guild_emoji", self.guild_id, body={"name": "blob", "image": uri(b"x", "image/png")}
        )
        sound = self.make(emoji_name="🎉")
        for body, after in (
            ({"emoji_id": emoji["id"]}, (emoji["id"], None)),
            ({"emoji_name": "🎉"}, (None, "🎉")),
            ({"emoji_id": None, "emoji_name": None}, (None, None)),
        ):
            changed = self.assertStatus(self.on(sound, "PATCH", body), 200)
            self.assertEqual((changed["emoji_id"], changed["emoji_name"]), after)

    def test_nothing_changes(self) -> None:
        sound = self.make()
        entries = len(self.small.audit_log())
        self.assertStatus(self.on(sound, "PATCH", {"volume": None}), 200)
        self.assertEqual(len(self.small.audit_log()), entries)

    def test_delete(self) -> None:
        sound = self.make()
        session = self.small.connect()
        self.assertStatus(self.on(sound, "DELETE"), 204)
        (event,) = self.small.events(session, "GUILD_SOUNDBOARD_SOUND_DELETE")
        self.assertEqual(event, {"sound_id": sound["sound_id"], "guild_id": self.guild_id})
        entry = self.small.audit_log()[-1]
        self.assertEqual((entry["action_type"], entry["target_id"]), (132, sound["sound_id"]))
        self.assertIn({"key": "name", "old_value": "yay"}, entry["changes"])

    def test_own_needs_to_create_and_others_to_manage(self) -> None:
        own, other = self.make(actor=self.small.bot), self.make()
        for permission, allowed in (
            (Permission.CREATE_GUILD_EXPRESSIONS, (True, False)),
            (Permission.MANAGE_GUILD_EXPRESSIONS, (True, True)),
            (Permission.VIEW_CHANNEL, (False, False)),
        ):
            self.small.allow(permission)
            answers = [self.on(sound, "PATCH", {"name": "boo"}).status == 200 for sound in (own, other)]
            self.assertEqual(tuple(answers), allowed)
        self.assertStatus(self.on(other, "DELETE"), 403, 50013)

    def test_all_are_taken_and_given_back(self) -> None:
        self.make()
        session = self.small.connect()
        for available in (False, True):
            self.small.perform("update_soundboard_sounds", self.guild_id, body={"available": available})
        events = self.small.events(session, "GUILD_SOUNDBOARD_SOUNDS_UPDATE")
        self.assertEqual([event["soundboard_sounds"][0]["available"] for event in events], [False, True])

    def test_events_need_the_intent(self) -> None:
        deaf, hearing = self.small.connect(Intent.GUILDS), self.small.connect(Intent.GUILD_EXPRESSIONS)
        self.make()
        found = [len(self.small.events(each, "GUILD_SOUNDBOARD_SOUND_CREATE")) for each in (deaf, hearing)]
        self.assertEqual(found, [0, 1])


class RequestSounds(SoundTestCase):
    def ask(self, session: Any, *guild_ids: str) -> Any:
        session.receive(json.dumps({"op": 31, "d": {"guild_ids": guild_ids}}))
        return self.small.events(session, "SOUNDBOARD_SOUNDS")

    def test_each_guild_of_the_bot_is_answered(self) -> None:
        made, other = self.make(), self.small.make_guild("Other")
        session = self.small.connect(0)
        found = self.ask(session, self.guild_id, other["id"], "1")
        self.assertEqual([event["guild_id"] for event in found], [self.guild_id, other["id"]])
        self.assertEqual([sound["sound_id"] for sound in found[0]["soundboard_sounds"]], [made["sound_id"]])
        self.assertEqual(found[1]["soundboard_sounds"], [])

    def test_guild_without_the_bot_or_of_another_shard_is_not(self) -> None:
        foreign = self.small.perform(
            "create_guild", body={"name": "Foreign", "owner_id": self.small.owner["id"]}
        )
        number = (int(self.guild_id) >> 22) % 2
        other_shard = self.small.connect(shard=[1 - number, 2])
        self.assertEqual(self.ask(other_shard, self.guild_id, foreign["id"]), [])

    def test_guild_in_an_outage_is_not(self) -> None:
        session = self.small.connect()
        self.small.backend.outage(self.guild_id)
        self.assertEqual(self.ask(session, self.guild_id), [])


class SendSound(SoundTestCase):
    def setUp(self) -> None:
        super().setUp()
        self.floor = self.small.make_channel("floor", 2)
        self.sound = self.make(volume=0.5, emoji_name="🎉")
        self.join(self.small.bot)
        self.session = self.small.connect()

    def join(self, actor: Any, channel: Any = None) -> None:
        body = {"channel_id": (channel or self.floor)["id"]}
        self.small.perform("update_my_gateway_voice_state", self.guild_id, actor=actor, body=body)

    def play(self, sound_id: str | int, channel: Any = None, **body: Any) -> Any:
        path = f"/channels/{(channel or self.floor)['id']}/send-soundboard-sound"
        return self.small.request("POST", path, {"sound_id": sound_id, **body})

    def refused(self, code: Code, **body: Any) -> None:
        self.assertStatus(self.play(self.sound["sound_id"], **body), code.status, code.value)

    def set(self, **switches: bool) -> None:
        self.small.world.voice_states[self.guild_id][self.small.bot.user_id].update(switches)

    def test_those_inside_hear_of_it(self) -> None:
        self.assertStatus(self.play(self.sound["sound_id"]), 204)
        (event,) = self.small.events(self.session, "VOICE_CHANNEL_EFFECT_SEND")
        self.assertEqual(
            event,
            {
                "channel_id": self.floor["id"],
                "guild_id": self.guild_id,
                "user_id": self.small.bot.user_id,
                "emoji": {"id": None, "name": "🎉"},
                "sound_id": self.sound["sound_id"],
                "sound_volume": 0.5,
            },
        )

    def test_bot_elsewhere_or_without_the_intent_does_not(self) -> None:
        alice = self.small.make_person("alice")
        self.join(alice)
        deaf = self.small.connect(Intent.GUILDS)
        body = {"sound_id": self.sound["sound_id"]}
        self.small.perform("send_soundboard_sound", self.floor["id"], actor=alice, body=body)
        self.assertEqual(len(self.small.events(self.session, "VOICE_CHANNEL_EFFECT_SEND")), 1)
        self.assertEqual(self.small.events(deaf, "VOICE_CHANNEL_EFFECT_SEND"), [])
        self.join(self.small.bot, self.small.make_channel("other", 2))
        self.small.perform("send_soundboard_sound", self.floor["id"], actor=alice, body=body)
        self.assertEqual(len(self.small.events(self.session, "VOICE_CHANNEL_EFFECT_SEND")), 1)

    def test_default_sound_has_a_number(self) -> None:
        self.assertStatus(self.play(1), 204)
        (event,) = self.small.events(self.session, "VOICE_CHANNEL_EFFECT_SEND")
        self.assertEqual((event["sound_id"], event["emoji"]["name"]), (1, "🦆"))

    def test_custom_emoji_is_shown_while_it_is_there(self) -> None:
        body = {"name": "blob", "image": uri(b"x", "image/png")}
        emoji = self.small.perform("create_guild_emoji", self.guild_id, body=body)
        sound_id = self.make(emoji_id=emoji["id"])["sound_id"]
        self.play(sound_id)
        self.small.perform("delete_guild_emoji", self.guild_id, emoji["id"])
        self.play(sound_id)
        shown = [event["emoji"] for event in self.small.events(self.session, "VOICE_CHANNEL_EFFECT_SEND")]
        self.assertEqual(shown, [{"id": emoji["id"], "name": "blob", "animated": False}, None])

    def test_only_in_the_channel_that_one_is_in(self) -> None:
        self.refused(Code.NOT_IN_VOICE_CHANNEL, channel=self.small.make_channel("other", 2))
        self.small.perform(
            "update_my_gateway_voice_state", self.guild_id, actor=self.small.bot, body={"channel_id": None}
        )
        self.refused(Code.NOT_IN_VOICE_CHANNEL)

    def test_only_in_voice_channels(self) -> None:
        self.refused(Code.CANNOT_EXECUTE_ON_CHANNEL_TYPE, channel=self.small.general)
        self.refused(Code.CANNOT_EXECUTE_ON_CHANNEL_TYPE, channel=self.small.make_channel("stage", 13))

    def test_who_is_silenced_is_refused(self) -> None:
        for switch in ("deaf", "self_deaf", "mute", "suppress"):
            self.set(**{switch: True})
            self.refused(Code.CANNOT_SEND_VOICE_EFFECT)
            self.set(**{switch: False})
        self.set(self_mute=True)
        self.assertStatus(self.play(self.sound["sound_id"]), 204)

    def test_unknown_sound(self) -> None:
        self.assertStatus(self.play("77"), 404, Code.UNKNOWN_SOUND.value)
        self.small.perform("update_soundboard_sounds", self.guild_id, body={"available": False})
        self.refused(Code.UNKNOWN_SOUND)

    def test_sound_of_another_guild(self) -> None:
        other = self.small.make_guild("Other")
        body = {"name": "far", "sound": uri(mp3())}
        sound_id = self.small.perform("create_guild_soundboard_sound", other["id"], body=body)["sound_id"]
        self.assertStatus(self.play(sound_id), 404, Code.UNKNOWN_SOUND.value)
        self.assertStatus(self.play(sound_id, source_guild_id=other["id"]), 204)
        self.assertStatus(self.play(sound_id, source_guild_id="1"), 404, Code.UNKNOWN_GUILD.value)
        self.small.allow(BOT_PERMISSIONS & ~int(Permission.USE_EXTERNAL_SOUNDS))
        self.assertStatus(self.play(sound_id, source_guild_id=other["id"]), 403, 50013)
        self.assertStatus(self.play(self.sound["sound_id"], source_guild_id=self.guild_id), 204)
