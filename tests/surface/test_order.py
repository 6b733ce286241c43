"""What a bot finds in its cache after a request."""

from __future__ import annotations

from tests.surface.surface import SurfaceTestCase


class Order(SurfaceTestCase):
    async def test_answer_does_not_overtake_the_event(self):
        first = await self.guild.create_role(name="first")
        second = await self.guild.create_role(name="second")
        self.assertEqual([self.guild.get_role(r.id) for r in (first, second)], [first, second])
        await self.alice.add_roles(first)
        await self.alice.add_roles(second, atomic=False)  # sends what the cache knows, and one more
        await self.settle()
        self.assertEqual(self.alice.roles[1:], [second, first])
