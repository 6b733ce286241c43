"""Secrets are found and replaced, in every form, and the same one by the same placeholder."""

from __future__ import annotations

import base64
import json
import re
import unittest
from typing import Any
from urllib.parse import quote

from discordtest.recordings.lines import Exchange, Frame, Line
from discordtest.recordings.scrub import Secrets, scrubbed

TOKEN = "MTIzNDU2Nzg5MDEyMzQ1Njc4.Gabcde.0123456789abcdef0123456789abcdef012345"
WEBHOOK = "aB-_" * 17
INTERACTION = "aW50ZXJhY3Rpb246MTIzNDU2Nzg5MDEyMzQ1Njc4OnNlY3JldA=="


def frame(name: str, data: Any, direction: Any = "received") -> Frame:
    return Frame(0, 0, direction, {"op": 0, "t": name, "s": 1, "d": data})


class PlaceTests(unittest.TestCase):
    def scrub(self, *lines: Line, **options: Any) -> list[Any]:
        return [json.loads(row) for row in scrubbed(lines, Secrets(), **options)]

    def test_token_of_identify_and_resume(self) -> None:
        identify = Frame(0, 0, "sent", {"op": 2, "d": {"token": TOKEN}})
        resume = Frame(0, 0, "sent", {"op": 6, "d": {"token": TOKEN, "session_id": "s" * 32, "seq": 1}})
        first, second = self.scrub(identify, resume)
        self.assertEqual(first["sent"]["d"], {"token": "bot-token-1"})
        self.assertEqual(
            second["sent"]["d"], {"token": "bot-token-1", "session_id": "session-id-1", "seq": 1}
        )

    def test_session_and_where_to_resume_it(self) -> None:
        ready = {
            "session_id": "0123456789abcdef",
            "resume_gateway_url": "wss://gateway-us-east1-b.discord.gg",
        }
        (found,) = self.scrub(frame("READY", ready))
        self.assertEqual(
            found["received"]["d"],
            {"session_id": "session-id-1", "resume_gateway_url": "wss://gateway.discord.gg"},
        )

    def test_interaction_and_its_webhook_are_one_secret(self) -> None:
        event = frame("INTERACTION_CREATE", {"id": "5", "token": INTERACTION})
        callback = Exchange(1, f"POST /interactions/5/{INTERACTION}/callback", 204)
        followup = Exchange(2, f"POST /webhooks/7/{quote(INTERACTION, safe='')}", 200)
        first, second, third = self.scrub(event, callback, followup)
        self.assertEqual(first["received"]["d"]["token"], "interaction-token-1")
        self.assertEqual(second["request"], "POST /interactions/5/interaction-token-1/callback")
        self.assertEqual(third["request"], "POST /webhooks/7/interaction-token-1")

    def test_interaction_that_is_known_by_its_path_only(self) -> None:
        (found,) = self.scrub(Exchange(1, f"POST /interactions/5/{INTERACTION}/callback", 204))
        self.assertEqual(found["request"], "POST /interactions/5/interaction-token-1/callback")

    def test_webhook(self) -> None:
        made = Exchange(
            0,
            "POST /channels/1/webhooks",
            200,
            answer={"id": "7", "token": WEBHOOK, "url": f"https://discord.com/api/webhooks/7/{WEBHOOK}"},
        )
        used = Exchange(1, f"POST /webhooks/7/{WEBHOOK}", 200, query={"wait": "true"})
        first, second = self.scrub(made, used)
        token = first["answer"]["token"]
        self.assertRegex(token, r"^webhook-token-1-+$")
        self.assertGreaterEqual(len(token), 60)  # discord.py takes no webhook with less
        self.assertEqual(first["answer"]["url"], f"https://discord.com/api/webhooks/7/{token}")
        self.assertEqual(second["request"], f"POST /webhooks/7/{token}")

    def test_webhook_in_what_somebody_wrote(self) -> None:
        (found,) = self.scrub(
            frame("MESSAGE_CREATE", {"content": f"see discord.com/api/webhooks/7/{WEBHOOK}!"})
        )
        self.assertRegex(
            found["received"]["d"]["content"], r"^see discord.com/api/webhooks/7/webhook-token-1-+!$"
        )

    def test_bot_token_in_what_somebody_wrote(self) -> None:
        (found,) = self.scrub(frame("MESSAGE_CREATE", {"content": f"mine is {TOKEN}."}))
        self.assertEqual(found["received"]["d"]["content"], "mine is bot-token-1.")

    def test_voice(self) -> None:
        (found,) = self.scrub(
            frame("VOICE_SERVER_UPDATE", {"token": "voice-secret", "endpoint": "a.discord.media"})
        )
        self.assertEqual(found["received"]["d"]["token"], "voice-token-1")

    def test_oauth(self) -> None:
        exchange = Exchange(
            0,
            "POST /oauth2/token",
            200,
            json={"client_secret": "hush-hush", "code": "one-time-code", "grant_type": "authorization_code"},
            answer={"access_token": "access-me-1", "refresh_token": "refresh-me", "scope": "bot"},
        )
        (found,) = self.scrub(exchange)
        self.assertEqual(
            found["json"],
            {"client_secret": "client-secret-1", "code": "oauth-code-1", "grant_type": "authorization_code"},
        )
        self.assertEqual(
            found["answer"],
            {"access_token": "access-token-1", "refresh_token": "refresh-token-1", "scope": "bot"},
        )

    def test_code_of_an_invite_is_none(self) -> None:
        (found,) = self.scrub(frame("INVITE_CREATE", {"code": "abcdefghij"}))
        self.assertEqual(found["received"]["d"], {"code": "abcdefghij"})

    def test_signature_of_an_attachment(self) -> None:
        url = f"https://cdn.discordapp.com/attachments/1/2/a.png?ex=65&is=66&hm={'0f' * 32}&"
        (found,) = self.scrub(frame("MESSAGE_CREATE", {"attachments": [{"url": url}]}))
        self.assertEqual(
            found["received"]["d"]["attachments"][0]["url"],
            "https://cdn.discordapp.com/attachments/1/2/a.png?ex=65&is=66&hm=signature-1&",
        )

    def test_secret_in_bytes(self) -> None:
        line = Exchange(0, "GET https://cdn.discordapp.com/a", 200, data=f"\x00{TOKEN}\xff".encode("latin-1"))
        secrets = Secrets()
        secrets.add(TOKEN, "bot-token")
        (row,) = scrubbed([line], secrets)
        self.assertEqual(base64.b64decode(json.loads(row)["data"]), b"\x00bot-token-1\xff")
        assert line.data is not None
        self.assertIn(TOKEN.encode(), line.data)  # what is in memory stays what it was

    def test_short_secret_is_replaced_only_where_it_is_one(self) -> None:
        first, second = self.scrub(
            Frame(0, 0, "sent", {"op": 2, "d": {"token": "t"}}),
            frame("MESSAGE_CREATE", {"content": "tt t", "x": "t"}),
        )
        self.assertEqual(first["sent"]["d"]["token"], "bot-token-1")
        self.assertEqual(second["received"]["d"]["content"], "tt t")

    def test_what_is_no_secret_stays(self) -> None:
        payload = {
            "id": "123456789012345678",
            "content": "a.b.c token",
            "verify_key": "ab" * 32,
            "token": None,
        }
        (found,) = self.scrub(frame("MESSAGE_CREATE", payload))
        self.assertEqual(found["received"]["d"], payload)


