"""Reading multipart/form-data, the form in which files come.

Source: RFC 7578; Discord's documentation, Reference, "Uploading Files".
"""

from __future__ import annotations

import re
from dataclasses import dataclass

__all__ = ["Part", "split"]

_BOUNDARY = re.compile(r'boundary="?([^";]+)"?')
_PARAMETER = re.compile(r'(\w+)="((?:[^"\\]|\\.)*)"')


@dataclass(slots=True)
class Part:
    """One part of a form: ``filename`` is None for a plain field."""

    name: str
    filename: str | None
    content_type: str
    data: bytes


def split(body: bytes, content_type: str) -> list[Part]:
    """Return the parts of the form in order; ``content_type`` is the header with the boundary."""
    match = _BOUNDARY.search(content_type)
    if match is None:
        raise ValueError("multipart/form-data without a boundary")
    pieces = (b"\r\n" + body).split(b"\r\n--" + match[1].encode())
    return [_part(piece) for piece in pieces[1:] if not piece.startswith(b"--")]


def _part(piece: bytes) -> Part:
    head, _, data = piece.partition(b"\r\n\r\n")
    headers = {}
    for line in head.decode().split("\r\n"):
        name, _, value = line.partition(":")
        headers[name.strip().lower()] = value.strip()
    parameters = dict(_PARAMETER.findall(headers.get("content-disposition", "")))
    filename = parameters.get("filename")
    return Part(
        name=parameters.get("name", ""),
        filename=None if filename is None else re.sub(r"\\(.)", r"\1", filename),
        content_type=headers.get("content-type", "text/plain"),
        data=data,
    )
