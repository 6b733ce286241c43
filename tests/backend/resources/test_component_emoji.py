from __future__ import annotations

from typing import Any

from discordtest.backend.codes import Code
from tests.backend.resources.interactions import button, row
from tests.backend.worlds import PNG_URI, WorldTestCase


class ComponentEmojis(WorldTestCase):
    def send(self, *components: Any) -> Any:
        body = {"content": "x", "components": [row(*components)]}
        return self.small.request("POST", f"/channels/{self.small.general['id']}/messages", body)

    def shown(self, emoji: Any) -> Any:
        answer = self.send(button(emoji=emoji))
        return self.assertStatus(answer, 200)["components"][0]["components"][0]["emoji"]

    def test_one_of_unicode(self) -> None:
        self.assertEqual(self.shown({"id": None, "name": "🔥"}), {"name": "🔥"})

    def test_what_is_no_emoji_is_refused(self) -> None:
        for emoji in ({}, {"name": "fire"}, {"name": ":fire:"}, {"name": "🔥🔥"}, {"id": None, "name": None}):
            with self.subTest(emoji=emoji):
                body = self.assertStatus(self.send(button(emoji=emoji)), 400, Code.INVALID_FORM_BODY)
                place = "components.0.components.0.emoji.name"
                self.assertFieldError(body, place, "BUTTON_COMPONENT_INVALID_EMOJI")

    def test_of_an_option_is_refused_alike(self) -> None:
        option = {"label": "x", "value": "x", "emoji": {"name": "black_nib"}}
        select = {"type": 3, "custom_id": "s", "options": [option]}
        body = self.assertStatus(self.send(select), 400, Code.INVALID_FORM_BODY)
        place = "components.0.components.0.options.0.emoji.name"
        self.assertFieldError(body, place, "BUTTON_COMPONENT_INVALID_EMOJI")

    def test_custom_one_has_its_own_name(self) -> None:
        body = {"name": "party", "image": PNG_URI}
        for place in (f"guilds/{self.small.guild['id']}", f"applications/{self.small.application['id']}"):
            made = self.assertStatus(self.small.request("POST", f"/{place}/emojis", body), 201)
            for given in ({"id": made["id"]}, {"id": made["id"], "name": "other", "animated": True}):
                with self.subTest(place=place, given=given):
                    expected = {"id": made["id"], "name": "party", "animated": False}
                    self.assertEqual(self.shown(given), expected)

    def test_custom_one_of_elsewhere_is_shown_as_given(self) -> None:
        given = {"id": "123456789012345678", "name": "party"}
        self.assertEqual(self.shown(given), given)
