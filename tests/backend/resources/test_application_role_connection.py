"""What an application can tell of its users."""

from __future__ import annotations

from typing import Any

from discordtest.backend.codes import Code
from discordtest.backend.resources.application import make_application
from discordtest.backend.resources.application_role_connection import MAX_KEY, MAX_RECORDS
from tests.backend.worlds import WorldTestCase


def record(key: str = "level", **more: Any) -> dict[str, Any]:
    return {"type": 2, "key": key, "name": "Level", "description": "At least", **more}


class MetadataTests(WorldTestCase):
    def setUp(self) -> None:
        super().setUp()
        self.path = f"/applications/{self.small.application['id']}/role-connections/metadata"

    def get(self) -> Any:
        return self.assertStatus(self.small.request("GET", self.path), 200)

    def test_written_and_read(self):
        self.assertEqual(self.get(), [])
        records = [record(name_localizations={"de": "Stufe"}), record("since", type=6)]
        self.assertEqual(self.assertStatus(self.small.request("PUT", self.path, records), 200), records)
        self.assertEqual(self.get(), records)
        self.assertEqual(self.assertStatus(self.small.request("PUT", self.path, []), 200), [])
        self.assertEqual(self.get(), [])

    def test_bounds(self):
        for good, bad, field in (
            ([record(str(number)) for number in range(MAX_RECORDS)], [record()] * (MAX_RECORDS + 1), ""),
            ([record("k" * MAX_KEY)], [record("k" * (MAX_KEY + 1))], "0.key"),
            ([record("a_1")], [record("A")], "0.key"),
            ([record(type=8)], [record(type=9)], "0.type"),
            ([record(type=1)], [record(type=0)], "0.type"),
            ([record(name="n" * 100)], [record(name="n" * 101)], "0.name"),
            ([record(description="d" * 200)], [record(description="d" * 201)], "0.description"),
            (
                [record(name_localizations={"de": "x"})],
                [record(name_localizations={"xx": "x"})],
                "0.name_localizations.xx",
            ),
            ([record()], [{"key": "x"}], "0.type"),
        ):
            with self.subTest(field or "records"):
                self.assertStatus(self.small.request("PUT", self.path, good), 200)
                body = self.assertStatus(
                    self.small.request("PUT", self.path, bad), 400, Code.INVALID_FORM_BODY
                )
                self.assertFieldError(body, field)
                self.assertEqual(self.get(), good)

    def test_of_another_application(self):
        other = make_application(self.small.world, "other", "other", self.small.owner)
        path = f"/applications/{other['id']}/role-connections/metadata"
        for method, body in (("GET", None), ("PUT", [])):
            answer = self.small.request(method, path, body)
            self.assertStatus(answer, 403, Code.NOT_AUTHORIZED_FOR_APPLICATION)
