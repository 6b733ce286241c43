"""A person who uses a command, a button or a modal, and the bot's answers, for the tests of interactions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.backend.worlds import Answer, WorldTestCase, multipart

if TYPE_CHECKING:
    from discordtest.backend.rest import Actor
    from discordtest.backend.world import Record

__all__ = ["EPHEMERAL", "InteractionTestCase", "button", "label", "modal", "row", "text_input"]

EPHEMERAL = 64


def row(*components: Record) -> Record:
    return {"type": 1, "components": list(components)}


def button(custom_id: str = "b", label: str = "Press", **more: Any) -> Record:
    return {"type": 2, "style": 1, "custom_id": custom_id, "label": label, **more}


def text_input(custom_id: str = "t", **more: Any) -> Record:
    return {"type": 4, "custom_id": custom_id, "style": 1, **more}


def label(component: Record, text: str = "Name", **more: Any) -> Record:
    return {"type": 18, "label": text, "component": component, **more}


def modal(*components: Record, title: str = "Form", custom_id: str = "m") -> Record:
    return {"title": title, "custom_id": custom_id, "components": list(components)}


class InteractionTestCase(WorldTestCase):
    """Alice in #general; the bot answers over HTTP without its token, as it does in life."""

    def setUp(self) -> None:
        super().setUp()
        self.alice = self.small.make_person("alice")

    def invoke(self, who: Actor | None = None, channel: Record | None = None, **more: Any) -> Record:
        """Use the command /ping; return the life of the interaction."""
        data = {"id": "77", "name": "ping", "type": 1}
        return self.interact(2, data, who=who, channel=channel, **more)

    def interact(
        self, type: int, data: Record, *, who: Actor | None = None, channel: Record | None = None, **more: Any
    ) -> Record:
        channel_id = (channel or self.small.general)["id"]
        body = {"application_id": self.small.application["id"], "type": type, "data": data, **more}
        made = self.small.perform("create_interaction", channel_id, actor=who or self.alice, body=body)
        return self.small.world.interactions[made["id"]]

    def complete(self, type: int = 3) -> Record:
        """Type into an option that suggests."""
        option = {"type": type, "name": "o", "value": "", "focused": True}
        return self.interact(4, {"id": "7", "name": "c", "type": 1, "options": [option]})

    def press(self, message_id: str, custom_id: str = "b", who: Actor | None = None) -> Record:
        """Press a button of a message."""
        data = {"component_type": 2, "custom_id": custom_id}
        return self.interact(3, data, who=who, message_id=message_id)

    def answer(self, interaction: Record, type: int, data: Any = None, *files: Any, **query: str) -> Answer:
        """Send the first answer."""
        path = f"/interactions/{interaction['id']}/{interaction['token']}/callback"
        body = {"type": type} if data is None else {"type": type, "data": data}
        if files:
            form = multipart({"payload_json": body}, *files)
            return self.small.request("POST", path, form=form, query=query, token=None)
        return self.small.request("POST", path, body, query=query, token=None)

    def say(self, interaction: Record, content: str = "Pong!", **more: Any) -> Record:
        """Answer with a message; return it."""
        shown = self.answer(interaction, 4, {"content": content, **more}, with_response="1")
        return self.assertStatus(shown, 200)["resource"]["message"]

    def hook(
        self, method: str, interaction: Record, place: str = "", body: Any = None, **query: str
    ) -> Answer:
        """Use the token of the interaction as a webhook's."""
        path = f"/webhooks/{interaction['application_id']}/{interaction['token']}{place}"
        return self.small.request(method, path, body, query=query, token=None)

    def wait(self, seconds: float) -> None:
        self.small.time += round(seconds * 1_000_000)
