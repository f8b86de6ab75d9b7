"""A public benchmark by name, from a local copy or the hub -> articles to run on, and how a run answers it.

Every benchmark says where it comes from, under which licence, what it can measure and what it cannot. Scores are sums
of each document, so that `eval.uncertainty` gives their intervals, and baselines stand beside them.
"""

import hashlib
import itertools
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any, Literal, NamedTuple

import numpy as np

from eval.predictions import Prediction, named, prediction_of
from eval.uncertainty import Interval, intervals
from pipeline.encodings import without_surrogates
from pipeline.errors import EnvironmentFault, InputError
from pipeline.reading import read_rows, safe_id
from pipeline.records import Record, Span

Kind = Literal["summaries", "sentences", "promises", "judged"]
Row = Mapping[str, Any]

# A promise is found when this share of its words' characters lies in evidence: a sentence is, a name in passing is not.
FOUND_SHARE = 0.5


class LabelledSentence(NamedTuple):
    span: Span
    is_promise: bool


class Promise(NamedTuple):
    """What was promised and by whom, as the article has it ("he", "Mr. Hale"); whether it is a commitment by the
    annotation guide, None where no reader said or the reader was not sure.
    """

    words: tuple[Span, ...]
    promiser: str
    is_commitment: bool | None = None


class Example(NamedTuple):
    """A document of a benchmark and what is right for it."""

    id: str
    text: str
    title: str | None = None
    published: str | None = None
    references: tuple[str, ...] = ()
    sentences: tuple[LabelledSentence, ...] = ()
    promises: tuple[Promise, ...] = ()

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.text.encode()).hexdigest()


class Benchmark(NamedTuple):
    """`files` are the names (patterns) of a local copy's files, each list in the order in which they are tried; `hub`
    is what `onrecord run` calls it; `examples` reads the rows of each of `files`."""

    name: str
    kind: Kind
    title: str
    source: str
    licence: str
    measures: str
    cannot: str
    files: tuple[tuple[str, ...], ...] = ()
    hub: str | None = None
    examples: Callable[..., Iterator[Example]] | None = None


class Measure(NamedTuple):
    """A numerator and a denominator of each document, in the order of `BenchmarkScore.documents`."""

    above: tuple[float, ...]
    below: tuple[float, ...]


Measures = dict[str, Measure]
# With what is not scored, in words.
Scored = tuple[Measures, list[str]]


class BenchmarkScore(NamedTuple):
    """`failed` articles, with their reasons, are empty predictions and count; `unscored` says what does not."""

    benchmark: str
    documents: tuple[str, ...]
    scores: Measures
    baselines: dict[str, Measures]
    failed: dict[str, str]
    unscored: tuple[str, ...]


# --- the benchmark's documents


def articles(benchmark: Benchmark, source: Path | None = None, limit: int | None = None) -> Iterator[dict[str, str]]:
    """Rows for `onrecord run FILE.jsonl`: id, text, and title and date where there are any."""
    for example in read_examples(benchmark, source, limit):
        row = {"id": example.id, "text": example.text, "title": example.title, "published": example.published}
        yield {name: value for name, value in row.items() if value is not None}


def read_examples(benchmark: Benchmark, source: Path | None = None, limit: int | None = None) -> list[Example]:
    """The first `limit` documents that have a text.

    Raises InputError for a copy that is none of this benchmark, EnvironmentFault for a hub that cannot be reached.
    """
    if benchmark.examples is None:
        hint = f"`onrecord eval benchmark {benchmark.name} --from FOLDER` asks how far a measure agrees with its people"
        raise InputError(f"{benchmark.name} has summaries that people judged, no articles to run on", hint=hint)
    tables = [_rows(places) for places in _places(benchmark, source)]
    chosen = list(itertools.islice(_with_text(benchmark, benchmark.examples(*tables)), limit))
    if not chosen:
        raise InputError(f"{source or benchmark.hub} holds no document of {benchmark.name}", hint=_fetch(benchmark))
    _check_ids(benchmark, chosen)
    return chosen


def _with_text(benchmark: Benchmark, examples: Iterator[Example]) -> Iterator[Example]:
    """Those that there is something to read of. A hub out of reach, and what a row's lists lack, is found here."""
    try:
        yield from (e for e in examples if e.text.strip())
    except EnvironmentFault as exc:
        raise EnvironmentFault(exc.message, hint=_fetch(benchmark)) from exc
    except (KeyError, TypeError, ValueError) as exc:
        what = f"{type(exc).__name__}: {exc}".splitlines()[0]
        raise InputError(f"a row is not as {benchmark.name} has it ({what})", hint=_fetch(benchmark)) from exc


