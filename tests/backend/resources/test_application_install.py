"""Applications that people install for themselves."""

from __future__ import annotations

from discordtest.backend.codes import Code
from tests.backend.worlds import WorldTestCase


class InstallTests(WorldTestCase):
    def test_person_has_it_from_then_on(self) -> None:
        alice, application_id = self.small.make_person("alice"), self.small.application["id"]
        for _ in range(2):
            self.small.perform("install_application", application_id, actor=alice)
        self.assertEqual(list(self.small.world.user_installs[alice.user_id]), [application_id])

    def test_application_for_guilds_alone(self) -> None:
        del self.small.application["integration_types_config"]["1"]
        with self.assertRefused(Code.MISSING_ACCESS):
            alice = self.small.make_person("alice")
            self.small.perform("install_application", self.small.application["id"], actor=alice)

    def test_unknown_application(self) -> None:
        with self.assertRefused(Code.UNKNOWN_APPLICATION):
            self.small.perform("install_application", "1", actor=self.small.make_person("alice"))
