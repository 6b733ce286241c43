"""The CDN: files that were uploaded, under the addresses that the API gives out.

``World.files`` maps a path to its content. A path is what the address has below the host; images are kept
without their extension, because the CDN answers each of them in several formats. What is served is what was
uploaded, byte for byte, in whatever format and size a client asks for; what nobody uploaded is a 404.
The address of an attachment is signed and good for a day; without its signature, or later, it is a 404, too.
Source: Discord's documentation, Reference, "Image Formatting", "CDN Endpoints" and "Signed Attachment CDN URLs", and
Message, "Attachment Structure"; how long an address is good is known from life.
"""

from __future__ import annotations

import base64
import hashlib
import struct
import zlib
from collections.abc import Mapping
from urllib.parse import unquote

from discordtest.backend.body import Image
from discordtest.backend.wire import Request, Response
from discordtest.backend.world import World

__all__ = [
    "ATTACHMENTS",
    "HOSTS",
    "PROXY",
    "ROOT",
    "content_type_of",
    "decode",
    "fetch",
    "path_of",
    "serve",
    "sign",
    "store",
    "store_image",
]

HOSTS = frozenset(("cdn.discordapp.com", "media.discordapp.net"))
ROOT = "https://cdn.discordapp.com"
PROXY = "https://media.discordapp.net"
ATTACHMENTS = "/attachments/"
_PROXY_HOST = PROXY.removeprefix("https://")
_MEDIA = frozenset(("image", "video", "audio"))
LIFETIME = 86_400  # seconds that a signed address is good for

_EXTENSIONS = frozenset(("png", "jpg", "jpeg", "webp", "gif", "avif", "json"))
_SIGNATURES = (
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"{", "application/json"),
)
# The colours of the six default avatars: blurple, grey, green, orange, red, pink.
_DEFAULT_AVATARS = (0x5865F2, 0x757E8A, 0x3BA55C, 0xFAA61A, 0xED4245, 0xEB459F)


def store(world: World, path: str, data: bytes, content_type: str) -> str:
    """Keep a file under ``path`` (which starts with a slash) and return its address."""
    world.files[path] = (data, content_type)
    return ROOT + path


def path_of(address: str) -> str:
    """Return the path of an address that the API gave out."""
    return address.removeprefix(ROOT).removeprefix(PROXY).partition("?")[0]


def sign(world: World, path: str) -> str:
    """Return the path of an attachment with the signature that makes it good from now on, for a day.

    What the API shows of an address later than half a day from now has to be signed anew: ``World.signed_until``.
    """
    issued = int(world.wall_clock().timestamp())
    if not world.signed_until:
        world.signed_until = issued + LIFETIME // 2
    expires = issued + LIFETIME
    return f"{path}?ex={expires:x}&is={issued:x}&hm={_signature(path, expires, issued)}&"


def _signature(path: str, expires: int, issued: int) -> str:
    return hashlib.sha256(f"{path} {expires:x} {issued:x}".encode()).hexdigest()


def _is_signed(world: World, path: str, query: Mapping[str, str]) -> bool:
    try:
        expires, issued = int(query.get("ex", ""), 16), int(query.get("is", ""), 16)
    except ValueError:
        return False
    is_right = query.get("hm") == _signature(path, expires, issued)
    return is_right and world.wall_clock().timestamp() < expires


def store_image(world: World, folder: str, data_uri: str) -> str:
    """Keep the image of a data URI below ``folder`` and return its hash.

    ``folder`` is the address without host, hash and extension: ``"avatars/123"``, ``"icons/123"``,
    ``"role-icons/123"``, ``"guilds/1/users/2/avatars"``. The hash of an animation starts with ``a_``.
    """
    data, content_type = decode(data_uri)
    digest = hashlib.md5(data, usedforsecurity=False).hexdigest()
    name = f"a_{digest}" if content_type == "image/gif" else digest
    store(world, f"/{folder}/{name}", data, content_type)
    return name


def decode(data_uri: str) -> tuple[bytes, str]:
    """Return (content, content type) of a data URI that a body's ``Image`` field accepted."""
    match = Image.pattern.match(data_uri)
    if match is None:
        raise ValueError(f"not a data URI of an image: {data_uri[:40]!r}")
    return base64.b64decode(match[2]), f"image/{match[1]}"


def content_type_of(data: bytes) -> str | None:
    """Return what kind of image the content is by its first bytes; JSON stands for Lottie, None for neither."""
    for signature, content_type in _SIGNATURES:
        if data.startswith(signature):
            return content_type
    return "image/webp" if data[:4] == b"RIFF" and data[8:12] == b"WEBP" else None


def fetch(world: World, path: str) -> tuple[bytes, str] | None:
    """Return (content, content type) of what is served under a path, None where there is nothing."""
    path = unquote(path)
    stem, _, extension = path.rpartition(".")
    if path.startswith("/embed/avatars/"):
        return _default_avatar(stem.removeprefix("/embed/avatars/"), extension)
    found = world.files.get(path)
    if found is None and extension in _EXTENSIONS:
        found = world.files.get(stem)
    return found


def serve(world: World, request: Request) -> Response:
    """Answer a request to the CDN: 404 for what nobody stored, 415 for the animation of a still image.

    The proxy passes on what can be seen or heard, and answers 415 for other attachments.
    """
    if request.method not in ("GET", "HEAD"):
        return _refusal(405)
    found = fetch(world, request.path)
    if found is None:
        return _refusal(404)
    is_attachment = request.path.startswith(ATTACHMENTS)
    if is_attachment and not _is_signed(world, unquote(request.path), request.query):
        return _refusal(404)
    data, content_type = found
    if request.path.endswith(".gif") and content_type in ("image/jpeg", "image/webp"):
        return _refusal(415)
    if is_attachment and request.host == _PROXY_HOST and content_type.partition("/")[0] not in _MEDIA:
        return _refusal(415)
    headers = {"Content-Type": content_type, "Content-Length": str(len(data))}
    return Response(200, b"" if request.method == "HEAD" else data, headers)


def _refusal(status: int) -> Response:
    return Response(status, b"", {"Content-Type": "text/plain"})


def _default_avatar(index: str, extension: str) -> tuple[bytes, str] | None:
    if extension != "png" or not index.isdecimal() or int(index) >= len(_DEFAULT_AVATARS):
        return None
    return _dot(_DEFAULT_AVATARS[int(index)]), "image/png"


def _dot(color: int) -> bytes:
    """Return a PNG of one pixel."""
    header = struct.pack(">IIBBBBB", 1, 1, 8, 2, 0, 0, 0)
    pixels = zlib.compress(b"\x00" + color.to_bytes(3, "big"))
    chunks = (_chunk(b"IHDR", header), _chunk(b"IDAT", pixels), _chunk(b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks)


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