def _places(benchmark: Benchmark, source: Path | None) -> list[list[str]]:
    """For each table of the benchmark, the files (or the name on the hub) that it is read from."""
    if source is None:
        if benchmark.hub is None:
            raise InputError(f"{benchmark.name} is on no hub", hint=_fetch(benchmark))
        return [[benchmark.hub]]
    if not source.exists():
        raise InputError(f"there is no {source}", hint=_fetch(benchmark))
    if source.is_dir() and any((source / mark).is_file() for mark in ("state.json", "dataset_dict.json")):
        return [[str(source)]]
    first, *others = benchmark.files
    folder = source if source.is_dir() else source.parent
    return [_in_folder(benchmark, source, first) if source.is_dir() else [str(source)]] + [
        _in_folder(benchmark, folder, patterns) for patterns in others
    ]


def _in_folder(benchmark: Benchmark, folder: Path, patterns: Sequence[str]) -> list[str]:
    """The files of the first pattern that any file has: a large table may be in several."""
    for pattern in patterns:
        if found := sorted(str(p) for p in folder.glob(pattern) if p.is_file()):
            return found
    raise InputError(f"{folder} holds no {' or '.join(patterns)}", hint=_fetch(benchmark))


def _fetch(benchmark: Benchmark) -> str:
    return f"{benchmark.title}: {benchmark.source}; name your copy with --from"


class _Table(NamedTuple):
    """A row with its place, for errors."""

    place: str
    row: Row

    def text(self, name: str) -> str:
        value = self.row.get(name)
        if not isinstance(value, str):
            raise self.fault(f"has no text in {name!r}")
        return without_surrogates(value)[0]

    def list(self, name: str) -> list[Any]:
        value = self.row.get(name)
        if not isinstance(value, list):
            raise self.fault(f"has no list in {name!r}")
        return value

    def fault(self, what: str) -> InputError:
        there = ", ".join(map(str, list(self.row)[:12]))
        return InputError(f"{self.place} {what}", hint=f"is it this benchmark's file? its fields are {there}")


def _rows(places: Sequence[str]) -> Iterator[_Table]:
    for place in places:
        for number, row in enumerate(read_rows(place), 1):
            yield _Table(f"{place}, row {number}", row)


def _check_ids(benchmark: Benchmark, examples: Sequence[Example]) -> None:
    seen: set[str] = set()
    for example in examples:
        if example.id in seen:
            raise InputError(f"{benchmark.name} has the id {example.id} twice", hint=_fetch(benchmark))
        seen.add(example.id)


# --- adapters


def _summaries(text: str, reference: str) -> Callable[..., Iterator[Example]]:
    """Of a table with an article, a reference and an id."""

    def read(rows: Iterator[_Table]) -> Iterator[Example]:
        for row in rows:
            yield Example(safe_id(row.text("id")), row.text(text), references=(row.text(reference).strip(),))

    return read


def _speech_acts(rows: Iterator[_Table]) -> Iterator[Example]:
    """Every sentence of a release or a speech has its act; Commissive-A promises an action."""
    for row in rows:
        text = row.text("text")
        sentences: list[LabelledSentence] = []
        at = 0
        for given in row.list("sentences"):
            start = text.find(given["text"], at)
            if start < 0:
                raise row.fault(f"has a sentence that is not in its text, {given.get('id')!r}")
            at = start + len(given["text"])
            sentences.append(LabelledSentence(Span(start=start, end=at), given["act"] == "Commissive-A"))
        yield Example(safe_id(row.text("doc_id")), text, sentences=tuple(sentences))


def _pledges(rows: Iterator[_Table]) -> Iterator[Example]:
    """A sentence a document; ids are row numbers, as the set's own are given to several."""
    for number, row in enumerate(rows, 1):
        text, is_pledge = _pledge(row)
        whole = LabelledSentence(Span(start=0, end=len(text)), is_pledge)
        yield Example(f"pledges-{number:05d}", text, sentences=(whole,))


