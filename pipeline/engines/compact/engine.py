"""Documents -> drafts of their commitments and extractive summaries, read by the small network that ships with us."""

import importlib.metadata
import math
import re
import sys
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from itertools import chain, groupby, islice
from pathlib import Path
from typing import NamedTuple, TypeVar

import numpy as np
import torch

from pipeline.actors import is_pronoun
from pipeline.engines.base import Tokens
from pipeline.engines.compact.acts import (
    asking,
    begun,
    is_asked_too,
    is_bare_thing,
    is_demanded,
    is_forbidden,
    is_foretold,
    is_given_up,
    is_left_open,
    is_manner,
    is_not_only,
    is_only_a_name,
    is_plainly_done,
    joined,
    own_subject,
    parted,
    spoken_for,
    undertaking,
)
from pipeline.engines.compact.beside import Beside, Opening, Told
from pipeline.engines.compact.completing import Referent, completed
from pipeline.engines.compact.decoding import (
    MOST_NAME_TOKENS,
    Pointed,
    Scores,
    Tagged,
    actions_in,
    argument,
    log_softmax,
    referent,
)
from pipeline.engines.compact.files import SHIPPED
from pipeline.engines.compact.looking import has_tiles
from pipeline.engines.compact.network import (
    JOINTS,
    POLARITIES,
    ROLES,
    STRENGTHS,
    Arguments,
    Batch,
    Reading,
    batch_of,
)
from pipeline.engines.compact.summary import summarise
from pipeline.engines.compact.weights import Arithmetic, DType, Loaded, Settings, computed_in, has_int8, load
from pipeline.engines.compact.windows import Window, Windower
from pipeline.engines.compact.wording import Worded, worded
from pipeline.engines.cue.grammar import VERBS
from pipeline.models.devices import Device, device_of
from pipeline.records import Document, Draft, Extraction, Mention, Problem, Provenance, Sentence, Span, Strength
from pipeline.timewords import NAMED_LIKE_A_TIME, time_of
from pipeline.voices import SAYING

# Windows that a GPU reads at once. On a CPU each is read alone, in a thread of its own: no padding, and two threads
# that read a window each do half as much again as two that share every product (docs/log.md).
GPU_WINDOWS = 16
# Documents asked for at once: so many that nobody waits for long while the last one is finished, and at the beginning
# few, so that something is there soon.
FIRST_GROUP, GROUP = 8, 24
# Windows read ahead for each thread, and documents given out ahead for each process.
AHEAD, GIVEN_AHEAD = 2, 3
# A second process takes two seconds of a core before it reads: it is started when so many documents have been read,
# and asked only for those of which one thread has enough in one core.
COMPANY_FROM, LONG_CHARS = 24, 100_000
# Each has a network of its own, some 400 MB; one that says nothing for so long has been stopped from outside.
MOST_COMPANY, PATIENCE_SECONDS = 4, 300.0
# Python's threads hand over after 5 ms by default, longer than a product of matrices takes: each waits for another.
SWITCH_SECONDS = 1e-4
# An actor's log-probability counts down to here: below, nobody in particular is meant.
LEAST_SURE = -6.0


Item = TypeVar("Item")
Result = TypeVar("Result")

# Of these nobody could say whether they were done.
_SAYS_NOTHING = frozenset(("", *"be come do for get give go have keep let make provide put say see take".split()))


class Found(NamedTuple):
    """An action with everything that the heads say of it."""

    window: Window
    sentence: Sentence
    logit: float
    action: Tagged
    roles: tuple[Pointed | None, ...]
    polarity: Scores
    strength: Scores
    joint: Scores

    @property
    def action_span(self) -> Span:
        return _span(self.window, self.action.first, self.action.last)

    @property
    def probability(self) -> float:
        """That its sentence states a commitment."""
        return _sigmoid(self.logit)


class Piece(NamedTuple):
    """What was read in some windows of the document with this number: each sentence's worth, and what was found."""

    document: int
    worth: dict[int, float]
    found: list[Found]


class Given(NamedTuple):
    """A document that was given to another process, or to a thread of ours (None), and what it will say."""

    document: Document
    to: Beside | None
    told: Future[Told | None] | Future[Told]


