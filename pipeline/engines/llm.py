"""Documents -> prompts for a language model, and its replies -> drafts that cite sentences by number.

Rounds, each batched over all documents: read every window (commitments and summary), ask again where a reply cannot be
read, look again at single sentences that a grammar holds for commitments and the model passed over.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from pipeline.answering import extraction_form, summary_form
from pipeline.chunking import Window, chunk, halves
from pipeline.engines.centrality import summarise as summarise_by_centrality
from pipeline.engines.cue.engine import CueEngine
from pipeline.language import content_words, folded
from pipeline.models.base import AnswerForm, LanguageModel, Message, Prompt, Reply
from pipeline.parsing import Item, Items, ReplyError, Said, Sayings, parse_commitments, parse_summary
from pipeline.prompting import (
    EXTRACT,
    LOOK,
    REPAIR,
    SUMMARISE,
    example_actions,
    reading_values,
    repair_messages,
    template,
)
from pipeline.records import Document, Draft, Extraction, Mention, Problem, Provenance, Sentence, Span, SummaryDraft

# Tokens for an answer: MAX_ITEMS of the form at 65 of SmolLM2's tokens each, which is what the gold items take.
EXTRACTION_TOKENS, SUMMARY_TOKENS, LOOK_TOKENS = 2_080, 320, 160
# The gold answer to the densest of 336 labelled articles has 1.12 tokens for each token of the article.
ANSWER_PER_TOKEN, LEAST_ANSWER_TOKENS = 1.5, 160
# An answer takes at most this part of a small context; the rest is for the text.
ANSWER_SHARE = 0.25
# A window holds at most this many tokens, however much the model could read: models lose the middle of long texts.
WINDOW_TOKENS = 4_096
# The grammar's confidence from which a sentence that the model did not cite gets a second look, and how many do.
SECOND_LOOK_CONFIDENCE, MOST_LOOKS = 0.6, 8
LOOK_BEFORE, LOOK_AFTER = 3, 1
# An action is copied whose words are a worked example's to this share, and the article's to no more than the other.
LEAK_SHARE, OWN_SHARE = 0.8, 0.5
SUMMARY_SENTENCES = 3

# Problems of a reply that a shorter window may cure.
TOO_LARGE = frozenset({"out_of_memory", "context_exceeded", "input_truncated"})


class LlmOptions(NamedTuple):
    """What shapes a language model's answers."""

    summary_words: int = 90
    window_tokens: int = WINDOW_TOKENS
    second_look: bool = True
    summaries: bool = True


@dataclass
class _Work:
    """One document on its way: what was found, what went wrong, and which sentences nobody read."""

    document: Document
    drafts: list[Draft] = field(default_factory=list)
    said: list[tuple[int, Said]] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    unread: set[int] = field(default_factory=set)


class _Task(NamedTuple):
    """One prompt about one window of one document, and what becomes of its reply."""

    work: _Work
    window: Window
    prompt: Prompt
    read: Callable[["_Task", Reply], None]
    again: Callable[[Window], "_Task"] | None
    is_repair: bool = False