def _manifestos(rows: Iterator[_Table]) -> Iterator[Example]:
    """A manifesto a document: its sentences by their numbers, a new paragraph where the copy lacks some between."""
    found: dict[tuple[str, str], list[tuple[int, str, bool]]] = {}
    for row in rows:
        number = row.text("text_id")
        if not number.isdecimal():
            raise row.fault(f"has no number in 'text_id', but {number!r}")
        whole = found.setdefault((row.text("metadata__party"), row.text("metadata__year")), [])
        words, is_pledge = _pledge(row)
        if words.strip():
            whole.append((int(number), words, is_pledge))
    for (party, year), sentences in found.items():
        text, told, before = "", list[LabelledSentence](), 0
        for place, words, is_pledge in sorted(sentences, key=lambda sentence: sentence[0]):
            between = "\n\n" if place - before > 1 else " "
            text += between + words if text else words
            told.append(LabelledSentence(Span(start=len(text) - len(words), end=len(text)), is_pledge))
            before = place
        yield Example(safe_id(f"{party}-{year}"), text, title=f"{party} manifesto {year}", sentences=tuple(told))


def _pledge(row: _Table) -> tuple[str, bool]:
    text, label = row.text("text"), row.text("label")
    if label not in ("pledge", "no pledge"):
        raise row.fault(f"has an unknown label {label!r}")
    return text, label == "pledge"


# Of PolNeAR's 96 promises half are vague, kept, broken, somebody else's or a rule's: one reader's labels by the guide.
GUIDE_LABELS = Path(__file__).parent / "polnear_guide.tsv"


@cache
def _by_the_guide() -> dict[tuple[str, int], bool]:
    rows = (line.split("\t") for line in GUIDE_LABELS.read_text("utf-8").splitlines()[1:])
    return {(article, int(start)): label == "yes" for article, start, label in rows if label != "unsure"}


def _polnear(rows: Iterator[_Table], promise_rows: Iterator[_Table]) -> Iterator[Example]:
    """Articles in which somebody promises; the others say nothing, as the promises are not all that there are."""
    promises: dict[str, list[Promise]] = {}
    labels = _by_the_guide()
    for row in promise_rows:
        words = tuple(Span(start=a, end=b) for given in row.list("what") for a, b in given["spans"])
        promiser = " ".join(given["text"] for given in row.list("who"))
        article = row.text("article_id")
        label = labels.get((article, words[0].start)) if words else None
        promises.setdefault(article, []).append(Promise(words, promiser, label))
    for row in rows:
        text, found = row.text("text"), promises.get(row.text("id"), ())
        if any(span.end > len(text) for p in found for span in p.words):
            raise row.fault("has promises that lie outside its text")
        if found:
            title, published = (row.text(name) if row.row.get(name) else None for name in ("title", "date"))
            yield Example(safe_id(row.text("id")), text, title, published, promises=tuple(found))


_HUB_FILES = (("test*.jsonl", "test*.parquet", "test*.csv"),)

