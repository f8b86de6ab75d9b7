"""Another system's output file -> predictions like a run's, with its quotes located in the articles.

Two forms, both one JSON object a line and one line an article (docs/benchmarks.md shows each): `jsonl`, our own, that
anybody can write, and `langextract`, the annotated documents that LangExtract saves.

A file that cannot be read as meant is refused with its line, never scored as if the system had found nothing. What the
system itself got wrong (a quote that is not in the article, no actor) is kept: that is what a score is for.
"""

import difflib
import hashlib
import json
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any, Literal, NamedTuple, get_args

from eval.aligning import Deadline, Item
from eval.predictions import Found, Prediction
from pipeline.deadlines import resolve
from pipeline.encodings import without_surrogates
from pipeline.errors import InputError
from pipeline.grounding import Folded, Grounder, Rejection
from pipeline.records import Polarity, Span, Strength

Form = Literal["langextract", "jsonl"]

_ROW = frozenset({"id", "text_sha256", "text", "commitments", "summary", "error"})
_COMMITMENT = frozenset(
    "actor action polarity strength deadline condition recipient implementer evidence confidence".split()
)
_DEADLINE = frozenset({"text", "earliest", "latest"})
_EVIDENCE = frozenset({"start", "end", "quote"})
# Fields that tell the two forms, and a run's own records, apart.
_OF_LANGEXTRACT = frozenset({"extractions", "document_id"})
_OF_JSONL = frozenset({"commitments", "text_sha256", "summary", "error"})
_OF_A_RUN = frozenset({"provenance", "coverage"})
# Classes of an extraction that is a commitment; others (a topic, a date) are passed over.
CLASSES = ("commitment", "promise", "pledge")
_ATTRIBUTES = _COMMITMENT - {"evidence"}
# What language models write into an attribute that there is nothing to say about.
_NOTHING = frozenset({"", "none", "null", "n/a", "na", "-", "not specified", "unspecified"})
# An attribute this near to one of ours is a slip ("actors"); "topic" and "party" are not.
SLIP = 0.75
# A quote that stands more often is a word or two; its first places will do.
MOST_PLACES = 200
_EDGES = " \t\r\n\"'“”‘’"
_PAGE = "docs/benchmarks.md shows the form"


def read_predictions(
    path: Path, form: Form, texts: Mapping[str, str], published: Mapping[str, str | None], *, locale: str = "en-GB"
) -> list[Prediction]:
    """One prediction a line, in order. `texts` and `published` (ISO dates) are the gold articles', by gold id.

    Articles are matched by id, else by their text or its sha256. Those that gold does not have are returned too, with
    nothing located in them unless the line carries the text. Raises InputError, naming the line.
    """
    gold = _Gold(texts, published, {_sha256(text): i for i, text in sorted(texts.items(), reverse=True)}, locale)
    read_row = {"jsonl": _plain_row, "langextract": _langextract_row}[form]
    rows = list(_rows(path))
    if not rows:
        raise InputError(f"{path} is empty", hint=f"it needs one line for each article; {_PAGE}")
    for row in rows:
        _check_form(row, form)
    if form == "langextract":
        _check_classes(path, rows)
    if form == "jsonl":
        _check_all_find(rows)
    predictions = [read_row(row, gold) for row in rows]
    given = {name for row in rows for name in row.fields}
    if form == "jsonl" and "commitments" not in given and "summary" in given:
        predictions = [p._replace(finds=False) for p in predictions]
    _check_twice(path, rows, predictions, gold)
    return predictions


class _Gold(NamedTuple):
    """What is known of the gold articles; `ids` by the sha256 of their texts."""

    texts: Mapping[str, str]
    published: Mapping[str, str | None]
    ids: Mapping[str, str]
    locale: str

    def id_of(self, own_id: str | None, sha256: str | None) -> str | None:
        """The article that is meant: the same id with the same text, else the same text, else the same id."""
        same = own_id if own_id in self.texts or own_id in self.published else None
        if same is not None and (sha256 is None or (same in self.texts and _sha256(self.texts[same]) == sha256)):
            return same
        return self.ids.get(sha256 or "", same)


