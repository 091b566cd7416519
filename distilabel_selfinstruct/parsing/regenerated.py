"""An output that a model rewrote, given an instruction and its input (paper, section 4.5)."""

from collections.abc import Collection

from distilabel_selfinstruct.parsing.filters import filter_instances
from distilabel_selfinstruct.records import Completion, Instance, Reason, Rejection, is_refused


def read_output(
    completion: Completion,
    instruction: str,
    input: str,
    *,
    disabled: Collection[Reason] = (),
    language: str = "en",
) -> Instance | Rejection:
    """The instance with its new output, or why there is none. The whole answer is the output.

    The rules are those for instances. Besides, an answer that was cut off or refused by a server is none.

    Args:
        completion: what the model answered.
        instruction: what it was asked to do.
        input: with what.
        disabled: the reasons of rules to skip.
        language: whose refusals are known, beside those of English; a BCP-47 tag or the folder of a pack.
    """
    text = (completion.text or "").strip()
    if completion.text is None:
        return Rejection("", Reason.FAILED_REQUEST, completion.error)
    if is_refused(completion.finish_reason):
        return Rejection(text, Reason.REFUSED, completion.finish_reason or "")
    if completion.truncated:
        return Rejection(text, Reason.TRUNCATED, completion.finish_reason or "")
    filtered = filter_instances([Instance(input, text)], instruction=instruction, disabled=disabled, language=language)
    return filtered.kept[0] if filtered.kept else filtered.rejected[0]