BENCHMARKS: dict[str, Benchmark] = {
    b.name: b
    for b in (
        Benchmark(
            name="cnn_dailymail",
            kind="summaries",
            title="CNN/DailyMail 3.0.0, test",
            source="https://huggingface.co/datasets/abisee/cnn_dailymail",
            licence="Apache-2.0 by its card; the articles are their publishers'",
            measures="ROUGE of a summary against the highlights that the newspaper printed, on 11,490 articles",
            cannot="say which summary readers prefer: paid writers score below lead-3; nor whether it is faithful",
            files=_HUB_FILES,
            hub="hf:abisee/cnn_dailymail:3.0.0:test",
            examples=_summaries("article", "highlights"),
        ),
        Benchmark(
            name="cnndm-dev",
            kind="summaries",
            title="CNN/DailyMail, 385 test articles",
            source="the test articles that SummEval, QAGS, FIB and others republish, with the highlights",
            licence="none stated; the articles are their publishers': for measuring only",
            measures="ROUGE as the whole test set does, with wider intervals and no download",
            cannot="be compared digit by digit: four in five texts are tokenised or lower-cased",
            files=(("dev.jsonl", "*.jsonl"),),
            examples=_summaries("article", "reference"),
        ),
        Benchmark(
            name="xsum",
            kind="summaries",
            title="XSum, test",
            source="https://huggingface.co/datasets/EdinburghNLP/xsum",
            licence="none stated by its card; the articles are the BBC's",
            measures="ROUGE against the BBC's one-sentence introductions, on 11,334 articles",
            cannot="measure faithfulness: many references tell what the article, cut off its first sentence, does not",
            files=_HUB_FILES,
            hub="hf:EdinburghNLP/xsum:test",
            examples=_summaries("document", "summary"),
        ),
        Benchmark(
            name="speech_acts",
            kind="sentences",
            title="Speech acts in Australian campaign texts, 2016",
            source="Subramanian, Cohn and Baldwin, *SEM 2019 (arXiv 1905.07856)",
            licence="none stated: for measuring only",
            measures="which sentences of press releases and speeches promise an action; all of them are labelled",
            cannot="speak for news: what finds promises in releases need not find reported ones; nor who and by when",
            files=(("dev.jsonl", "*.jsonl"),),
            examples=_speech_acts,
        ),
        Benchmark(
            name="pledges",
            kind="sentences",
            title="Pledges in Indian manifestos, 1999 to 2019",
            source="Fornaciari et al., Findings of ACL 2021, pages 3406-3419",
            licence="none stated: for measuring only",
            measures="whether one sentence of a manifesto is a pledge, by experts",
            cannot="measure what context tells: each sentence is a document of its own; nor reported speech",
            files=(("dev.tsv", "*.tsv"),),
            examples=_pledges,
        ),
        Benchmark(
            name="manifestos",
            kind="sentences",
            title="The same pledges, read in their manifestos",
            source="Fornaciari et al., Findings of ACL 2021, pages 3406-3419",
            licence="none stated: for measuring only",
            measures="which sentences of a manifesto are pledges, by experts, each read among its neighbours",
            cannot="tell much of its own uncertainty: ten manifestos of two parties; a copy that lacks sentences has "
            "gaps between paragraphs",
            files=(("dev.tsv", "*.tsv"),),
            examples=_manifestos,
        ),
        Benchmark(
            name="polnear",
            kind="promises",
            title="PolNeAR, attributions of promises in US news, 2015 to 2016",
            source="https://github.com/networkdynamics/PolNeAR (Newell et al., LREC 2018)",
            licence="none stated; the articles are their publishers': for measuring only",
            measures="recall of the words of promises that news reports, and of their promisers by name",
            cannot="measure precision: other commitments are not labelled; nor recall of those told without promise, "
            "pledge, vow, commit or guarantee, so that a rule with these words finds nearly all",
            files=(("articles.jsonl",), ("promises.jsonl",)),
            examples=_polnear,
        ),
        Benchmark(
            name="summeval",
            kind="judged",
            title="SummEval",
            source="https://github.com/Yale-LILY/SummEval (Fabbri et al. 2021)",
            licence="Apache-2.0; the articles are their publishers'",
            measures="how far a measure agrees with people on consistency, relevance, coherence and fluency",
            cannot="score a system of yours: people judged 1,600 summaries of 16 systems, four in five faultless",
        ),
        Benchmark(
            name="qags",
            kind="judged",
            title="QAGS, CNN/DM and XSum",
            source="https://github.com/W4ngatang/qags (Wang et al. 2020)",
            licence="none stated: for measuring only",
            measures="whether a measure tells faithful sentences of summaries from others",
            cannot="score a system of yours; on CNN/DM a count of copied words already agrees with people",
        ),
        Benchmark(
            name="fib",
            kind="judged",
            title="FIB, factual inconsistency benchmark",
            source="https://github.com/r-three/fib (Tam et al. 2023)",
            licence="CC BY 4.0",
            measures="whether a measure prefers the faithful one of two summaries of an article",
            cannot="score a system of yours, nor say how unfaithful a summary is: each item is a choice between two",
        ),
        Benchmark(
            name="summedits",
            kind="judged",
            title="SummEdits, news",
            source="https://github.com/salesforce/factualNLG (Laban et al. 2023)",
            licence="Apache-2.0",
            measures="whether a measure sees the one edit that makes a good summary unfaithful",
            cannot="score a system of yours, nor see any fault but that one edit",
        ),
    )
}


def benchmark_named(name: str) -> Benchmark:
    if name not in BENCHMARKS:
        raise InputError(f"there is no benchmark {name!r}", hint=f"there are {', '.join(BENCHMARKS)}")
    return BENCHMARKS[name]


# --- answers and scores


def answers(examples: Sequence[Example], records: Mapping[str, Record]) -> dict[str, Prediction]:
    """What a run says of each document. Raises InputError for documents that it lacks or read in another wording."""
    if missing := [e.id for e in examples if e.id not in records]:
        hint = "write the articles anew and run on all of them, or score fewer with --limit"
        raise InputError(f"the run lacks {len(missing)} of {len(examples)} articles: {named(missing)}", hint=hint)
    if changed := [e.id for e in examples if records[e.id].article.sha256 not in (None, e.sha256)]:
        hint = "run on the articles as this command writes them"
        raise InputError(f"the run read another text of {len(changed)} articles: {named(changed)}", hint=hint)
    return {e.id: prediction_of(records[e.id]) for e in examples}