class CompactEngine:
    """Reads each article's windows once; one forward pass serves all heads."""

    def __init__(
        self, loaded: Loaded, *, summary_words: int, arithmetic: Arithmetic, device: str, name: str,
        least_confidence: float | None = None, opening: Opening | None = None,
    ) -> None:  # fmt: skip
        self._network, self._settings = loaded.network, lowered(loaded.settings, least_confidence)
        self._windower = Windower(loaded.tokenizer, reads_cues=loaded.settings.reads_cues)
        self._summary_words = summary_words
        self._device = device
        self._threads = torch.get_num_threads() if device == "cpu" else 1
        self._windows_at_once = 1 if device == "cpu" else GPU_WINDOWS
        self._pool = ThreadPoolExecutor(self._threads, "read", initializer=_alone if device == "cpu" else None)
        self._read = self._documents_read = 0
        self._opening = opening if device == "cpu" else None
        self._company: tuple[Beside, ...] = ()
        self._fewer: ThreadPoolExecutor | None = None  # of our threads, those for which company leaves a core
        libraries = {p: importlib.metadata.version(p) for p in ("tokenizers", "torch")}
        self.provenance = Provenance(
            engine="compact", model=name, weights_sha256=loaded.sha256, libraries=libraries,
            dtype=computed_in(loaded.network, arithmetic), device=device, decoding=self._settings._asdict(),
        )  # fmt: skip

    @classmethod
    def open(
        cls, folder: Path | None = None, *, summary_words: int = 90, device: Device = "auto", dtype: DType = "auto",
        least_confidence: float | None = None, name: str | None = None,
    ) -> "CompactEngine":  # fmt: skip
        """The weights in `folder`, or those that ship with the package.

        `least_confidence`: a level below the weights' own, for recall; a higher one is left to the run. `name`: what
        the provenance calls the weights, by default by their folder.
        Raises EnvironmentFault where they, or the device, cannot be used.
        """
        device = device_of(device)
        arithmetic = arithmetic_of(device, dtype)
        loaded = load(folder or SHIPPED, device=device, arithmetic=arithmetic)
        name = name or (folder.resolve().name if folder else "onrecord-compact")
        opening = Opening((folder or SHIPPED).resolve(), name, summary_words, dtype, least_confidence)
        return cls(
            loaded, summary_words=summary_words, arithmetic=arithmetic, device=device, name=name,
            least_confidence=least_confidence, opening=opening,
        )  # fmt: skip

    @property
    def group_size(self) -> int:
        return GROUP if self._company else FIRST_GROUP

    @property
    def tokens(self) -> Tokens:
        return Tokens(read=self._read)

    def extract(self, documents: Sequence[Document]) -> list[Extraction]:
        return list(self.stream(documents))

    def stream(self, documents: Iterable[Document]) -> Iterator[Extraction]:
        """As `extract`, each as soon as it is there: while its caller settles one, threads read those behind it, and
        from some dozens of documents on other processes too.
        """
        rest = iter(documents)
        begun = list(islice(rest, 2))
        company = self._company_now() if len(begun) > 1 else []
        given = chain(begun, rest)
        for extraction in self._shared(given, company) if company else self._window_by_window(given):
            self._documents_read += 1
            yield extraction

    def _company_now(self) -> list[Beside]:
        """The processes that are there to help; they are started here, for every second core, and not waited for."""
        count = min(self._threads // 2, MOST_COMPANY)
        if self._opening is not None and count and not self._company and self._documents_read >= COMPANY_FROM:
            self._company = tuple(Beside(self._opening, self.provenance) for _ in range(count))
            self._fewer = ThreadPoolExecutor(self._threads - count, "read", initializer=_alone)
        return [beside for beside in self._company if beside.is_ready]

    def _shared(self, documents: Iterable[Document], company: Sequence[Beside]) -> Iterator[Extraction]:
        """Each document goes to whom the fewest characters wait for; a long one is read by all of our own threads."""
        assert self._fewer is not None, "it comes with the company"
        own, own_threads = self._fewer, self._threads - len(self._company)
        waiting: deque[Given] = deque()

        def load(hand: Beside | None) -> float:
            if hand is not None and not hand.is_ready:
                return math.inf
            chars = sum(len(g.document.article.text) for g in waiting if g.to is hand and not g.told.done())
            return chars / (own_threads if hand is None else 1)

        with _quick_switches():
            try:
                for document in documents:
                    if len(document.article.text) >= LONG_CHARS:
                        yield from (self._taken(given, own) for given in _emptied(waiting))
                        yield from self._window_by_window([document])
                        continue
                    to = min((*company, None), key=load)
                    told = own.submit(self.whole, document) if to is None else to.submit(document)
                    waiting.append(Given(document, to, told))
                    while len(waiting) > GIVEN_AHEAD * (own_threads + len(company)):
                        yield self._taken(waiting.popleft(), own)
                yield from (self._taken(given, own) for given in _emptied(waiting))
            finally:
                for given in waiting:
                    if given.to is None:
                        given.told.cancel()

    def _taken(self, given: "Given", own: ThreadPoolExecutor) -> Extraction:
        """What was found; where another process does not say, it is read here."""
        told: Told | None = None
        try:
            told = given.told.result(None if given.to is None else PATIENCE_SECONDS)
        except TimeoutError:
            assert given.to is not None
            given.to.close()
        told = told or own.submit(self.whole, given.document).result()
        self._read += told.read
        return told.extraction

    def whole(self, document: Document) -> Told:
        """One document, read in the calling thread."""
        windows, unread = self._windower.windows(document)
        pieces = [self._piece(0, document, own) for own in self._together(windows)]
        return Told(self._extraction(document, unread, pieces), sum(len(w.ids) for w in windows))

    def _window_by_window(self, documents: Iterable[Document]) -> Iterator[Extraction]:
        """Threads read a window each."""
        cut: dict[int, tuple[Document, int]] = {}
        place = 0
        for n, pieces in groupby(self._pieces(documents, cut), key=lambda piece: piece.document):
            own = list(pieces)
            yield from (self._extraction(*cut.pop(i), []) for i in range(place, n))
            yield self._extraction(*cut.pop(n), own)
            place = n + 1
        yield from (self._extraction(*cut.pop(i), []) for i in sorted(cut))

    def _pieces(self, documents: Iterable[Document], cut: dict[int, tuple[Document, int]]) -> Iterator[Piece]:
        """The documents' windows, read; each document and how many of its characters are left unread is put into `cut`
        before.
        """

        def parts() -> Iterator[tuple[int, Document, Sequence[Window]]]:
            for n, document in enumerate(documents):
                windows, unread = self._windower.windows(document)
                cut[n] = document, unread
                self._read += sum(len(w.ids) for w in windows)
                yield from ((n, document, own) for own in self._together(windows))
                del windows  # of a long article some hundred megabytes, which the next one's would be beside

        return self._in_order(lambda part: self._piece(*part), parts())

    def _piece(self, n: int, document: Document, windows: Sequence[Window]) -> Piece:
        batched = self._batched(document, windows)
        worth = {document.body[i].index: _salience(logits) for i, logits in _owned(batched, windows)}
        return Piece(n, worth, self.found(document, batched, windows))

    def _extraction(self, document: Document, unread: int, pieces: Sequence[Piece]) -> Extraction:
        worth = {i: each for piece in pieces for i, each in piece.worth.items()}
        drafts = [d for piece in pieces for found in piece.found if (d := self._draft(document, found)) is not None]
        whole = {draft.sentences for draft in drafts if not is_bare_thing(document, draft)}
        detail = f"{unread:,} characters"
        return Extraction(
            drafts=tuple(d for d in drafts if d.sentences not in whole or not is_bare_thing(document, d)),
            summary=summarise(document, worth, max_words=self._summary_words),
            problems=(Problem(stage="engine", code="sentence_too_long", detail=detail),) if unread else (),
            chars_read=len(document.article.text) - unread,
        )

    def readings(self, document: Document, windows: Sequence[Window]) -> Iterator[tuple["Batched", Sequence[Window]]]:
        """The network's scores of the windows, some at a time."""

        def read(own: Sequence[Window]) -> tuple[Batched, Sequence[Window]]:
            return self._batched(document, own), own

        yield from self._in_order(read, self._together(windows))

    def _together(self, windows: Sequence[Window]) -> Iterator[Sequence[Window]]:
        for start in range(0, len(windows), self._windows_at_once):
            yield windows[start : start + self._windows_at_once]

    def _batched(self, document: Document, windows: Sequence[Window]) -> "Batched":
        with torch.inference_mode():
            batch = batch_of(windows, len(document.body), device=self._device)
            return Batched(self._network(batch), batch)

    def _in_order(self, work: Callable[[Item], Result], items: Iterable[Item]) -> Iterator[Result]:
        """The work on each item, done in threads some items ahead of what is taken.

        One at a time, and not across a fork: the threads and Python's interval between them are the process's.
        """
        waiting: deque[Future[Result]] = deque()
        try:
            with _quick_switches():
                for item in items:
                    waiting.append(self._pool.submit(work, item))
                    if len(waiting) > AHEAD * self._threads:
                        yield waiting.popleft().result()
                while waiting:
                    yield waiting.popleft().result()
        finally:
            for future in waiting:
                future.cancel()

    def sentence_logits(self, document: Document) -> Iterator[tuple[int, float]]:
        """Each sentence's position in the body, and the logit that it states a commitment."""
        windows, _ = self._windower.windows(document)
        for read, own in self.readings(document, windows):
            for position, logits in _owned(read, own):
                yield position, float(logits[0])

    def findings(self, document: Document, *, least: float | None = None) -> Iterator[Found]:
        """What is found where a sentence counts from the probability `least` on, by default the threshold."""
        windows, _ = self._windower.windows(document)
        for read, own in self.readings(document, windows):
            yield from self.found(document, read, own, least)

    def found(
        self, document: Document, read: "Batched", windows: Sequence[Window], least: float | None = None
    ) -> list[Found]:
        """Every action in a sentence that states a commitment, by the threshold."""
        tags = log_softmax(read.reading.tags.float().cpu().numpy())
        labels = read.reading.labels.float().cpu().numpy()
        floor = _logit(self._settings.threshold if least is None else least)
        chosen = [
            (row, i, tagged)
            for row, window in enumerate(windows)
            for i, place in enumerate(window.places)
            if place.is_owned and labels[row, i, 0] >= floor and labels[row, i, 2] < 0
            for whole in joined(actions_in(tags[row], place), window, document.article.text)
            for some in begun(whole, tags[row], window, document.article.text)
            for tagged in parted(some, window, document.article.text)
        ]
        if not chosen:
            return []
        actions = torch.tensor([(row, i, t.first, t.last) for row, i, t in chosen], device=self._device)
        with torch.inference_mode():
            said = self._network.arguments(read.reading, read.batch, actions)
        return [
            Found(
                windows[row],
                document.body[windows[row].places[i].sentence],
                float(labels[row, i, 0]),
                tagged,
                *_roles(said, n, windows[row]),
            )
            for n, (row, i, tagged) in enumerate(chosen)
        ]

    def _draft(self, document: Document, found: Found) -> Draft | None:
        confidence = self.confidence(found)
        actor, implementer, recipient, condition, deadline = (
            _mention(document, found.window, pointed) for pointed in found.roles[:-1]
        )
        condition = None if condition is not None and _NO_CONDITION.match(condition.text) else condition
        if actor is None or confidence < self._settings.least_confidence:
            return None
        if any(
            no_act(found.sentence, found.action_span)
            for no_act in (is_asked_too, is_left_open, is_given_up, is_foretold, is_forbidden, is_manner)
        ) or is_demanded(found.sentence, found.action_span, actor):
            return None
        if (asker := asking(found.sentence, found.action_span, actor)) is not None:
            actor, implementer = asker, implementer or actor
        elif (named := undertaking(found.sentence, found.action_span, actor)) is not None:
            actor = named
        elif (other := spoken_for(found.sentence, found.action_span)) is not None:
            actor = other
        action, polarity = _worded(document, found, actor, condition)
        if (leant_on := _referent(document, found)) is not None:
            action = completed(action, leant_on, JOINTS[int(found.joint.argmax())])
        if action.casefold() in _SAYS_NOTHING or is_only_a_name(action):
            return None
        return Draft(
            actor=actor,
            action=action,
            sentences=(found.sentence.index,),
            speaker=own_subject(found.sentence, found.action_span) if asker is None else None,
            implementer=implementer,
            polarity=polarity,
            strength=_strength(found, is_conditional=condition is not None),
            condition=condition.text if condition else None,
            recipient=whom(recipient.text) if recipient and not is_pronoun(recipient.text) else None,
            deadline=_deadline(document, deadline),
            confidence=round(confidence, 3),
        )

    def confidence(self, found: Found) -> float:
        """The probability that the commitment is one, calibrated on development articles."""
        return confidence_of(found, self._settings)


def arithmetic_of(device: str, dtype: DType) -> Arithmetic:
    """What is asked for, else int8 on a CPU and float16 on a GPU: the fastest that changes no decision to speak of."""
    if dtype != "auto":
        return dtype
    if device != "cpu":
        return "float16"
    return "int8" if has_int8() or has_tiles() else "float32"


def _emptied(waiting: deque[Item]) -> Iterator[Item]:
    while waiting:
        yield waiting.popleft()


def _alone() -> None:
    """Makes torch use no other thread for what is computed in this one."""
    torch.set_num_threads(1)


@contextmanager
def _quick_switches() -> Iterator[None]:
    before = sys.getswitchinterval()
    sys.setswitchinterval(SWITCH_SECONDS)
    try:
        yield
    finally:
        sys.setswitchinterval(before)


class Batched(NamedTuple):
    """A reading and the batch that it is of."""

    reading: Reading
    batch: Batch


def evidence_of(found: Found) -> tuple[float, ...]:
    """What confidence is made from: the sentence's logit, how sure the tags are, how sure the actor is.

    How long the action is would tell something, too (docs/log.md), and make every plain short promise doubtful.
    """
    actor = found.roles[0]
    return found.logit, found.action.score, max(actor.score, LEAST_SURE) if actor else LEAST_SURE


def confidence_of(found: Found, settings: Settings) -> float:
    """The sentence's probability where nothing was calibrated."""
    if not settings.calibration:
        return found.probability
    return _sigmoid(sum(w * v for w, v in zip(settings.calibration, (*evidence_of(found), 1.0), strict=True)))


def lowered(settings: Settings, level: float | None) -> Settings:
    """The settings with a lower level of confidence, where one is asked for; a sentence is looked at then from the
    probability on at which a finding in it could reach that level.

    What the tags and the actor say can only take confidence away, as long as their weights are not negative.
    """
    if level is None or level >= settings.least_confidence:
        return settings
    if not settings.calibration:
        return settings._replace(threshold=min(settings.threshold, level), least_confidence=level)
    of_logit, *others, constant = settings.calibration
    reached = (_logit(level) - constant) / of_logit if of_logit > 0 and min(others, default=0.0) >= 0 else -math.inf
    return settings._replace(threshold=min(settings.threshold, _sigmoid(reached)), least_confidence=level)


def _owned(read: Batched, windows: Sequence[Window]) -> Iterator[tuple[int, Scores]]:
    labels = read.reading.labels.float().cpu().numpy()
    for row, window in enumerate(windows):
        for i, place in enumerate(window.places):
            if place.is_owned:
                yield place.sentence, labels[row, i]


def _salience(logits: Scores) -> float:
    """The probability that a sentence carries the news; 0 for boilerplate."""
    return 0.0 if logits[2] >= 0 else _sigmoid(float(logits[1]))


def _roles(said: Arguments, n: int, window: Window) -> tuple[tuple[Pointed | None, ...], Scores, Scores, Scores]:
    starts = log_softmax(said.starts[n].float().cpu().numpy())
    ends = log_softmax(said.ends[n].float().cpu().numpy())
    actor = argument(starts[0], ends[0], window, may_be_none=False, most_tokens=MOST_NAME_TOKENS)
    others = (argument(starts[r], ends[r], window) for r in range(1, len(ROLES) - 1))
    polarity, strength, joint = (part[n].float().cpu().numpy() for part in (said.polarity, said.strength, said.joint))
    return (actor, *others, referent(starts[-1], ends[-1], window)), polarity, strength, joint


def _worded(document: Document, found: Found, actor: Mention, condition: Mention | None) -> Worded:
    span, sentence = found.action_span, found.sentence
    before = document.sentences[sentence.index - 1].text if sentence.index else ""
    return worded(
        span.of(document.article.text),
        "do"
        if is_not_only(sentence, span) or is_plainly_done(sentence, span)
        else POLARITIES[int(found.polarity.argmax())],
        [condition.text] if condition else [],
        sentence=sentence.text,
        start=span.start - sentence.start,
        before=before,
        actor=actor.text,
    )


def _strength(found: Found, *, is_conditional: bool) -> Strength:
    """`conditional` where there are words of a condition, and only there."""
    return "conditional" if is_conditional else STRENGTHS[int(found.strength[:2].argmax())]


# "if not on 26 April, then as soon as can be": it is done in any case.
_NO_CONDITION = re.compile(r"if not (?:on|by|in|at|before|sooner|earlier|all|more)\b", re.IGNORECASE)
# "pupils in years 1 to 3" | ", so it will be open to all", "the schools" | "to develop a plan": what comes of it.
_OUTCOME = re.compile(
    r",? (?:so (?:that )?(?:it|they|we|he|she|this)\b|as a (?:way|means) (?:of|to)\b|and (?:of course|gets?\b)|"
    rf"(?<!ing )(?<!ed )(?<!able )to (?=(?:{'|'.join(sorted(VERBS))}) (?:an?|the|its|their|our|all|further)\b))"
)
_WHICH_ONES = re.compile(r"\b(?:who|which|that|whose)\b")


def whom(words: str) -> str:
    """A recipient without what the act is to bring about."""
    outcome = _OUTCOME.search(words)
    is_cut = outcome is not None and outcome.start() and _WHICH_ONES.search(words, 0, outcome.start()) is None
    return words[: outcome.start()].rstrip(" ,") if outcome is not None and is_cut else words


_SAID_THAT = re.compile(rf"[^.;:]{{3,80}} {SAYING}(?: [\w']+){{0,5}}? that (?=\w)")


def within_one_name(text: str, span: Span) -> Span:
    """Without what it begins with, where it begins in one name and ends in another: "the ministry said that" | "the
    three"."""
    said = _SAID_THAT.match(span.of(text))
    return span if said is None else Span(start=span.start + said.end(), end=span.end)


def _mention(document: Document, window: Window, pointed: Pointed | None) -> Mention | None:
    if pointed is None:
        return None
    if window.offsets[pointed.first][0] >= 0:
        span = _span(window, pointed.first, pointed.last)
        span = within_one_name(document.article.text, span)
        return Mention(text=span.of(document.article.text), span=span)
    title = document.article.title or ""
    (start, _), (_, end) = window.title_offsets[pointed.first - 1], window.title_offsets[pointed.last - 1]
    return Mention(text=title[start:end])


def _referent(document: Document, found: Found) -> Referent | None:
    """What the action leans on, in small letters where its window has it so somewhere."""
    pointed, window = found.roles[-1], found.window
    if pointed is None:
        return None
    near = [document.body[place.sentence] for place in window.places]
    if window.offsets[pointed.first][0] < 0:
        (start, _), (_, end) = window.title_offsets[pointed.first - 1], window.title_offsets[pointed.last - 1]
        return _in_small_letters(near, Referent(document.article.title or "", start, end))
    span = _span(window, pointed.first, pointed.last)
    sentence = next((s for s in near if s.span.covers(span)), None)
    if sentence is None:
        return None
    return _in_small_letters(near, Referent(sentence.text, span.start - sentence.start, span.end - sentence.start))


def _in_small_letters(near: Sequence[Sentence], referent: Referent) -> Referent:
    words = referent.sentence[referent.start : referent.end]
    small = words.lower()
    for sentence in near if small != words else ():
        at = sentence.text.find(small)
        if at >= 0:
            return Referent(sentence.text, at, at + len(small))
    return referent


def _span(window: Window, first: int, last: int) -> Span:
    return Span(start=window.offsets[first][0], end=window.offsets[last][1])


def _deadline(document: Document, mention: Mention | None) -> str | None:
    """The time that the words tell; the words themselves where there is none."""
    if mention is None or mention.span is None:
        return None
    span = mention.span
    sentence = next((s for s in document.body if s.span.covers(span)), None)
    if sentence is None:
        return mention.text
    pointed = Span(start=span.start - sentence.start, end=span.end - sentence.start)
    time = time_of(sentence.text, pointed)
    return None if time is None and mention.text in NAMED_LIKE_A_TIME else time or mention.text


def _logit(probability: float) -> float:
    if not 0 < probability < 1:
        return math.inf if probability >= 1 else -math.inf
    return math.log(probability / (1 - probability))


def _sigmoid(value: float) -> float:
    return float(1 / (1 + np.exp(-value)))
