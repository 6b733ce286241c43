"""Assertions about interactions: whether and how the bot responded, and what the person sees of it.

They look at the interaction as it is now. A failure shows its life with times.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NoReturn, Unpack

from discordtest.assertions import failures, texts
from discordtest.assertions.sent import AssertSent
from discordtest.interactions import result as results
from discordtest.interactions import timeline as timelines

if TYPE_CHECKING:
    from collections.abc import Iterator

    import discord

    from discordtest.assertions.filters import Claims, Content, MessageFilter
    from discordtest.interactions.modals import ShownModal

__all__ = ["AssertInteractions"]

__unittest = True

_DEFERRED_MESSAGE = 5
_LISTED = 3


class AssertInteractions(AssertSent):
    """The assertions about interactions."""

    def assertResponded(
        self,
        result: results.InteractionResult,
        content: Content | None = None,
        *,
        msg: Any = None,
        **claims: Unpack[Claims],
    ) -> discord.Message | Any:  # None where the answer has no message, which few have to care about
        """Fail unless the bot responded in time, with a message like this if any is described; return that.

        The message is the answer, a deferred one once it is there, or what the answer changed; the filters are
        those of `assertSent`. A modal and choices are responses too. An answer that was deferred and never came
        is none.

        >>> self.assertResponded(result, "Done", ephemeral=True)
        """
        self._check_result(result)
        if not result.acknowledged:
            lines = [f"the bot did not respond to {self._name(result)}"]
            for record in self._sent_since(self._scene.act_start, None)[:_LISTED]:
                said = failures.describe_message(self._scene, record)
                lines.append(
                    f"It sent {said} instead, which answers nothing: `interaction.response.send_message`"
                )
            self._fail_life(result, "\n".join(lines), msg)
        message = result.response or result.updated
        wanted = self._filter(content, claims)
        if message is None:
            if result.record["answer"] == _DEFERRED_MESSAGE:
                self._fail_life(
                    result, f"the bot deferred its answer to {self._name(result)}, which never came", msg
                )
            if content is not None or claims:
                why = _why(result.record["answer"])
                lines = [f"the bot's answer to {self._name(result)} is no message{why}"]
                self._fail_life(result, "\n".join([*lines, *_in_followup(result, wanted)]), msg)
            return None
        self._check_message(result, wanted, message, msg)
        return message

    def assertNotResponded(self, result: results.InteractionResult, *, msg: Any = None) -> None:
        """Fail if the bot responded in any way."""
        self._check_result(result)
        self._scene.unanswered.add(str(result.id))
        if result.acknowledged:
            self._fail_life(result, f"the bot responded to {self._name(result)}", msg)

    def assertDeferred(
        self, result: results.InteractionResult, *, ephemeral: bool | None = None, msg: Any = None
    ) -> None:
        """Fail unless the bot deferred its answer at first, whatever came of it."""
        self._check_result(result)
        if not result.deferred:
            self._fail_life(result, f"the bot did not defer its answer to {self._name(result)}", msg)
        if ephemeral is not None and result.ephemeral != ephemeral:
            text = f"the deferred answer to {self._name(result)} is {_not(ephemeral)}ephemeral"
            self._fail_life(result, text, msg)

    def assertNotDeferred(self, result: results.InteractionResult, *, msg: Any = None) -> None:
        """Fail if the bot deferred its answer."""
        self._check_result(result)
        if result.deferred:
            self._fail_life(result, f"the bot deferred its answer to {self._name(result)}", msg)

    def assertEphemeral(self, result: results.InteractionResult, *, msg: Any = None) -> None:
        """Fail unless the answer is for this person alone."""
        self._check_ephemeral(result, True, msg)

    def assertNotEphemeral(self, result: results.InteractionResult, *, msg: Any = None) -> None:
        """Fail unless there is an answer that everybody sees."""
        self._check_ephemeral(result, False, msg)

    def assertModal(
        self,
        result: results.InteractionResult,
        title: Content | None = None,
        custom_id: Content | None = None,
        *,
        msg: Any = None,
    ) -> ShownModal:
        """Fail unless the bot answered with a modal (of this title and custom_id); return it.

        >>> self.assertModal(result, "Feedback").labels
        """
        self._check_result(result)
        modal = result.modal
        if modal is None:
            self._fail_life(result, f"the bot opened no modal for {self._name(result)}", msg)
        for what, wanted, found in (
            ("title", title, modal.title),
            ("custom_id", custom_id, modal.custom_id),
        ):
            if wanted is not None and not texts.same_text(wanted, found):
                self._fail_life(result, f"the modal's {what} is {found!r}, not {wanted!r}", msg)
        return modal

    # -- inside

    def _check_result(self, result: results.InteractionResult) -> None:
        results.check_result(result)
        self._at_rest()

    def _check_message(
        self, result: results.InteractionResult, wanted: MessageFilter, message: discord.Message, msg: Any
    ) -> None:
        record = result.find(str(message.id))
        assert record is not None
        differences = wanted.explained(record)
        if not wanted.is_in(record):
            differences.insert(0, "it is in another channel")
        if differences:
            lines = [f"the bot's answer to {self._name(result)} is otherwise:"]
            lines += [f"  {line}" for line in differences]
            self._fail_life(result, "\n".join([*lines, *_in_followup(result, wanted)]), msg)

    def _check_ephemeral(self, result: results.InteractionResult, wanted: bool, msg: Any) -> None:
        self._check_result(result)
        if result.record["response_id"] is None:
            self._fail_life(result, f"the answer to {self._name(result)} has no message", msg)
        if result.ephemeral != wanted:
            self._fail_life(result, f"the answer to {self._name(result)} is {_not(wanted)}ephemeral", msg)

    def _name(self, result: results.InteractionResult) -> str:
        return timelines.interaction_name(result.record)

    def _fail_life(self, result: results.InteractionResult, text: str, msg: Any) -> NoReturn:
        life = timelines.timeline(self._scene, result.record)
        self._fail(f"{text}\nIts life:\n{life}\n{failures.background(self._scene, result.record['id'])}", msg)


def _in_followup(result: results.InteractionResult, wanted: MessageFilter) -> Iterator[str]:
    """Yield where the message is that the answer was to be."""
    later = [result.find(message_id) for message_id in result.record["followups"]]
    if any(followup is not None and wanted.fits(followup) for followup in later):
        yield "  A followup is like that: see assertSent, or the result's followups."


def _not(wanted: bool) -> str:
    return "not " if wanted else ""


def _why(answer: int) -> str:
    return {6: ": it left the message as it was", 8: ", but choices", 9: ", but a modal"}.get(answer, "")
