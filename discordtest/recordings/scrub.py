"""Secrets: found in what was recorded, and replaced before anything is written.

What is secret is known by where it stands (a header, a key of a payload, a segment of a path) or by its form. It is
then replaced wherever else it occurs too, also quoted for an address, within JSON that is text, and in Base64. The same
secret becomes the same placeholder each time, so that what was one is one when the recording is played back.
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any
from urllib.parse import quote, quote_plus

from discordtest.backend.opcodes import IDENTIFY, RESUME
from discordtest.backend.resources.application import GATEWAY_URL
from discordtest.recordings.lines import Exchange, Frame, Line, as_record, encode

__all__ = ["Scrub", "Secrets", "scrubbed"]

MIN_LENGTH = 8  # characters; what is shorter is replaced only where it is known to be a secret, or it would be anywhere
WEBHOOK_TOKEN = 68  # characters; discord.py takes no webhook's address with a token that is much shorter

#: key of a payload -> what kind of secret is there
KEYS = {
    "token": "token",
    "session_id": "session-id",
    "resume_gateway_url": "resume-url",
    "access_token": "access-token",
    "refresh_token": "refresh-token",
    "client_secret": "client-secret",
    "secret_key": "voice-key",
    "password": "password",
    "code_verifier": "code-verifier",
}
_EVENTS = {"INTERACTION_CREATE": "interaction-token", "VOICE_SERVER_UPDATE": "voice-token"}
_PATHS = (
    (re.compile(r"/webhooks/\d+/([^/?\s]+)"), "webhook-token"),
    (re.compile(r"/interactions/\d+/([^/?\s]+)/callback"), "interaction-token"),
)
# Source: Discord's documentation, Reference ("Authentication", "Signed Attachment CDN URLs"), Webhook.
_FORMS = (
    (re.compile(r"/(?:api/(?:v\d+/)?)?webhooks/\d+/([\w.-]{60,})"), "webhook-token"),
    (re.compile(r"(?<![\w-])([A-Za-z\d_-]{17,30}\.[\w-]{6,7}\.[\w-]{27,})(?![\w-])"), "bot-token"),
    (re.compile(r"[?&]hm=([0-9a-f]{64})"), "signature"),
)

Scrub = Callable[[str, str], str]


class Secrets:
    """The secrets of a session, each with its placeholder."""

    def __init__(self) -> None:
        self.placeholders: dict[str, str] = {}
        self._counts: dict[str, int] = {}

    def add(self, secret: Any, kind: str) -> None:
        """Note a secret of a kind; the first kind that is noted for one stays."""
        if not isinstance(secret, str) or not secret or secret in self.placeholders:
            return
        if secret in self.placeholders.values():
            return
        if kind == "resume-url":
            self.placeholders[secret] = GATEWAY_URL
            return
        count = self._counts[kind] = self._counts.get(kind, 0) + 1
        name = f"{kind}-{count}"
        self.placeholders[secret] = name.ljust(WEBHOOK_TOKEN, "-") if kind == "webhook-token" else name

    def learn(self, lines: Iterable[Line]) -> None:
        """Note what lines have that is known by its place, and then by its form."""
        texts: list[str] = []
        for line in lines:
            if isinstance(line, Exchange):
                self._learn_request(line, texts)
            elif isinstance(line, Frame):
                kind = _EVENTS.get(line.event or "", "webhook-token")
                self._walk(line.payload, "bot-token" if line.op in (IDENTIFY, RESUME) else kind, None, texts)
        for text in texts:
            self._look(text)

    def _learn_request(self, line: Exchange, texts: list[str]) -> None:
        for pattern, kind in _PATHS:
            if found := pattern.search(line.path):
                self.add(found[1], kind)
        code = "oauth-code" if line.path.startswith("/oauth2/") else None
        for value in (line.query, line.json, line.answer):
            self._walk(value, "webhook-token", code, texts)
        texts += [line.request, line.reason or "", line.text or ""]

    def _walk(self, value: Any, token: str, code: str | None, texts: list[str]) -> None:
        """Look through a payload; ``token`` is the kind of what stands under that key, ``code`` of that one."""
        waiting = [value]
        while waiting:
            each = waiting.pop()
            if isinstance(each, dict):
                for key, inner in each.items():
                    if key in KEYS:
                        self.add(inner, token if key == "token" else KEYS[key])
                    elif key == "code" and code is not None:
                        self.add(inner, code)
                    waiting.append(inner)
            elif isinstance(each, list):
                waiting.extend(each)
            elif isinstance(each, str) and len(each) > MIN_LENGTH:
                texts.append(each)

    def _look(self, text: str) -> None:
        """Note what has the form of a secret, and has none in it that is known already."""
        if "." in text or "/" in text or "hm=" in text:
            for pattern, kind in _FORMS:
                for found in pattern.findall(text):
                    if not any(secret in found for secret in self.placeholders):
                        self.add(found, kind)

    def replacer(self) -> Callable[[str], str]:
        """Return what replaces every secret in JSON text, in whichever form it is there."""
        forms: dict[str, str] = {}
        for secret, placeholder in self.placeholders.items():
            for form in _forms(secret):
                forms.setdefault(form, placeholder)
        # What stands alone as a value is replaced however short it is.
        short = {
            f'"{encode(secret)[1:-1]}"': f'"{name}"'
            for secret, name in self.placeholders.items()
            if len(secret) < MIN_LENGTH
        }
        forms.update(short)
        if not forms:
            return str
        pattern = re.compile(_alternatives(sorted(forms)))
        return lambda text: pattern.sub(lambda found: forms[found[0]], text)


def _forms(secret: str) -> Iterable[str]:
    """Return the ways in which a secret may stand in JSON text."""
    if len(secret) < MIN_LENGTH:
        return set()
    data = secret.encode("utf-8", "surrogatepass")
    plain = {secret, quote(secret, safe=""), quote(secret), quote_plus(secret), data.hex()}
    plain |= {
        base64.b64encode(data).decode().rstrip("="),
        base64.urlsafe_b64encode(data).decode().rstrip("="),
    }
    first = secret.partition(".")[0]
    # a bot's id in Base64, with which its token begins
    if secret.count(".") == 2 and len(first) >= MIN_LENGTH:
        plain.add(first)
    nested = set(plain)
    for _ in range(2):  # JSON within JSON, of those who escape letters and those who do not
        nested |= {escape(form)[1:-1] for form in nested for escape in (encode, json.dumps)}
    return {encode(form)[1:-1] for form in nested}


def _alternatives(words: list[str]) -> str:
    """Return a pattern for any of some sorted words, the longest first, that looks at each character once."""
    prefix = _common(words[0], words[-1])
    rest = [word[len(prefix) :] for word in words]
    ends = rest[0] == ""
    groups: dict[str, list[str]] = {}
    for word in rest[1:] if ends else rest:
        groups.setdefault(word[0], []).append(word)
    if not groups:
        return re.escape(prefix)
    choices = [_alternatives(group) for group in groups.values()]
    if ends:
        choices.append("")
    return f"{re.escape(prefix)}(?:{'|'.join(choices)})"


def _common(first: str, last: str) -> str:
    """Return how the first and the last of some sorted words both begin, and so all."""
    length = next((n for n, (a, b) in enumerate(zip(first, last, strict=False)) if a != b), len(first))
    return first[:length]


def scrubbed(lines: Iterable[Line], secrets: Secrets, scrub: Scrub | None = None) -> list[str]:
    """Return the lines as JSON text without the secrets; ``scrub(key, text)`` may change every text of a payload."""
    kept = list(lines)
    secrets.learn(kept)
    without_secrets = secrets.replacer()
    found = []
    for line in kept:
        record = as_record(_in_data(line, secrets))
        if scrub is not None:
            for name in ("query", "json", "answer", "received", "sent", "text", "reason", "files"):
                if name in record:
                    record[name] = _changed(record[name], name, scrub)
        found.append(without_secrets(encode(record)))
    return found


def _in_data(line: Line, secrets: Secrets) -> Line:
    """Replace secrets in bytes, which JSON holds in Base64."""
    if isinstance(line, Exchange) and line.data is not None:
        return replace(line, data=_without(line.data, secrets))
    if isinstance(line, Frame) and isinstance(line.payload, bytes):
        return Frame(line.at, line.socket, line.direction, _without(line.payload, secrets))
    return line


def _without(data: bytes, secrets: Secrets) -> bytes:
    for secret, placeholder in secrets.placeholders.items():
        if len(secret) >= MIN_LENGTH:
            data = data.replace(secret.encode("utf-8", "surrogatepass"), placeholder.encode())
    return data


def _changed(value: Any, key: str, scrub: Scrub) -> Any:
    if isinstance(value, str):
        changed = scrub(key, value)
        if not isinstance(changed, str):
            raise TypeError(
                f"scrub({key!r}, …) returned {changed!r}: it takes a key and a text, and returns the text"
            )
        return changed
    if isinstance(value, dict):
        return {name: _changed(each, name, scrub) for name, each in value.items()}
    if isinstance(value, list):
        return [_changed(each, key, scrub) for each in value]
    return value
