"""Documents -> prompts for a language model, and its replies -> drafts that cite sentences by number.

Rounds, each batched over all documents: read every window (commitments and summary), ask again where a reply cannot be
read, look again at single sentences that a grammar holds for commitments and the model passed over.
"""

import math
import re
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, NamedTuple

from pipeline.answering import extraction_form, summary_form
from pipeline.chunking import Window, chunk, halves
from pipeline.engines.base import Tokens
from pipeline.engines.centrality import summarise as summarise_by_centrality
from pipeline.engines.cue.engine import CueEngine
from pipeline.errors import ConfigError
from pipeline.language import content_words, folded
from pipeline.models.base import AnswerForm, LanguageModel, Message, Prompt, Reply
from pipeline.parsing import Item, Items, ReplyError, Said, Sayings, parse_commitments, parse_summary
from pipeline.prompting import (
    EXTRACT,
    LOOK,
    REPAIR,
    SUMMARISE,
    example_texts,
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
# A context with room for less of the text than this is too small to be used: the least `window_tokens` there is.
LEAST_TEXT_TOKENS = 64
# A window holds at most this many tokens, however much the model could read: models lose the middle of long texts.
WINDOW_TOKENS = 4_096
# The grammar's confidence from which a sentence that the model did not cite gets a second look, and how many do.
SECOND_LOOK_CONFIDENCE, MOST_LOOKS = 0.6, 8
LOOK_BEFORE, LOOK_AFTER = 3, 1
# Words are copied that are a worked example's to this share, and to no more than the other those of the sentences that
# they cite and of what stands around these.
LEAK_SHARE, OWN_SHARE = 0.8, 0.5
SUMMARY_SENTENCES = 3

# Problems of a reply that a shorter window may cure.
TOO_LARGE = frozenset({"out_of_memory", "context_exceeded", "input_truncated", "constraint_failed"})


class LlmOptions(NamedTuple):
    """What shapes a language model's answers."""

    summary_words: int = 90
    window_tokens: int = WINDOW_TOKENS
    second_look: bool = True
    summaries: bool = True
    article_seconds: float | None = None


@dataclass
class _Work:
    """One document on its way: what was found, what went wrong, and which sentences nobody read."""

    document: Document
    drafts: list[Draft] = field(default_factory=list)
    said: list[tuple[int, Said]] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    unread: set[int] = field(default_factory=set)


class _Task(NamedTuple):
    """One prompt about one window of one document, and what becomes of its reply.

    `again` asks about a part of the window. `is_reading`: the window's sentences are unread when no answer comes.
    `is_last`: it is not asked once more when the answer cannot be read.
    """

    work: _Work
    window: Window
    prompt: Prompt
    what: str
    read: Callable[["_Task", Reply], None]
    again: Callable[[Window], "_Task"] | None = None
    is_reading: bool = False
    is_last: bool = False


class LlmEngine:
    """Prompts a language model; the answers name sentence numbers, so evidence is exact by construction."""

    def __init__(
        self, model: LanguageModel, options: LlmOptions = LlmOptions(),  # noqa: B008 frozen
        clock: Callable[[], float] = time.monotonic,
    ) -> None:  # fmt: skip
        self._model, self._options, self._clock = model, options, clock
        self._ends = math.inf
        self._cue = CueEngine(summary_words=options.summary_words)
        self.group_size = model.group_size
        self.tokens = Tokens()
        card = model.card
        self._check_context()
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
        self._ends = self._clock() + (self._options.article_seconds or math.inf) * len(works)
        tasks = [task for work in works for task in self._reading(work)]
        self._answer(tasks)
        if self._options.second_look:
            self._answer([task for work in works for task in self._second_looks(work)])
        while tasks := [task for work in works for task in self._condensing(work)]:
            self._answer(tasks)
        return [self._extraction(work) for work in works]

    # --- rounds

    def _answer(self, tasks: Sequence[_Task]) -> None:
        """Ask, and ask again what was too large (in halves) or unreadable (once), until nothing is left to ask.

        When the group's time is over (`article_seconds` for each of its documents), nothing more is asked.
        """
        while tasks:
            if self._clock() > self._ends:
                detail = f"more than {self._options.article_seconds:g} s an article"
                for task in tasks:
                    self._lost(task, Problem(stage="model", code="time_limit", detail=detail))
                return
            replies = self._model.reply([task.prompt for task in tasks])
            self.tokens = self.tokens.plus(replies)
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
            _note(task, Problem(stage="model", code=reply.code, detail=reply.detail))
        try:
            task.read(task, reply)
        except ReplyError as exc:
            repair = None if task.is_last or reply.code else self._repair(task, reply, exc)
            return [repair] if repair is not None else self._lost(task, exc.problem)
        return []

    def _lost(self, task: _Task, problem: Problem) -> list[_Task]:
        """No answer came, and nothing is left to ask."""
        _note(task, problem)
        if task.is_reading:
            task.work.unread |= {s.index for s in task.window.sentences}
        return []

    def _repair(self, task: _Task, reply: Reply, error: ReplyError) -> _Task | None:
        """The question again, with the reply and why it cannot be read; None when there is no room for it."""
        messages = repair_messages(task.prompt.messages, reply.text, error.reason)
        room = self._model.card.context_tokens - self._model.count(messages)
        if room < max(1, task.prompt.max_tokens // 2):
            return None
        update = {"messages": messages, "max_tokens": min(room, task.prompt.max_tokens)}
        return task._replace(prompt=task.prompt.model_copy(update=update), is_last=True)

    # --- reading windows

    def _reading(self, work: _Work) -> list[_Task]:
        document = work.document
        extraction = chunk(document.body, lambda w: self._fits_extraction(document, w))
        for sentence in extraction.too_long:
            work.unread.add(sentence.index)
            detail = f"sentence {sentence.index + 1} of {len(sentence.text):,} characters fits into no window"
            work.problems.append(Problem(stage="model", code="sentence_too_long", detail=detail))
        tasks = [self._extracting(work, w) for w in extraction.windows]
        if not self._options.summaries:
            return tasks
        summary = chunk(document.body, lambda w: self._fits_summary(document, w))
        return tasks + [self._summarising(work, w) for w in summary.windows]

    def _check_context(self) -> None:
        """Raises ConfigError for a model that could read instructions and examples and next to nothing else."""
        least = self._fixed_tokens + LEAST_TEXT_TOKENS
        needed = min(math.ceil(least / (1 - ANSWER_SHARE)), least + self._extraction_tokens(least))
        card = self._model.card
        if card.context_tokens < needed:
            raise ConfigError(
                f"{card.name} reads {card.context_tokens:,} tokens; the instructions, a few sentences and the answer"
                f" take {needed:,}",
                hint="choose a model with a larger context, or raise context_tokens if it was set lower",
            )

    def _fits(self, window: Window, tokens: int, answer: int) -> bool:
        """Whether a prompt of `tokens` leaves room for the answer, and is no longer than windows should be.

        One sentence alone may be longer: better read in a long window than not at all.
        """
        room = self._model.card.context_tokens - self._answer_tokens(answer)
        longest = self._options.window_tokens + self._fixed_tokens
        return tokens <= (room if len(window.sentences) == 1 else min(room, longest))

    def _fits_extraction(self, document: Document, window: Window) -> bool:
        tokens = self._model.count(self._extraction_messages(document, window))
        return self._fits(window, tokens, self._extraction_tokens(tokens))

    def _fits_summary(self, document: Document, window: Window) -> bool:
        return self._fits(window, self._model.count(self._summary_messages(document, window)), SUMMARY_TOKENS)

    def _extraction_tokens(self, prompt_tokens: int) -> int:
        text_tokens = max(0, prompt_tokens - self._fixed_tokens)
        return min(EXTRACTION_TOKENS, LEAST_ANSWER_TOKENS + int(ANSWER_PER_TOKEN * text_tokens))

    @cached_property
    def _fixed_tokens(self) -> int:
        """What instructions and examples take: the window's own budget comes on top of them."""
        return self._model.count(template(EXTRACT).messages(reading_values((), published=None, title=None)))

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
        # A name may stand before the window, the numbers only in it.
        quotable = [s.text for s in (*window.context, *window.sentences)]
        form = extraction_form(_numbers(window.sentences), quotable)
        messages = self._extraction_messages(work.document, window)
        prompt = self._prompt(messages, form, self._extraction_tokens(self._model.count(messages)))

        def again(part: Window) -> _Task:
            fits = self._fits_extraction(work.document, part)
            return self._extracting(work, part if fits else Window(part.sentences))

        what = f"commitments of {_named(window)}"
        return _Task(work, window, prompt, what, self._read_commitments, again, is_reading=True)

    def _summarising(self, work: _Work, window: Window) -> _Task:
        messages, form = self._summary_messages(work.document, window), summary_form(_numbers(window.sentences))
        prompt = self._prompt(messages, form, SUMMARY_TOKENS)
        what = f"summary of {_named(window)}"
        return _Task(work, window, prompt, what, self._read_summary, lambda part: self._summarising(work, part))

    def _prompt(self, messages: tuple[Message, ...], form: AnswerForm, tokens: int) -> Prompt:
        return Prompt(messages=messages, form=form, max_tokens=self._answer_tokens(tokens))

    # --- a second look

    def _second_looks(self, work: _Work) -> list[_Task]:
        """One question for each strong commissive sentence, by the grammar of `cue`, that the model did not cite.

        A look that fails costs nothing but itself: its sentence has been read before.
        """
        known = {i for draft in work.drafts for i in draft.sentences} | work.unread
        strong: defaultdict[int, float] = defaultdict(float)
        for draft in self._cue.extract([work.document])[0].drafts:
            if draft.confidence >= SECOND_LOOK_CONFIDENCE and not known.intersection(draft.sentences):
                strong[draft.sentences[0]] = max(strong[draft.sentences[0]], draft.confidence)
        chosen = sorted(strong, key=lambda i: (-strong[i], i))[:MOST_LOOKS]
        return [task for i in sorted(chosen) if (task := self._looking(work, i)) is not None]

    def _looking(self, work: _Work, index: int) -> _Task | None:
        """With the sentences around it where there is room for them; None where there is room for nothing."""
        sentence = work.document.sentences[index]
        near = _near(work.document.sentences, (index,))
        around = tuple(s for s in near if s is not sentence and not s.is_boilerplate)
        for window in (Window((sentence,), around), Window((sentence,))):
            messages = self._look_messages(work.document, window)
            if self._fits(window, self._model.count(messages), LOOK_TOKENS):
                form = extraction_form([index + 1], [s.text for s in (*window.context, sentence)])
                prompt = self._prompt(messages, form, LOOK_TOKENS)
                what = f"second look at {_named(window)}"
                return _Task(work, window, prompt, what, self._read_commitments, is_last=True)
        return None

    def _look_messages(self, document: Document, window: Window) -> tuple[Message, ...]:
        published = document.article.published
        values = reading_values(window.sentences, published=published, title=None, context=window.context)
        question = Message(role="user", content=template(LOOK).block("user", values))
        return (*template(EXTRACT).messages(values)[:-1], question)

    # --- replies

    def _read_commitments(self, task: _Task, reply: Reply) -> None:
        found: Items = parse_commitments(reply)
        for noticed in found.problems:
            _note(task, noticed)
        for item in found.items:
            problem, draft = self._draft(task, item)
            if problem is not None:
                task.work.problems.append(problem)
            if draft is not None:
                task.work.drafts.append(draft)

    def _draft(self, task: _Task, item: Item) -> tuple[Problem | None, Draft | None]:
        text, sentences = task.work.document.article.text, task.work.document.sentences
        problem, cited = _cited(item.cited, task.window, item.action)
        if not cited:
            return problem, None
        if _is_copied(item.action, EXTRACT, _near(sentences, cited)):
            return _leak(item.action), None
        cited_sentences = [sentences[i] for i in cited]
        actor = mention_of(item.actor, text, cited_sentences)
        if actor.span is None:
            detail = f"{item.actor}: {item.action}"
            return Problem(stage="grounding", code="actor_not_in_article", detail=detail), None
        draft = Draft(
            actor=actor,
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
        first = task.window.sentences[0].index
        task.work.said += [(first, said) for said in _sayings(task, reply, task.work.document.sentences)]

    # --- one summary from several windows

    def _condensing(self, work: _Work) -> list[_Task]:
        """Summaries of the windows' summaries, when together these are longer than was asked for.

        Each round leaves fewer windows than the one before, down to one; what cannot be condensed stays as it is.
        """
        partial = [said for _, said in sorted(work.said, key=lambda pair: pair[0])]
        if sum(len(s.text.split()) for s in partial) <= self._options.summary_words:
            return []
        chunks = chunk(_stand_ins(partial), lambda w: self._fits_summary(work.document, w))
        if chunks.too_long or len(chunks.windows) >= len({first for first, _ in work.said}):
            return []
        work.said = [(number, partial[s.index]) for number, w in enumerate(chunks.windows) for s in w.sentences]
        return [self._condensed(work, w, number, partial) for number, w in enumerate(chunks.windows)]

    def _condensed(self, work: _Work, window: Window, number: int, partial: Sequence[Said]) -> _Task:
        """The question for one window of them; `number` is where its sentences stand in `work.said`."""

        def read(task: _Task, reply: Reply) -> None:
            # What supports a summary of summaries is what supports these.
            new = [
                said._replace(cited=tuple(dict.fromkeys(i for n in said.cited for i in partial[n].cited)))
                for said in _sayings(task, reply, _stand_ins(partial))
            ]
            if new:
                work.said = [pair for pair in work.said if pair[0] != number] + [(number, said) for said in new]

        messages, form = self._summary_messages(work.document, window), summary_form(_numbers(window.sentences))
        return _Task(work, window, self._prompt(messages, form, SUMMARY_TOKENS), "summary of summaries", read)

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


def _note(task: _Task, problem: Problem) -> None:
    """The problem, and what was asked about which sentences: two windows may fail in the same words."""
    task.work.problems.append(problem.model_copy(update={"detail": f"{task.what}: {problem.detail}"}))


def _named(window: Window) -> str:
    first, last = window.sentences[0].index + 1, window.sentences[-1].index + 1
    return f"sentence {first}" if first == last else f"sentences {first} to {last}"


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


def _sayings(task: _Task, reply: Reply, sentences: Sequence[Sentence]) -> list[Said]:
    """The summary's sentences that stand, citing indexes of `sentences`; raises ReplyError for an unreadable reply."""
    found: Sayings = parse_summary(reply)
    for noticed in found.problems:
        _note(task, noticed)
    good: list[Said] = []
    for said in found.items:
        problem, cited = _cited(said.cited, task.window, said.text)
        if cited and _is_copied(said.text, SUMMARISE, _near(sentences, cited)):
            problem, cited = _leak(said.text), ()
        if problem is not None:
            task.work.problems.append(problem)
        if cited:
            good.append(said._replace(cited=cited))
    return good


def _stand_ins(partial: Sequence[Said]) -> list[Sentence]:
    """Sentences of summaries as sentences to be summarised; their places are those in the list."""
    return [Sentence(index=i, start=0, end=0, text=said.text) for i, said in enumerate(partial)]


def _near(sentences: Sequence[Sentence], cited: Sequence[int]) -> list[Sentence]:
    """The cited sentences and those around each: where a reader would look for what they mean."""
    places = {p for i in cited for p in range(max(0, i - LOOK_BEFORE), min(len(sentences), i + LOOK_AFTER + 1))}
    return [sentences[p] for p in sorted(places)]


def _is_copied(said: str, task: str, near: Sequence[Sentence]) -> bool:
    """True for words that are a worked example's and not those of the sentences that they are drawn from."""
    words = set(content_words(said))
    copied = max((len(words.intersection(content_words(text))) for text in example_texts(task)), default=0)
    if not words or copied < LEAK_SHARE * len(words):
        return False
    return len(words.intersection(content_words(" ".join(s.text for s in near)))) <= OWN_SHARE * len(words)


def _leak(words: str) -> Problem:
    return Problem(stage="engine", code="example_leak", detail=words)


def mention_of(words: str, text: str, cited: Sequence[Sentence]) -> Mention:
    """The words with the place where they are meant: in the cited sentences, else just before them, else after.

    Their case may differ; without a place they are not the article's.
    """
    span = next((place for s in cited for place in _places(words, text, s.start, s.end)), None)
    if span is None:
        before = list(_places(words, text, 0, min(s.start for s in cited)))
        after = _places(words, text, max(s.end for s in cited), len(text))
        span = before[-1] if before else next(after, None)
    return Mention(text=words, span=span)


def _places(words: str, text: str, start: int, end: int) -> Iterator[Span]:
    """Where the words stand as whole words, with any white space between them."""
    # No look behind in the pattern: without one, `re` finds the first word as fast as `str.find` does.
    pattern = re.compile(r"\s+".join(map(re.escape, words.split())) + r"(?!\w)", re.IGNORECASE)
    for match in pattern.finditer(text, start, end):
        if not (words[0].isalnum() and text[max(0, match.start() - 1) : match.start()].isalnum()):
            yield Span(start=match.start(), end=match.end())


def _within(said: Sequence[tuple[int, Said]], max_words: int) -> tuple[SummaryDraft, ...]:
    """The sentences in order, as many as the budget allows; the first one in any case."""
    kept: list[SummaryDraft] = []
    words = 0
    for _, s in sorted(said, key=lambda pair: pair[0]):
        if folded(s.text) in {folded(k.text) for k in kept}:
            continue
        words += len(s.text.split())
        if kept and words > max_words:
            break
        kept.append(SummaryDraft(text=s.text, sentences=s.cited))
    return tuple(kept)


def _one_line(text: str) -> str:
    return " ".join(text.split()).rstrip(".")