def score_benchmark(
    name: str, source: Path | None, records: Mapping[str, Record], *, limit: int | None = None
) -> BenchmarkScore:
    """A run's score and its baselines', on the first `limit` documents or on all."""
    benchmark = benchmark_named(name)
    examples = read_examples(benchmark, source, limit)
    return score_answers(benchmark, examples, answers(examples, records))


def score_answers(benchmark: Benchmark, examples: Sequence[Example], given: Mapping[str, Prediction]) -> BenchmarkScore:
    """As `score_benchmark`, for predictions of any system (`eval.imports` reads them)."""
    measure = _MEASURES[benchmark.kind]
    scores, unscored = measure(examples, given)
    baselines = {title: measure(examples, said)[0] for title, said in _baselines(benchmark, examples).items()}
    return BenchmarkScore(
        benchmark=benchmark.name,
        documents=tuple(e.id for e in examples),
        scores=scores,
        baselines=baselines,
        failed={e.id: given[e.id].reason for e in examples if given[e.id].status == "failed"},
        unscored=(
            *unscored,
            *(f"{n}: nothing to divide by in any document" for n, m in scores.items() if not any(m.below)),
        ),
    )


def intervals_of(measures: Measures) -> dict[str, Interval]:
    """Each score with its 95 % interval, from the same resamples of documents."""
    above, below = (np.array([getattr(m, side) for m in measures.values()], float).T for side in ("above", "below"))
    return dict(zip(measures, intervals(above, below), strict=True))


def benchmark_table(score: BenchmarkScore, run: str, names: Sequence[str] = ()) -> str:
    """In Markdown: the run and the baselines, each score (or those of `names`) with its interval."""
    columns = names or tuple(score.scores)
    lines = [f"| {score.benchmark}, {len(score.documents):,} documents | {' | '.join(columns)} |"]
    lines.append("| --- " * (len(columns) + 1) + "|")
    for title, measures in {run: score.scores, **score.baselines}.items():
        found = intervals_of({n: measures[n] for n in columns if n in measures})
        lines.append(f"| {title} | {' | '.join(_cell(found.get(n)) for n in columns)} |")
    return "\n".join(lines) + "\n"


def _cell(found: Interval | None) -> str:
    if found is None or found.value is None:
        return "not scored"
    return f"{found.value:.3f}" + (f" [{found.low:.3f}, {found.high:.3f}]" if found.low is not None else "")


def _baselines(benchmark: Benchmark, examples: Sequence[Example]) -> dict[str, dict[str, Prediction]]:
    from eval.baselines import cue_rule, empty
    from eval.gold import GoldArticle, GoldSource

    documents = [GoldArticle(id=e.id, source=GoldSource(sha256=e.sha256)) for e in examples]
    simple = cue_rule(documents, {e.id: e.text for e in examples}).predictions
    if benchmark.kind == "summaries":
        return {"lead-3": simple}
    return {"empty": empty(documents).predictions, "cue rule": simple}


def _table(rows: Sequence[Mapping[str, tuple[float, float]]]) -> Measures:
    """A mapping of each document -> columns; what a document lacks is 0 over 0."""
    names = dict.fromkeys(itertools.chain.from_iterable(rows))
    return {
        name: Measure(*(tuple(row.get(name, (0.0, 0.0))[side] for row in rows) for side in (0, 1))) for name in names
    }


# --- summaries


def _summary_measures(examples: Sequence[Example], given: Mapping[str, Prediction]) -> Scored:
    """Means over the summaries that a measure could be taken of."""
    from eval.summaries import score_summary

    scored = [score_summary(given[e.id].summary, e.text, e.references) for e in examples]
    whys = Counter(item for s in scored for item in s.not_scored.items())
    alike = itertools.groupby(
        sorted(whys, key=lambda item: (item[1], whys[item])), key=lambda item: (item[1], whys[item])
    )
    unscored = [
        f"{', '.join(n for n, _ in items)} of {count} of {len(scored)} summaries: {why}"
        for (why, count), items in alike
    ]
    return _table([{name: (value, 1.0) for name, value in s.values.items()} for s in scored]), unscored