class LlmEngine:
    """Prompts a language model; the answers name sentence numbers, so evidence is exact by construction."""

    def __init__(self, model: LanguageModel, options: LlmOptions = LlmOptions()) -> None:  # noqa: B008 frozen
        self._model, self._options = model, options
        self._cue = CueEngine(summary_words=options.summary_words)
        self.group_size = model.group_size
        card = model.card
        self.provenance = Provenance(
            engine="llm",
            model=card.name,
            revision=card.revision,
            weights_sha256=card.weights_sha256,
            prompts={name: template(name).sha256 for name in (EXTRACT, SUMMARISE, REPAIR, LOOK)},
            decoding={**card.decoding, "window_tokens": options.window_tokens, "second_look": options.second_look},
            device=card.device,
            dtype=card.dtype,
            libraries=card.libraries,
        )

    def extract(self, documents: Sequence[Document]) -> list[Extraction]:
        works = [_Work(document) for document in documents]
        tasks = [task for work in works for task in self._reading(work)]
        self._answer(tasks)
        if self._options.second_look:
            self._answer([task for work in works for task in self._second_looks(work)])
        self._answer([task for work in works if (task := self._condensing(work)) is not None])
        return [self._extraction(work) for work in works]

    # --- rounds

    def _answer(self, tasks: Sequence[_Task]) -> None:
        """Ask, and ask again what was too large (in halves) or unreadable (once), until nothing is left to ask."""
        while tasks:
            replies = self._model.reply([task.prompt for task in tasks])
            again: list[_Task] = []
            for task, reply in zip(tasks, replies, strict=True):
                again += self._heard(task, reply)
            tasks = again

    def _heard(self, task: _Task, reply: Reply) -> list[_Task]:
        """What is still to be asked after this reply."""
        if reply.finish == "failed":
            if reply.code in TOO_LARGE and task.again is not None and (parts := halves(task.window)):
                return [task.again(part) for part in parts]
            return self._lost(task, Problem(stage="model", code=reply.code, detail=reply.detail))
        if reply.code:
            task.work.problems.append(Problem(stage="model", code=reply.code, detail=reply.detail))
        try:
            task.read(task, reply)
        except ReplyError as exc:
            repair = None if task.is_repair or reply.code else self._repair(task, reply, exc)
            return [repair] if repair is not None else self._lost(task, exc.problem)
        return []

    def _lost(self, task: _Task, problem: Problem) -> list[_Task]:
        """The window could not be read for this task; for commitments its sentences count as unread."""
        task.work.problems.append(problem)
        if task.prompt.form is not None and task.prompt.form.name == "commitments":
            task.work.unread |= {s.index for s in task.window.sentences}
        return []

    def _repair(self, task: _Task, reply: Reply, error: ReplyError) -> _Task | None:
        """The question again, with the reply and why it cannot be read; None when there is no room for it."""
        messages = repair_messages(task.prompt.messages, reply.text, error.reason)
        room = self._model.card.context_tokens - self._model.count(messages)
        if room < task.prompt.max_tokens // 2:
            return None
        prompt = task.prompt.model_copy(update={"messages": messages})
        return task._replace(prompt=prompt, is_repair=True)

    # --- reading windows

    def _reading(self, work: _Work) -> list[_Task]:
        document = work.document
        extraction = chunk(
            document.body, lambda w: self._fits(self._extraction_messages(document, w), self._extraction_tokens)
        )
        for sentence in extraction.too_long:
            work.unread.add(sentence.index)
            detail = f"sentence {sentence.index + 1} of {len(sentence.text):,} characters fits into no window"
            work.problems.append(Problem(stage="model", code="sentence_too_long", detail=detail))
        tasks = [self._extracting(work, w) for w in extraction.windows]
        if not self._options.summaries:
            return tasks
        summary = chunk(document.body, lambda w: self._fits(self._summary_messages(document, w)))
        return tasks + [self._summarising(work, w) for w in summary.windows]

    def _fits(self, messages: Sequence[Message], answer: Callable[[int], int] = lambda _: SUMMARY_TOKENS) -> bool:
        """Whether a prompt leaves room for the answer; `answer` gives its tokens for those of the prompt."""
        tokens, context = self._model.count(messages), self._model.card.context_tokens
        room = context - self._answer_tokens(answer(tokens))
        return tokens <= min(room, self._options.window_tokens + self._fixed_tokens)

    def _extraction_tokens(self, prompt_tokens: int) -> int:
        text_tokens = max(0, prompt_tokens - self._fixed_tokens)
        return min(EXTRACTION_TOKENS, LEAST_ANSWER_TOKENS + int(ANSWER_PER_TOKEN * text_tokens))

    @property
    def _fixed_tokens(self) -> int:
        """What instructions and examples take: the window's own budget comes on top of them."""
        if not hasattr(self, "_fixed"):
            values = reading_values((), published=None, title=None)
            self._fixed = self._model.count(template(EXTRACT).messages(values))
        return self._fixed

    def _answer_tokens(self, wanted: int) -> int:
        return max(1, min(wanted, int(self._model.card.context_tokens * ANSWER_SHARE)))

    def _extraction_messages(self, document: Document, window: Window) -> tuple[Message, ...]:
        article = document.article
        values = reading_values(
            window.sentences, published=article.published, title=article.title, context=window.context
        )
        return template(EXTRACT).messages(values)

    def _summary_messages(self, document: Document, window: Window) -> tuple[Message, ...]:
        article = document.article
        values = reading_values(window.sentences, published=article.published, title=article.title)
        return template(SUMMARISE).messages({**values, **self._summary_limits})

    @property
    def _summary_limits(self) -> dict[str, Any]:
        return {"most_sentences": SUMMARY_SENTENCES, "words": self._options.summary_words}

    def _extracting(self, work: _Work, window: Window) -> _Task:
        form = extraction_form(_numbers(window.sentences), [s.text for s in window.sentences])
        messages = self._extraction_messages(work.document, window)
        prompt = self._prompt(messages, form, self._extraction_tokens(self._model.count(messages)))
        return _Task(work, window, prompt, self._read_commitments, lambda part: self._extracting(work, part))

    def _summarising(self, work: _Work, window: Window) -> _Task:
        prompt = self._prompt(
            self._summary_messages(work.document, window), summary_form(_numbers(window.sentences)), SUMMARY_TOKENS
        )
        return _Task(work, window, prompt, self._read_summary, lambda part: self._summarising(work, part))

    def _prompt(self, messages: tuple[Message, ...], form: AnswerForm, tokens: int) -> Prompt:
        return Prompt(messages=messages, form=form, max_tokens=self._answer_tokens(tokens))

    # --- a second look

    def _second_looks(self, work: _Work) -> list[_Task]:
        """One question for each strong commissive sentence, by the grammar of `cue`, that the model did not cite."""
        cited = {i for draft in work.drafts for i in draft.sentences}
        strong = {
            draft.sentences[0]: draft.confidence
            for draft in self._cue.extract([work.document])[0].drafts
            if draft.confidence >= SECOND_LOOK_CONFIDENCE and not cited.intersection(draft.sentences)
        }
        chosen = sorted(strong, key=lambda i: (-strong[i], i))[:MOST_LOOKS]
        return [self._looking(work, i) for i in sorted(chosen) if i not in work.unread]

    def _looking(self, work: _Work, index: int) -> _Task:
        sentences = work.document.sentences
        near = [s for s in sentences[max(0, index - LOOK_BEFORE) : index + LOOK_AFTER + 1] if not s.is_boilerplate]
        window = Window((sentences[index],), tuple(s for s in near if s.index != index))
        values = reading_values(
            window.sentences, published=work.document.article.published, title=None, context=window.context
        )
        first = template(EXTRACT).messages(values)[:-1]
        question = Message(role="user", content=template(LOOK).block("user", values))
        form = extraction_form(_numbers(window.sentences), [s.text for s in near])
        return _Task(work, window, self._prompt((*first, question), form, LOOK_TOKENS), self._read_look, None)

    def _read_look(self, task: _Task, reply: Reply) -> None:
        """As any reply, but a look that fails costs nothing: the sentence has been read before."""
        try:
            self._read_commitments(task, reply)
        except ReplyError as exc:
            task.work.problems.append(exc.problem)

    # --- replies

    def _read_commitments(self, task: _Task, reply: Reply) -> None:
        found: Items = parse_commitments(reply)
        task.work.problems += found.problems
        for item in found.items:
            problem, draft = self._draft(task, item)
            if problem is not None:
                task.work.problems.append(problem)
            if draft is not None:
                task.work.drafts.append(draft)

    def _draft(self, task: _Task, item: Item) -> tuple[Problem | None, Draft | None]:
        text = task.work.document.article.text
        problem, cited = _cited(item.cited, task.window, item.action)
        if not cited:
            return problem, None
        if _is_copied(item.action, text):
            return Problem(stage="engine", code="example_leak", detail=item.action), None
        cited_sentences = [task.work.document.sentences[i] for i in cited]
        draft = Draft(
            actor=mention_of(item.actor, text, cited_sentences),
            action=_one_line(item.action),
            sentences=cited,
            implementer=mention_of(item.implementer, text, cited_sentences) if item.implementer else None,
            polarity=item.polarity,
            strength=item.strength,
            condition=item.condition,
            recipient=item.recipient,
            deadline=item.deadline,
        )
        return problem, draft

    def _read_summary(self, task: _Task, reply: Reply) -> None:
        found: Sayings = parse_summary(reply)
        task.work.problems += found.problems
        for said in found.items:
            problem, cited = _cited(said.cited, task.window, said.text)
            if problem is not None:
                task.work.problems.append(problem)
            if cited:
                task.work.said.append((task.window.sentences[0].index, said._replace(cited=cited)))

    # --- one summary from several windows

    def _condensing(self, work: _Work) -> _Task | None:
        """A summary of the windows' summaries, when together they are longer than was asked for."""
        windows = {first for first, _ in work.said}
        if len(windows) < 2:
            return None
        partial = [said for _, said in sorted(work.said, key=lambda pair: pair[0])]
        if sum(len(s.text.split()) for s in partial) <= self._options.summary_words:
            return None
        stand_ins = tuple(Sentence(index=i, start=0, end=0, text=s.text) for i, s in enumerate(partial))
        window = Window(stand_ins)
        messages = self._summary_messages(work.document, window)
        if not self._fits(messages):
            return None

        def read(task: _Task, reply: Reply) -> None:
            found = parse_summary(reply)
            task.work.problems += found.problems
            task.work.said = [
                (
                    0,
                    said._replace(
                        cited=tuple(
                            dict.fromkeys(i for n in said.cited if 1 <= n <= len(partial) for i in partial[n - 1].cited)
                        )
                    ),
                )
                for said in found.items
            ]

        return _Task(
            work, window, self._prompt(messages, summary_form(_numbers(stand_ins)), SUMMARY_TOKENS), read, None
        )

    # --- the end

    def _extraction(self, work: _Work) -> Extraction:
        text = work.document.article.text
        unread = sum(len(work.document.sentences[i].text) for i in work.unread)
        is_lost = len(work.unread) == len(work.document.body)
        summary = _within(work.said, self._options.summary_words)
        if not summary and not is_lost and self._options.summaries:
            summary = summarise_by_centrality(work.document, max_words=self._options.summary_words)
            work.problems.append(
                Problem(
                    stage="engine", code="summary_extracted", detail="the model gave none; whole sentences are taken"
                )
            )
        return Extraction(
            drafts=tuple(dict.fromkeys(work.drafts)),
            summary=summary,
            problems=tuple(dict.fromkeys(work.problems)),
            chars_read=0 if is_lost else len(text) - unread,
        )


