"""The fake model: answers from a script, so that everything around a model can be tried without one."""

from collections.abc import Callable, Sequence

from pipeline.models.base import Message, ModelCard, Prompt, Reply

# Characters a token in English, roughly; the fake counts with it.
CHARS_PER_TOKEN = 4


class ScriptedModel:
    """Gives each prompt what `answer` says, and keeps the prompts it was given in `asked`. For tests only."""

    def __init__(
        self, answer: Callable[[Prompt], Reply | str], *, context_tokens: int = 100_000, group_size: int = 4
    ) -> None:  # fmt: skip
        self._answer = answer
        self.group_size = group_size
        self.card = ModelCard(name="scripted", context_tokens=context_tokens)
        self.asked: list[Prompt] = []

    def count(self, messages: Sequence[Message]) -> int:
        return sum(len(m.content) // CHARS_PER_TOKEN + 4 for m in messages)

    def reply(self, prompts: Sequence[Prompt]) -> list[Reply]:
        self.asked += prompts
        answers = [self._answer(prompt) for prompt in prompts]
        return [Reply(text=a) if isinstance(a, str) else a for a in answers]