# --- sentences


def _sentence_measures(examples: Sequence[Example], given: Mapping[str, Prediction]) -> Scored:
    return _table([_sentence_sums(e, _evidence(given[e.id])) for e in examples]), []


def _evidence(prediction: Prediction) -> list[Span]:
    return [span for found in prediction.found for span in found.item.evidence]


def _sentence_sums(example: Example, evidence: Sequence[Span]) -> dict[str, tuple[float, float]]:
    """A sentence is found when any evidence overlaps it. `other_f1` is of the sentences that promise nothing."""
    said = [any(s.span.overlaps(span) for span in evidence) for s in example.sentences]
    right = [s.is_promise for s in example.sentences]
    hits = sum(a and b for a, b in zip(said, right, strict=True))
    others = sum(not a and not b for a, b in zip(said, right, strict=True))
    misses = 2 * len(said) - sum(said) - sum(right)
    return {
        "precision": (hits, sum(said)),
        "recall": (hits, sum(right)),
        "f1": (2 * hits, sum(said) + sum(right)),
        "other_f1": (2 * others, misses),
    }


# --- promises

_WORD = re.compile(r"\w+")
# Not the name of anybody, with or without a capital; titles are shared by many.
_NO_NAMES = frozenset(
    "he she they it we i you who which that this his her their its our my both all some many one each every no the a an"
    " and or of mr mrs ms dr sir sen rep gov president senator governor secretary republican republicans democrat"
    " democrats democratic".split()
)
# What follows describes the promiser and may name others ("Hale, who succeeded Penn").
_ASIDE = re.compile(r",\s+(?:who|which|whose|one|an?|the|once|now|formerly)\b")


def _promise_measures(examples: Sequence[Example], given: Mapping[str, Prediction]) -> Scored:
    promises = [p for e in examples for p in e.promises]
    unnamed = sum(not _names(p.promiser) for p in promises)
    why = f"the promisers of {unnamed} of {len(promises)} promises: they are not named ('he', 'who', 'the senator')"
    unsure = sum(p.is_commitment is None for p in promises)
    apart = f"commitments and others: {unsure} of {len(promises)} promises have no label by the guide"
    return _table([_promise_sums(e, given[e.id]) for e in examples]), [
        *([why] if unnamed else []),
        *([apart] if unsure else []),
    ]


def _promise_sums(example: Example, prediction: Prediction) -> dict[str, tuple[float, float]]:
    """Characters of the promises' words in evidence; promises found; promisers named by a commitment found there; and
    found of those that are commitments by the guide, and of those that are none.
    """
    evidence = _evidence(prediction)
    length = [sum(w.end - w.start for w in p.words) for p in example.promises]
    covered = [_covered(p.words, evidence) for p in example.promises]
    named_ones = [p for p in example.promises if _names(p.promiser)]
    found = [c >= FOUND_SHARE * n for c, n in zip(covered, length, strict=True)]
    by_label = {
        name: [f for f, p in zip(found, example.promises, strict=True) if p.is_commitment is label]
        for name, label in (("commitments", True), ("others", False))
    }
    return {
        "words": (sum(covered), sum(length)),
        "promises": (sum(found), len(found)),
        "promisers": (sum(_is_named(p, prediction) for p in named_ones), len(named_ones)),
        **{name: (sum(own), len(own)) for name, own in by_label.items()},
    }


def _covered(words: Sequence[Span], evidence: Sequence[Span]) -> int:
    return len({i for w in words for s in evidence for i in range(max(w.start, s.start), min(w.end, s.end))})


def _names(promiser: str) -> frozenset[str]:
    """The words that name somebody: with a capital, no pronoun and no title."""
    words = _WORD.findall(_ASIDE.split(promiser)[0])
    return frozenset(w.casefold() for w in words if w[0].isupper() and w.casefold() not in _NO_NAMES)


def _is_named(promise: Promise, prediction: Prediction) -> bool:
    """True when a commitment with evidence in the promise's words has an actor that shares a name with its promiser."""
    names = _names(promise.promiser)
    there = [f.item for f in prediction.found if _covered(promise.words, f.item.evidence)]
    return any(names & {w.casefold() for w in _WORD.findall(a)} for item in there for a in item.actors)


_MEASURES: dict[str, Callable[[Sequence[Example], Mapping[str, Prediction]], Scored]] = {
    "summaries": _summary_measures,
    "sentences": _sentence_measures,
    "promises": _promise_measures,
}
