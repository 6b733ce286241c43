"""The CDN: files that were uploaded, under the addresses that the API gives out.

``World.files`` maps a path to its content. Only what the world holds is served; anything else is a 404.
Source: Discord's documentation, Reference, "Image Formatting" and "CDN Endpoints".
"""

from __future__ import annotations

from discordtest.backend.rest import Request, Response
from discordtest.backend.world import World

__all__ = ["HOSTS", "serve", "store"]

HOSTS = frozenset(("cdn.discordapp.com", "media.discordapp.net"))
ROOT = "https://cdn.discordapp.com"
PROXY = "https://media.discordapp.net"


def store(world: World, path: str, data: bytes, content_type: str) -> str:
    """Keep a file under ``path`` (which starts with a slash) and return its address."""
    world.files[path] = (data, content_type)
    return ROOT + path


def serve(world: World, request: Request) -> Response:
    """Answer a request to the CDN."""
    found = world.files.get(request.path)
    if found is None or request.method not in ("GET", "HEAD"):
        return Response(404, b"", {"Content-Type": "text/plain"})
    data, content_type = found
    headers = {"Content-Type": content_type, "Content-Length": str(len(data))}
    return Response(200, b"" if request.method == "HEAD" else data, headers)