# --- lines and typed fields


class _Object(NamedTuple):
    """A JSON object of the file and where it stands ("out.jsonl, line 3: commitments[1]")."""

    place: str
    fields: Mapping[str, Any]

    def fault(self, what: str, hint: str = _PAGE) -> InputError:
        return InputError(f"{self.place}: {what}", hint=hint)

    def inner(self, name: str, value: Any) -> "_Object":
        """An object inside this one."""
        place = f"{self.place}{'.' if ': ' in self.place else ': '}{name}"
        if not isinstance(value, dict):
            raise InputError(f"{place} must be an object, not {_kind(value)}", hint=_PAGE)
        return _Object(place, value)

    def check_names(self, known: frozenset[str]) -> None:
        for name in self.fields:
            if name not in known:
                near = difflib.get_close_matches(name, sorted(known), n=1, cutoff=0.5)
                hint = f"did you mean {near[0]!r}?" if near else f"known are {', '.join(sorted(known))}"
                raise self.fault(f"unknown field {name!r}", hint)

    def string(self, name: str) -> str | None:
        value = self.fields.get(name)
        if value is not None and not isinstance(value, str):
            raise self.fault(f"{name!r} must be a string, not {_kind(value)}")
        return value

    def words(self, name: str) -> str | None:
        """A string with something in it."""
        return (self.string(name) or "").strip() or None

    def items(self, name: str) -> list[Any]:
        value = self.fields.get(name)
        if value is not None and not isinstance(value, list):
            raise self.fault(f"{name!r} must be a list, not {_kind(value)}")
        return value or []

    def choice(self, name: str, value: str | None, known: Sequence[str]) -> str:
        """The first of `known` where nothing is given; "Not do" is read as "not_do"."""
        folded = re.sub(r"[\s-]+", "_", (value or known[0]).strip().casefold())
        if folded not in known:
            raise self.fault(f"unknown {name} {value!r}", f"it is one of {', '.join(known)}")
        return folded

    def offset(self, name: str) -> int:
        value = self.fields.get(name)
        if not isinstance(value, int) or isinstance(value, bool):
            raise self.fault(f"{name!r} must be a whole number, not {_kind(value)}")
        return value

    def span(self, start: str, end: str, length: int | None) -> Span:
        first, last = self.offset(start), self.offset(end)
        if not 0 <= first < last or (length is not None and last > length):
            told = "" if length is None else f", the article has {length} characters"
            raise self.fault(f"[{first}, {last}) is no span of the text{told}", "offsets count characters from 0; "
                             "the end is the first character after the span")  # fmt: skip
        return Span(start=first, end=last)


def _kind(value: Any) -> str:
    names = {type(None): "null", bool: "a truth value", int: "a number", float: "a number", str: "a string"}
    return {**names, list: "a list", dict: "an object"}[type(value)]


def _rows(path: Path) -> Iterator[_Object]:
    """The lines that hold something, each one object."""
    try:
        lines = path.read_bytes().removeprefix(b"\xef\xbb\xbf").split(b"\n")
    except OSError as exc:
        raise InputError(f"{path} cannot be read: {exc.strerror}", hint="name the file that the system wrote") from exc
    for number, line in enumerate(lines, 1):
        if line.strip():
            is_cut = number == len(lines)
            yield _Object(f"{path}, line {number}", _object(f"{path}, line {number}", line, is_cut=is_cut))


def _object(place: str, line: bytes, *, is_cut: bool) -> dict[str, Any]:
    """`is_cut`: no line end follows, so that the file may have been cut off here."""
    try:
        value: Any = _clean(json.loads(line.decode("utf-8"), object_pairs_hook=_pairs))
    except UnicodeDecodeError as exc:
        raise InputError(f"{place} is no UTF-8", hint="save the file as UTF-8") from exc
    except _TwiceError as exc:
        raise InputError(f"{place} has {exc.args[0]!r} twice in one object", hint=_PAGE) from exc
    except (ValueError, RecursionError) as exc:
        if is_cut:
            raise InputError(f"{place}: the last line is cut off", hint="the system was still writing, or a copy broke "
                             "off; write or copy the file anew") from exc  # fmt: skip
        hint = "each line is one whole object; `jq -c . FILE` makes lines of objects spread over several"
        raise InputError(f"{place} is no JSON", hint=hint) from exc
    if not isinstance(value, dict):
        raise InputError(f"{place} is {_kind(value)}, no object", hint="`jq -c '.[]' FILE` makes lines of a list")
    return value