class FormTests(unittest.TestCase):
    """A secret that is known is replaced wherever it stands."""

    def forms(self, secret: str) -> dict[str, str]:
        data = secret.encode()
        return {
            "plain": secret,
            "quoted": quote(secret, safe=""),
            "in JSON": json.dumps({"a": secret}),
            "in JSON in JSON": json.dumps({"a": json.dumps({"b": secret})}),
            "Base64": base64.b64encode(data).decode(),
            "Base64 for addresses": base64.urlsafe_b64encode(data).decode(),
            "hex": data.hex(),
            "in a word": f"x{secret}y",
            "twice": secret + secret,
        }

    def test_every_form_is_replaced(self) -> None:
        for secret in (TOKEN, WEBHOOK, INTERACTION, 'p4"ss\\w/ö rd+', "a+b/c=d&e%20f"):
            secrets = Secrets()
            secrets.add(secret, "token")
            forms = self.forms(secret)
            lines = [frame("MESSAGE_CREATE", {"content": text, text: [text]}) for text in forms.values()]
            rows = scrubbed(lines, secrets)
            for name, row in zip(forms, rows, strict=True):
                with self.subTest(f"{secret!r} {name}"):
                    json.loads(row)
                    decoded = json.loads(row)["received"]["d"]["content"]
                    for form in self.forms(secret).values():
                        self.assertNotIn(form, row)
                        self.assertNotIn(form, decoded)
                    self.assertIn("token-1", decoded)

    def test_id_with_which_a_token_begins_is_replaced(self) -> None:
        secrets = Secrets()
        secrets.add(TOKEN, "bot-token")
        (row,) = scrubbed([frame("X", {"a": TOKEN.split(".")[0]})], secrets)
        self.assertNotIn(TOKEN.split(".")[0], row)

    def test_secret_that_begins_like_another(self) -> None:
        secrets = Secrets()
        for secret in ("abcdefgh", "abcdefgh-longer", "abcdefgh-lone"):
            secrets.add(secret, "token")
        (row,) = scrubbed([frame("X", {"a": "abcdefgh abcdefgh-longer abcdefgh-lone abcdefgh-lo"})], secrets)
        self.assertEqual(json.loads(row)["received"]["d"]["a"], "token-1 token-2 token-3 token-1-lo")

    def test_secret_is_learned_before_anything_is_written(self) -> None:
        early, late = frame("X", {"a": INTERACTION}), frame("INTERACTION_CREATE", {"token": INTERACTION})
        rows = scrubbed([early, late], Secrets())
        self.assertNotIn(INTERACTION, "".join(rows))

    def test_thousands_of_secrets_are_replaced(self) -> None:
        tokens = [
            base64.b64encode(f"interaction:{number:019}:secret".encode()).decode() for number in range(3000)
        ]
        lines = [frame("INTERACTION_CREATE", {"token": token, "again": f"<{token}>"}) for token in tokens]
        rows = scrubbed(lines, Secrets())
        self.assertFalse(re.search("aW50ZXJhY3Rpb2", "".join(rows)))
        self.assertEqual(json.loads(rows[2999])["received"]["d"]["again"], "<interaction-token-3000>")


class OwnScrubTests(unittest.TestCase):
    def test_each_text_is_given_with_its_key(self) -> None:
        def scrub(key: str, text: str) -> str:
            return "…" if key == "content" else text

        lines = [
            frame("MESSAGE_CREATE", {"content": "my address", "author": {"username": "ann"}, "n": 1}),
            Exchange(0, "POST /a", 200, json={"content": ["one", "two"]}, answer={"content": "x"}),
        ]
        first, second = (json.loads(row) for row in scrubbed(lines, Secrets(), scrub))
        self.assertEqual(first["received"]["d"], {"content": "…", "author": {"username": "ann"}, "n": 1})
        self.assertEqual(second["json"], {"content": ["…", "…"]})
        self.assertEqual(second["answer"], {"content": "…"})

    def test_something_else_than_text_is_refused(self) -> None:
        with self.assertRaisesRegex(TypeError, r"scrub\('t', …\) returned None"):
            scrubbed([frame("X", {})], Secrets(), lambda key, text: None)  # type: ignore[arg-type,return-value]
