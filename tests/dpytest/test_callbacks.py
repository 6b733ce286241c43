from __future__ import annotations

import asyncio
from typing import Any

from discordtest.dpytest import callbacks
from tests.dpytest.case import LoopCase


class CallbackTests(LoopCase):
    def setUp(self) -> None:
        super().setUp()
        self.told: list[Any] = []
        self.addCleanup(callbacks.remove_callback, "event")

    async def tell(self, *args: Any, **kwargs: Any) -> None:
        self.told.append((args, kwargs))

    async def test_event_is_told_to_its_callback(self) -> None:
        callbacks.set_callback(self.tell, "event")
        await callbacks.dispatch_event("event", 1, reason="x")
        await callbacks.dispatch_event("another", 2)
        self.assertEqual(self.told, [((1,), {"reason": "x"})])

    async def test_callback_is_found_and_forgotten(self) -> None:
        with self.assertRaisesRegex(ValueError, "no callback is set for the event 'event'"):
            callbacks.get_callback("event")
        self.assertIsNone(callbacks.remove_callback("event"))
        callbacks.set_callback(self.tell, "event")
        self.assertTrue(callbacks.is_set("event"))
        self.assertEqual(callbacks.get_callback("event"), self.tell)
        self.assertEqual(callbacks.remove_callback("event"), self.tell)
        self.assertFalse(callbacks.is_set("event"))

    async def test_what_cannot_be_called_is_refused(self) -> None:
        with self.assertRaisesRegex(TypeError, "takes an async function"):
            callbacks.set_callback("event", self.tell)  # type: ignore[arg-type]

    async def test_error_of_a_callback_is_logged(self) -> None:
        async def fail() -> None:
            raise ValueError("oh")

        callbacks.set_callback(fail, "event")
        with self.assertLogs("discordtest.dpytest", "ERROR") as logs:
            await callbacks.dispatch_event("event")
        self.assertRegex(logs.output[0], "(?s)callback of the event 'event' failed.*ValueError: oh")


class NowTests(LoopCase):
    def setUp(self) -> None:
        super().setUp()
        self.told: list[Any] = []
        self.addCleanup(callbacks.remove_callback, "event")

    async def test_what_waits_for_nothing_has_run(self) -> None:
        async def tell(value: int) -> None:
            self.told.append(value)

        callbacks.run_now("event", 0)
        callbacks.set_callback(tell, "event")
        callbacks.run_now("event", 1)
        self.assertEqual(self.told, [1])

    async def test_what_waits_goes_on_later(self) -> None:
        gate: asyncio.Future[str] = asyncio.get_running_loop().create_future()

        async def tell() -> None:
            self.told.append("begins")
            self.told.append(await gate)
            await asyncio.sleep(0)
            self.told.append("ends")

        callbacks.set_callback(tell, "event")
        callbacks.run_now("event")
        self.assertEqual(self.told, ["begins"])
        gate.set_result("opens")
        for _ in range(5):
            await asyncio.sleep(0)
        self.assertEqual(self.told, ["begins", "opens", "ends"])

    async def test_cancellation_reaches_what_waits(self) -> None:
        async def tell() -> None:
            try:
                await asyncio.get_running_loop().create_future()
            finally:
                self.told.append("ended")

        callbacks.set_callback(tell, "event")
        callbacks.run_now("event")
        (task,) = asyncio.all_tasks() - {asyncio.current_task()}
        await asyncio.sleep(0)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        self.assertEqual(self.told, ["ended"])