class _TwiceError(ValueError):
    """A name that one object has twice: JSON would silently keep the last."""


def _pairs(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise _TwiceError(Counter(name for name, _ in pairs).most_common(1)[0][0])
    return found


def _clean(value: Any) -> Any:
    """Lone surrogates (half of an emoji) replaced, as the reader of articles does."""
    if isinstance(value, str):
        return without_surrogates(value)[0]
    if isinstance(value, list):
        return [_clean(v) for v in value]
    return {k: _clean(v) for k, v in value.items()} if isinstance(value, dict) else value


def _check_form(row: _Object, form: Form) -> None:
    names = row.fields.keys()
    if names & _OF_A_RUN:
        raise row.fault("is a record of a run, no other system's", "name the run directory, without --as")
    if form == "jsonl" and names & _OF_LANGEXTRACT:
        raise row.fault("is LangExtract's form", "score it with --as langextract")
    if form == "langextract" and names & _OF_JSONL and not names & _OF_LANGEXTRACT:
        raise row.fault("is the plain form, not LangExtract's", "score it with --as jsonl")


def _check_all_find(rows: Sequence[_Object]) -> None:
    """A system that looks for commitments does so in every article that it does not fail on."""
    if any("commitments" in row.fields for row in rows):
        silent = next((r for r in rows if not {"commitments", "error"} & r.fields.keys()), None)
        if silent is not None:
            raise silent.fault("has no 'commitments', as other lines have", "write [] where the system found none")


def _check_classes(path: Path, rows: Sequence[_Object]) -> None:
    """A file in which nothing is called a commitment would score as if nothing had been found."""
    classes = {str(e.get("extraction_class")) for r in rows for e in r.items("extractions") if isinstance(e, dict)}
    if classes and not any(c.strip().casefold() in CLASSES for c in classes):
        shown = ", ".join(sorted(classes)[:5])
        hint = f"name the class of your examples {' or '.join(CLASSES)}"
        raise InputError(f"{path}: no extraction is a commitment; its classes are {shown}", hint=hint)


def _check_twice(path: Path, rows: Sequence[_Object], predictions: Sequence[Prediction], gold: _Gold) -> None:
    """Two lines of one article: which one counts is not ours to choose."""
    seen: dict[str, str] = {}
    for row, p in zip(rows, predictions, strict=True):
        line = row.place.rpartition(" ")[2]
        for key in {p.id, gold.id_of(p.id, p.sha256) or p.id}:
            if key in seen:
                hint = "an article has one line; two runs in one file are two files"
                raise InputError(f"{path}, lines {seen[key]} and {line}: both are of {key}", hint=hint)
            seen[key] = line


# --- our own form


def _plain_row(row: _Object, gold: _Gold) -> Prediction:
    row.check_names(_ROW)
    article = _article_of(row, gold, row.words("id"), row.string("text"), _given_sha256(row))
    error, commitments = row.words("error"), row.items("commitments")
    if row.fields.get("commitments", []) is None:
        raise row.fault("has null for 'commitments'", "write [] where the system found none, or say why in 'error'")
    if error is not None and commitments:
        raise row.fault("has both an error and commitments", "an article that failed has none")
    if error is None and "commitments" not in row.fields and "summary" not in row.fields:
        raise row.fault("has no 'commitments'", "write [] where the system found none, or say why in 'error'")
    found = [_plain_commitment(row.inner(f"commitments[{i}]", c), article) for i, c in enumerate(commitments)]
    return Prediction(
        id=article.id,
        sha256=article.sha256,
        status="failed" if error is not None else "ok",
        reason=" ".join((error or "").split()),
        found=tuple(found),
        summary=row.string("summary"),
    )


def _given_sha256(row: _Object) -> str | None:
    given = row.words("text_sha256")
    if given is not None and not re.fullmatch(r"[0-9a-fA-F]{64}", given):
        raise row.fault("'text_sha256' is no sha256", "64 hexadecimal digits of the text's UTF-8 bytes")
    return given.lower() if given else None


def _plain_commitment(read: _Object, article: "_Article") -> Found:
    read.check_names(_COMMITMENT)
    for name in ("actor", "action"):
        if name not in read.fields:
            raise read.fault(f"has no {name!r}", "write null where the system gave none")
    actor = read.words("actor") or ""
    given = read.fields.get("evidence")
    quotes, spans = article.evidence(read, given if isinstance(given, list) else [given], article.mentions(actor))
    polarity = read.choice("polarity", read.words("polarity"), get_args(Polarity))
    item = Item(
        actors=(actor,),
        actions=(read.words("action") or "",),
        polarity=polarity,
        strength=read.choice("strength", read.words("strength"), get_args(Strength)),
        evidence=_in_order(spans),
        deadline=_plain_deadline(read, polarity, article),
        recipient=read.words("recipient"),
        condition=read.words("condition"),
        implementer=read.words("implementer"),
    )
    return Found(item, quotes, bool(spans) and None not in spans, _confidence(read, read.fields.get("confidence")))


def _confidence(read: _Object, value: Any) -> float | None:
    if value is None:
        return None
    if not isinstance(value, int | float) or isinstance(value, bool) or not 0 <= value <= 1:
        raise read.fault(f"'confidence' must be a number from 0 to 1, not {json.dumps(value)[:40]}")
    return float(value)


def _plain_deadline(read: _Object, polarity: str, article: "_Article") -> Deadline | None:
    """Words mean the days that they mean in a record of ours; days that the system gives are taken as they are."""
    if not isinstance(read.fields.get("deadline"), dict):
        words = read.words("deadline")
        return article.deadline(words, polarity) if words else None
    given = read.inner("deadline", read.fields["deadline"])
    given.check_names(_DEADLINE)
    if not given.fields.keys() & {"earliest", "latest"}:
        words = given.words("text")
        return article.deadline(words, polarity) if words else None
    days = [_day(given, name) for name in ("earliest", "latest")]
    if days[0] and days[1] and days[0] > days[1]:
        raise given.fault(f"the earliest day {days[0]} lies after the latest {days[1]}")
    return Deadline(given.words("text") or "", days[0], days[1])


def _day(read: _Object, name: str) -> str | None:
    value = read.words(name)
    try:
        is_day = value is None or date.fromisoformat(value).isoformat() == value
    except ValueError:
        is_day = False
    if not is_day:
        raise read.fault(f"{name!r} is no day: {value!r}", "write it as YYYY-MM-DD, or null")
    return value


# --- LangExtract's form


def _langextract_row(row: _Object, gold: _Gold) -> Prediction:
    if "extractions" not in row.fields:
        raise row.fault("has no 'extractions'", "save it with lx.io.save_annotated_documents")
    article = _article_of(row, gold, row.words("document_id"), row.string("text"), None)
    extractions = [row.inner(f"extractions[{i}]", e) for i, e in enumerate(row.items("extractions"))]
    wanted = [e for e in extractions if (e.words("extraction_class") or "").casefold() in CLASSES]
    is_failed = row.fields["extractions"] is None
    return Prediction(
        id=article.id,
        sha256=article.sha256,
        status="failed" if is_failed else "ok",
        reason="no_extractions" if is_failed else "",
        found=tuple(_langextract_commitment(e, article) for e in wanted),
    )


def _langextract_commitment(read: _Object, article: "_Article") -> Found:
    given = _attributes(read)
    actor, quote = given.get("actor", ""), read.string("extraction_text") or ""
    span = _aligned(read, quote, article, actor)
    polarity = read.choice("polarity", given.get("polarity"), get_args(Polarity))
    deadline = given.get("deadline")
    item = Item(
        actors=(actor,),
        actions=(given.get("action", ""),),
        polarity=polarity,
        strength=read.choice("strength", given.get("strength"), get_args(Strength)),
        evidence=_in_order([span]),
        deadline=article.deadline(deadline, polarity) if deadline else None,
        recipient=given.get("recipient"),
        condition=given.get("condition"),
        implementer=given.get("implementer"),
    )
    return Found(item, (quote,), span is not None, _told_confidence(read, given.get("confidence")))


def _attributes(read: _Object) -> dict[str, str]:
    """The attributes that we compare, as words; a list is joined; "none" is nothing. Others are passed over."""
    if read.fields.get("attributes") is None:
        return {}
    given = read.inner("attributes", read.fields["attributes"])
    found: dict[str, str] = {}
    for own_name, value in given.fields.items():
        name = own_name.strip().casefold()
        if name in _ATTRIBUTES:
            words = _as_words(given, own_name, value)
            found |= {name: words} if words.casefold() not in _NOTHING else {}
        elif near := difflib.get_close_matches(name, sorted(_ATTRIBUTES), n=1, cutoff=SLIP):
            raise given.fault(f"unknown attribute {own_name!r}", f"did you mean {near[0]!r}?")
    return found


def _as_words(given: _Object, name: str, value: Any) -> str:
    values = value if isinstance(value, list) else [value]
    if any(isinstance(v, dict | list) for v in values):
        raise given.fault(f"{name!r} must be a string or a list of strings, not {_kind(value)}")
    return ", ".join(str(v).strip() for v in values if v is not None)


def _told_confidence(read: _Object, words: str | None) -> float | None:
    try:
        return _confidence(read, float(words)) if words else None
    except ValueError:
        raise read.fault(f"'confidence' must be a number from 0 to 1, not {words!r}") from None


def _aligned(read: _Object, quote: str, article: "_Article", actor: str) -> Span | None:
    """The extraction's own place if it holds its words, else the place of the words that is nearest to it.

    LangExtract also aligns to a part of the words or to words like them (`match_lesser`, `match_fuzzy`): the quote
    decides, as for everyone.
    """
    interval = read.fields.get("char_interval")
    if interval is None or not any(v is not None for v in read.inner("char_interval", interval).fields.values()):
        return article.place(quote, article.mentions(actor))
    text = article.text
    span = read.inner("char_interval", interval).span("start_pos", "end_pos", None if text is None else len(text))
    if text is not None and _are_same_words(span.of(text), quote):
        return span
    return article.place(quote, [span])


# --- the article that a line is of


class _Article(NamedTuple):
    """`text` is None for an article that gold does not have and the line does not carry."""

    id: str
    sha256: str | None
    text: str | None
    published: date | None
    locale: str
    places: Callable[[str], tuple[Span, ...]]

    def place(self, quote: str, near: Sequence[Span]) -> Span | None:
        """Of the places where the quote stands the nearest to one of `near`; the first of several as near."""
        return min(
            self.places(quote), key=lambda p: (min((_gap(p, n) for n in near), default=0), p.start), default=None
        )

    def mentions(self, actor: str) -> list[Span]:
        """Where the actor is named, in whole words."""
        return _whole_words(self.text, actor, re.IGNORECASE) if self.text is not None and actor else []

    def deadline(self, words: str, polarity: str) -> Deadline:
        found = resolve(words, self.published, locale=self.locale, polarity="not_do" if polarity == "not_do" else "do")
        earliest, latest = (day.isoformat() if day else None for day in (found.earliest, found.latest))
        return Deadline(words, earliest, latest)

    def evidence(
        self, read: _Object, given: Sequence[Any], near: Sequence[Span]
    ) -> tuple[tuple[str, ...], list[Span | None]]:
        """The quotes and the place of each, None for one that is not in the article."""
        found: list[tuple[str, Span | None]] = []
        for number, one in enumerate(given):
            if isinstance(one, str):
                found.append((one, self.place(one, near)))
            elif one is not None:
                found.append(self._by_offsets(read.inner(f"evidence[{number}]", one)))
        return tuple(quote for quote, _ in found), [span for _, span in found]

    def _by_offsets(self, read: _Object) -> tuple[str, Span | None]:
        read.check_names(_EVIDENCE)
        span = read.span("start", "end", None if self.text is None else len(self.text))
        quote = read.string("quote")
        if self.text is None:
            return quote or "", None
        words = span.of(self.text)
        if quote is not None and not _are_same_words(words, quote):
            hint = "offsets count characters (not bytes, not tokens) of the text that was labelled"
            raise read.fault(f"there stands {words[:60]!r}, not {quote[:60]!r}", hint)
        return words, span


def _article_of(row: _Object, gold: _Gold, own_id: str | None, text: str | None, sha256: str | None) -> _Article:
    """The article that the line is of. Raises InputError where it cannot be told, or has another text than gold's."""
    if text is not None and sha256 not in (None, _sha256(text)):
        raise row.fault("'text_sha256' is not that of 'text'", "it is of the text's UTF-8 bytes")
    sha256 = _sha256(text) if text is not None else sha256
    if own_id is None and sha256 is None:
        raise row.fault("names no article", "give 'id', 'text_sha256' or 'text'")
    gold_id = gold.id_of(own_id, sha256)
    whole = _text_of(row, gold, gold_id, text, sha256)
    published = gold.published.get(gold_id or "")
    return _Article(
        id=own_id or gold_id or f"sha256-{(sha256 or '')[:12]}",
        sha256=sha256,
        text=whole,
        published=date.fromisoformat(published) if published else None,
        locale=gold.locale,
        places=cache(lambda quote: () if whole is None else _places(whole, quote)),
    )


def _text_of(row: _Object, gold: _Gold, gold_id: str | None, text: str | None, sha256: str | None) -> str | None:
    """The gold's, else the line's own; None for an article that gold does not have."""
    known = gold.texts.get(gold_id or "")
    if known is not None and sha256 not in (None, _sha256(known)):
        hint = "offsets would mean other words; run the system on the text that the gold names"
        raise row.fault(f"its text is not the one labelled as {gold_id}{_difference(text, known)}", hint)
    if known is None and text is None and gold_id is not None:
        hint = "--texts names where it is, or give it as 'text'"
        raise row.fault(f"the text of {gold_id} is not here, so nothing can be located in it", hint)
    return text if known is None else known


def _difference(text: str | None, known: str) -> str:
    if text is None:
        return ""
    place = next((i for i, (a, b) in enumerate(zip(text, known, strict=False)) if a != b), min(len(text), len(known)))
    return f": they differ from character {place} on"


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


# --- places of a quote


def _places(text: str, quote: str) -> tuple[Span, ...]:
    """Where the quote stands, as `pipeline.grounding` sees it: the text's own words, exactly or but for case and marks.

    Our engines may not quote fewer than three words; another system may, if they stand there exactly and whole.
    """
    grounder = Grounder(text)
    found: dict[Span, None] = {}
    # The same quote takes the next place that has it, and after the last the last again.
    for _ in range(MOST_PLACES):
        evidence = grounder.ground(quote)
        if isinstance(evidence, Rejection):
            return _short_places(text, quote) if evidence.code == "too_short" else tuple(found)
        span = Span(start=evidence.start, end=evidence.end)
        if span in found:
            break
        found[span] = None
    return tuple(found)


def _short_places(text: str, quote: str) -> tuple[Span, ...]:
    words = quote.strip(_EDGES)
    return tuple(_whole_words(text, words)) if re.search(r"\w", words) else ()


def _whole_words(text: str, words: str, flags: int = 0) -> list[Span]:
    found = re.finditer(rf"(?<!\w){re.escape(words)}(?!\w)", text, flags)
    return [Span(start=m.start(), end=m.end()) for m in found]


def _are_same_words(text: str, quote: str) -> bool:
    return Folded(text).text.split() == Folded(quote).text.split()


def _gap(a: Span, b: Span) -> int:
    """Characters between the two; 0 where they touch or overlap."""
    return max(0, a.start - b.end, b.start - a.end)


def _in_order(spans: Sequence[Span | None]) -> tuple[Span, ...]:
    """Those that were located, each once, the clearest (the first) still first."""
    return tuple(dict.fromkeys(s for s in spans if s is not None))