def _numbers(sentences: Sequence[Sentence]) -> list[int]:
    """Sentence numbers as they stand in a prompt: from 1, by the place in the article."""
    return [s.index + 1 for s in sentences]


def _cited(numbers: Sequence[int], window: Window, what: str) -> tuple[Problem | None, tuple[int, ...]]:
    """The indexes of the cited sentences that the window holds, and a problem for those that it does not."""
    held = {s.index for s in window.sentences}
    good = tuple(n - 1 for n in numbers if n - 1 in held)
    bad = [n for n in numbers if n - 1 not in held]
    if not bad:
        return None, good
    is_context = any(s.index == n - 1 for n in bad for s in window.context)
    code = "cites_context" if is_context else "unknown_sentence"
    return Problem(stage="grounding", code=code, detail=f"cites {', '.join(map(str, bad))}: {what}"), good


def _is_copied(action: str, text: str) -> bool:
    """True for an action that is a worked example's and not the article's."""
    said = set(content_words(action))
    if not said:
        return False
    known = set(content_words(text))
    copies = any(len(said & set(content_words(example))) >= LEAK_SHARE * len(said) for example in example_actions())
    return copies and len(said & known) <= OWN_SHARE * len(said)


def mention_of(words: str, text: str, cited: Sequence[Sentence]) -> Mention:
    """The words with the place where they are meant: in the cited sentences, else just before them, else after."""
    start, end = cited[0].start, cited[-1].end
    inside = next((i for s in cited if (i := text.find(words, s.start, s.end)) >= 0), -1)
    place = next((i for i in (inside, text.rfind(words, 0, start), text.find(words, end)) if i >= 0), None)
    return Mention(text=words, span=Span(start=place, end=place + len(words)) if place is not None else None)


def _within(said: Sequence[tuple[int, Said]], max_words: int) -> tuple[SummaryDraft, ...]:
    """The sentences in order, as many as the budget allows; the first one in any case."""
    kept: list[SummaryDraft] = []
    words = 0
    for _, s in sorted(said, key=lambda pair: pair[0]):
        words += len(s.text.split())
        if kept and words > max_words:
            break
        if folded(s.text) not in {folded(k.text) for k in kept}:
            kept.append(SummaryDraft(text=s.text, sentences=s.cited))
    return tuple(kept)


def _one_line(text: str) -> str:
    return " ".join(text.split()).rstrip(".")
