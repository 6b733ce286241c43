"""A modal as a person sees it: what it asks, and what they can fill in."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from discordtest.backend.resources.component import ACTION_ROW
from discordtest.backend.resources.component_modal import LABEL

if TYPE_CHECKING:
    from discordtest.backend.world import Record

__all__ = ["ModalField", "ShownModal", "fields_of"]


class ModalField(NamedTuple):
    """One thing to fill in, with the label above it."""

    label: str
    component: Record

    @property
    def custom_id(self) -> str:
        """Its custom_id."""
        return str(self.component["custom_id"])

    @property
    def required(self) -> bool:
        """Whether the modal cannot be sent off without it."""
        return bool(self.component.get("required", True))

    def __str__(self) -> str:
        return repr(self.label or self.custom_id)


class ShownModal:
    """A modal that the bot opened; ``labels`` are what it asks for, top down."""

    def __init__(self, record: Record) -> None:
        self.title: str = record["title"]
        self.custom_id: str = record["custom_id"]
        self.fields: list[ModalField] = list(fields_of(record))

    @property
    def labels(self) -> list[str]:
        """The labels, top down."""
        return [field.label for field in self.fields]

    def __repr__(self) -> str:
        return f"<ShownModal {self.title!r}: {', '.join(map(str, self.fields))}>"


def fields_of(modal: Record) -> Iterator[ModalField]:
    """Yield what can be filled in, top down."""
    for part in modal["components"]:
        if part["type"] == ACTION_ROW:
            yield from (ModalField(child.get("label") or "", child) for child in part["components"])
        elif part["type"] == LABEL:
            yield ModalField(part["label"], part["component"])
