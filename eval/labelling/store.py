"""A folder of articles and an annotator's name -> their labels, begun and finished, written so that nothing is lost.

`labels/NAME/ID.json` are gold files, there when an article is finished; `labels/NAME/.work/ID.json` holds the page's
own state after every change. Both are written beside and renamed over, and nothing outside `labels/NAME` is written.
"""

import hashlib
import json
import os
import re
import secrets
import threading
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from eval.gold import WORK, GoldArticle, GoldSource, parse_gold, read_gold_file
from eval.predictions import read_records
from pipeline.actors import Cast
from pipeline.cleaning import clean
from pipeline.deadlines import resolve
from pipeline.errors import InputError
from pipeline.reading import LABELS_MARK, Fields, Unread, read_articles
from pipeline.records import Article, Document, Span
from pipeline.sentences import split_sentences

LABELS = "labels"
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,40}")
# Fields of a gold file that the page does not change.
KEPT = ("form", "beat", "disputed", "answers")
# Names that the page offers for an actor.
MOST_NAMES = 60


class Stale(Exception):
    """The state that came is older than the one that is stored: another window has gone on."""

    def __init__(self, revision: int) -> None:
        super().__init__(f"revision {revision} is stored")
        self.revision = revision


class UnknownArticle(Exception):
    """There is no article of this id."""


class BadState(Exception):
    """What came is no state of an article."""


class BadGold(Exception):
    """A finished gold file was changed by hand and is none any more: what is wrong with it, and where."""


class Store:
    """The articles to label and one annotator's work on them."""

    def __init__(
        self,
        folder: Path,
        annotator: str,
        *,
        runs: Sequence[Path] = (),
        sides: Sequence[str] = (),
        locale: str = "en-GB",
    ) -> None:
        """Raises InputError for no folder, no articles, a name that is no file name, or a side that has no labels.

        `runs`: directories of runs whose commitments are suggested. `sides`: annotators whose labels are adjudicated.
        """
        if not folder.is_dir():
            raise InputError(f"there is no folder {folder}", hint="name a folder with the articles to label")
        if annotator in sides or len(set(sides)) < len(sides):
            raise InputError("who adjudicates is neither of the two", hint="--as agreed --adjudicate anna,ben")
        for name in (annotator, *sides):
            if not _NAME.fullmatch(name):
                raise InputError(f"{name!r} is no annotator's name", hint="letters, digits, - and _, at most 41")
        self.folder, self.annotator, self.sides, self._locale = folder, annotator, tuple(sides), locale
        self._home = folder / LABELS / annotator
        self._lock = threading.Lock()
        self.unread: list[str] = []
        self.articles = {a.id: clean(a, locale=locale) for a in self._articles()}
        if not self.articles:
            raise InputError(f"{folder} holds no article", hint="put .txt, .md, .html or .jsonl files into it")
        self._runs = [{record.id: record for record in read_records(run)} for run in runs]
        for side in sides:
            if not (folder / LABELS / side).is_dir():
                raise InputError(
                    f"{side} has no labels in {folder}", hint=f"`onrecord label {folder} --as {side}` makes them"
                )

    # --- reading

    def listing(self) -> list[dict[str, Any]]:
        """Every article with its state and the seconds spent on it."""
        found: list[dict[str, Any]] = []
        for article in self.articles.values():
            state, status = self._known(article.id)
            title = article.title or " ".join(article.text.split())[:80]
            found.append(
                {
                    "id": article.id,
                    "title": title,
                    "status": status,
                    "seconds": state.get("seconds", 0),
                    "words": len(article.text.split()),
                    "commitments": len(state.get("commitments", ())),
                }
            )
        return found

    def _known(self, article_id: str) -> tuple[dict[str, Any], str]:
        """The state, and in a word how far it has come."""
        try:
            state = self.state(article_id)
        except BadGold:
            return {}, "unreadable"
        return state, "done" if state.get("is_done") else ("begun" if state.get("revision") else "new")

    def article(self, article_id: str) -> dict[str, Any]:
        """What the page shows of one article; raises UnknownArticle and BadGold."""
        article, state = self._article(article_id), self.state(article_id)
        suggestions = [*self._suggested(article), *self._of_sides(article)]
        sentences = split_sentences(article.text, article.boilerplate)
        names = Cast(Document(article=article, sentences=sentences)).names()
        return {
            "id": article.id,
            "sha256": article.sha256,
            "title": article.title,
            "published": article.published.isoformat() if article.published else None,
            "sentences": [
                {
                    "start": s.start,
                    "end": s.end,
                    "text": s.text,
                    "paragraph": s.paragraph,
                    "boilerplate": s.is_boilerplate,
                }
                for s in sentences
            ],
            "names": names[:MOST_NAMES],
            "suggestions": suggestions,
            "offered": hashlib.sha256(json.dumps(suggestions).encode()).hexdigest(),
            "state": state,
        }

    def _article(self, article_id: str) -> Article:
        if article_id not in self.articles:
            raise UnknownArticle(article_id)
        return self.articles[article_id]

    def state(self, article_id: str) -> dict[str, Any]:
        """The work in progress; of a finished gold file, what it says; {} for an article that nobody has begun.

        Raises UnknownArticle, and BadGold for a gold file that cannot be read.
        """
        self._article(article_id)
        state = _read(self._work(article_id)) or {}
        finished = self._finished(article_id)
        if not finished.is_file() or state.get("gold_sha256") == _sha256(finished):
            return state
        # Made by hand or by another tool, or changed since it was finished here: it is what counts, and a page that was
        # opened before has not seen it.
        try:
            gold = read_gold_file(finished)
        except InputError as exc:
            raise BadGold(exc.message) from exc
        return {**_from_gold(gold), "revision": int(state.get("revision", 0)) + 1, "is_done": True}

    def _work(self, article_id: str) -> Path:
        return self._home / WORK / f"{article_id}.json"

    def _finished(self, article_id: str) -> Path:
        return self._home / f"{article_id}.json"

    def _articles(self) -> Iterator[Article]:
        """The folder's articles with the ids that a run gives them; what is none is named in `unread`."""
        taken: set[str] = set()
        for item in read_articles([str(self.folder)], fields=Fields(), locale=self._locale):
            if isinstance(item, Unread):
                if item.status == "failed":
                    self.unread.append(f"{item.source}: {item.reason}")
            elif item.id in taken:
                self.unread.append(f"{item.source}: its id, {item.id}, is another article's")
            else:
                taken.add(item.id)
                yield item

    def _suggested(self, article: Article) -> Iterator[dict[str, Any]]:
        for run in self._runs:
            record = run.get(article.id)
            if record is None or record.article.sha256 != article.sha256:
                continue
            for c in record.commitments:
                d = c.deadline
                yield {
                    "from": record.provenance.engine,
                    "actor": c.actor.name,
                    "actor_aliases": list(c.actor.aliases),
                    "implementer": c.implementer,
                    "action": c.action,
                    "polarity": c.polarity,
                    "strength": c.strength,
                    "condition": c.condition,
                    "recipient": c.recipient,
                    "deadline": d and {"text": d.text, "earliest": _iso(d.earliest), "latest": _iso(d.latest)},
                    "evidence": [{"start": e.start, "end": e.end} for e in c.evidence],
                }

    def _of_sides(self, article: Article) -> Iterator[dict[str, Any]]:
        """The commitments of the annotators who are adjudicated; raises BadGold."""
        for side in self.sides:
            path = self.folder / LABELS / side / f"{article.id}.json"
            if not path.is_file():
                continue
            try:
                gold = read_gold_file(path)
            except InputError as exc:
                raise BadGold(exc.message) from exc
            if gold.source.sha256 == article.sha256:
                yield from ({"from": side, **c.model_dump(mode="json", exclude={"id"})} for c in gold.commitments)

    def resolved(self, article_id: str, words: str, polarity: str, published: str = "") -> dict[str, Any]:
        """What the words of a deadline mean in this article, or in one of the day `published` where it names none."""
        day = self._article(article_id).published or _day(published)
        found = resolve(words, day, locale=self._locale, polarity="not_do" if polarity == "not_do" else "do")
        return {"earliest": _iso(found.earliest), "latest": _iso(found.latest), "reason": found.reason}

    # --- writing

    def save(self, article_id: str, state: Mapping[str, Any]) -> dict[str, Any]:
        """Stores the state, and the gold file when the article is done; what is still missing for that.

        Raises UnknownArticle, BadState, BadGold, and Stale for a state that does not follow the stored one. A window
        that lost an answer goes on from its own last state (`window`).
        """
        with self._lock:
            try:
                return self._save(self._article(article_id), state)
            except (ValueError, TypeError, AttributeError, KeyError, RecursionError) as exc:
                raise BadState(str(exc)) from exc

    def _mark(self) -> None:
        """So that a run over the folder passes the labels by."""
        mark = self.folder / LABELS / LABELS_MARK
        if not mark.is_file():
            _write(mark, "")

    def _save(self, article: Article, state: Mapping[str, Any]) -> dict[str, Any]:
        stored = self.state(article.id)
        is_own = bool(state.get("window")) and state.get("window") == stored.get("window")
        if int(state.get("base", -1)) != int(stored.get("revision", 0)) and not is_own:
            raise Stale(int(stored.get("revision", 0)))
        self._mark()
        finished = self._finished(article.id)
        kept = {"sha256": article.sha256, **{k: v for k, v in state.items() if k != "base"}}
        gold, missing = self._gold(article, kept)
        is_done = bool(kept.get("is_done")) and gold is not None
        if is_done and gold is not None:
            # Before the state that says so: a gold file of an article that is not yet done does no harm.
            _write(finished.with_suffix(".txt"), article.text)
            _write(finished, gold.to_json())
        revision = int(stored.get("revision", 0)) + 1
        kept |= {"is_done": is_done, "revision": revision}
        # The gold file that this state has seen: another one was made elsewhere.
        kept["gold_sha256"] = _sha256(finished) if finished.is_file() else None
        _write(self._work(article.id), json.dumps(kept, ensure_ascii=False, indent=1) + "\n")
        return {"revision": revision, "is_done": is_done, "missing": missing}

    def _gold(self, article: Article, state: Mapping[str, Any]) -> tuple[GoldArticle | None, list[str]]:
        """The gold file that the state makes, or None and what it lacks, in words for the annotator."""
        missing = [f"suggestion {n + 1} is not decided" for n, s in enumerate(state.get("decided", ())) if s is None]
        if state.get("sha256") not in (None, article.sha256):
            missing.append(
                "the article's text has changed since it was labelled: restore it, or label it in another folder"
            )
        before = _read(self._finished(article.id)) or {}
        for number, c in enumerate(state.get("commitments", ()), 1):
            lacks = [what for what in ("actor", "action", "evidence") if not c.get(what)]
            if lacks:
                missing.append(f"commitment {number} has no {', no '.join(lacks)}")
            if (c.get("strength") == "conditional") != bool(c.get("condition")):
                missing.append(f"commitment {number}: a condition and the strength conditional go together")
        if missing:
            return None, missing
        read = {
            **{name: before[name] for name in KEPT if name in before},
            "id": article.id,
            "source": GoldSource(file=f"{article.id}.txt", sha256=article.sha256).model_dump(exclude_none=True),
            "title": article.title,
            "published": _iso(article.published or _day(str(state.get("published") or ""))),
            "boilerplate": state.get("boilerplate") or [],
            "summary": _summary(state, before),
            "commitments": [{"id": f"c{n}", **_commitment(c)} for n, c in enumerate(state.get("commitments", ()), 1)],
            "lookalikes": state.get("lookalikes") or [],
            "annotators": list(dict.fromkeys([*before.get("annotators", ()), self.annotator])),
            "seconds": round(float(state.get("seconds") or 0), 1),
            "notes": state.get("notes") or "",
        }
        try:
            gold = parse_gold(read)
        except ValidationError as exc:
            return None, [f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in exc.errors()]
        outside = [s for s in _spans(gold) if not 0 <= s.start < s.end <= len(article.text)]
        return (gold, []) if not outside else (None, ["a span lies outside the article"])


def _summary(state: Mapping[str, Any], before: Mapping[str, Any]) -> dict[str, Any] | None:
    """The page shows and changes the first reference; others stay."""
    reference = str(state.get("summary") or "").strip()
    keys = state.get("key_sentences") or []
    others = list(((before.get("summary") or {}).get("references") or [])[1:])
    if not (reference or keys or others):
        return None
    return {"references": [*([reference] if reference else []), *others], "key_sentences": keys}


def _commitment(c: Mapping[str, Any]) -> dict[str, Any]:
    deadline = c.get("deadline") or None
    if deadline is not None and not str(deadline.get("text") or "").strip():
        deadline = None
    return {
        "actor": c["actor"],
        "actor_aliases": c.get("actor_aliases") or [],
        "implementer": c.get("implementer") or None,
        "action": c["action"],
        "action_also": c.get("action_also") or [],
        "polarity": c.get("polarity") or "do",
        "strength": c.get("strength") or "firm",
        "condition": c.get("condition") or None,
        "recipient": c.get("recipient") or None,
        "deadline": deadline and {k: deadline.get(k) or None for k in ("text", "earliest", "latest")},
        "evidence": c["evidence"],
    }


def _from_gold(article: GoldArticle) -> dict[str, Any]:
    """The page's state of a gold file."""
    gold = article.model_dump(mode="json")
    summary = gold["summary"] or {"references": [], "key_sentences": []}
    return {
        "commitments": gold["commitments"],
        "boilerplate": gold["boilerplate"],
        "lookalikes": gold["lookalikes"],
        "published": gold["published"],
        "key_sentences": summary["key_sentences"],
        "summary": (summary["references"] or [""])[0],
        "seconds": gold["seconds"] or 0,
        "notes": gold["notes"],
    }


def _spans(gold: GoldArticle) -> Iterator[Span]:
    yield from gold.boilerplate
    yield from (x.span for x in gold.lookalikes)
    yield from (s for c in gold.commitments for s in c.evidence)
    yield from gold.summary.key_sentences if gold.summary else ()


def _day(written: str) -> date | None:
    try:
        return date.fromisoformat(written)
    except ValueError:
        return None


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None


def _read(path: Path) -> dict[str, Any] | None:
    """What the file holds; None where there is none, or one that cannot be read, which is set aside."""
    try:
        read = json.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        return None
    except (ValueError, RecursionError):
        path.replace(path.with_suffix(".unreadable"))
        return None
    return read if isinstance(read, dict) else None


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _write(path: Path, text: str) -> None:
    """Beside it and renamed over it, on the disk before that: killed at any time, the old or the new one is there."""
    path.parent.mkdir(parents=True, exist_ok=True)
    new = path.with_name(f".new-{secrets.token_hex(6)}")
    try:
        with new.open("x", encoding="utf-8", errors="replace", newline="") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        new.replace(path)
    finally:
        new.unlink(missing_ok=True)
