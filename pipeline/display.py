"""A record, a plan or a ledger entry -> what a person reads on a terminal."""

import textwrap
from collections.abc import Iterator, Sequence

from pipeline.models.catalogue import ON_A_SERVER, Candidate
from pipeline.models.memory import Machine
from pipeline.records import Commitment, Deadline, Record, Span
from pipeline.rundir import Entry

WIDTH = 100
_CONTROL = dict.fromkeys((*range(9), 11, 12, *range(14, 32), 127, *range(128, 160)), "�")


def safe(text: str) -> str:
    """`text` on one line without control characters: an article must not drive the terminal."""
    return " ".join(text.translate(_CONTROL).split())


def card(record: Record) -> str:
    """One record as readable text: the summary, then each commitment with who, what, when and the words."""
    return "\n".join(_card_lines(record)) + "\n"


def _card_lines(record: Record) -> Iterator[str]:
    article = record.article
    dated = f" · {article.published.isoformat()}" if article.published else ""
    yield f"━━ {safe(article.title or record.id)}{dated} · {safe(article.source)}"
    if record.status != "ok":
        yield f"   {record.status}: " + "; ".join(safe(f"{p.stage}/{p.code} {p.detail}") for p in record.problems)
    if record.summary:
        yield ""
        yield from _wrapped(safe(record.summary.text), "   ")
    yield ""
    count = len(record.commitments)
    yield f"   {count} commitment{'' if count == 1 else 's'}" + (":" if count else ".")
    for number, commitment in enumerate(record.commitments, 1):
        yield ""
        yield from _commitment_lines(number, commitment)


def _commitment_lines(number: int, commitment: Commitment) -> Iterator[str]:
    verb = "will not" if commitment.polarity == "not_do" else "will"
    strength = "" if commitment.strength == "firm" else f" [{commitment.strength}]"
    yield from _wrapped(
        f"{safe(commitment.actor.name)} {verb} {safe(commitment.action)}{strength}", f"{number:>3}. ", "     "
    )
    if commitment.implementer:
        yield f"     by     {safe(commitment.implementer)}"
    if commitment.deadline:
        yield f"     when   {deadline_words(commitment.deadline)}"
    if commitment.condition:
        yield from _wrapped(safe(commitment.condition), "     if     ", "            ")
    for evidence in commitment.evidence:
        yield from _wrapped(
            f"“{safe(evidence.quote).strip('“”')}” [{evidence.start}:{evidence.end}]", "     words  ", "            "
        )


def deadline_words(deadline: Deadline) -> str:
    """The article's words and the days they mean: "within three months" (by 2025-04-16)."""
    days = {
        (True, True): f"{deadline.earliest} to {deadline.latest}",
        (False, True): f"by {deadline.latest}",
        (True, False): f"from {deadline.earliest}",
        (False, False): f"unresolved: {deadline.reason}",
    }[deadline.earliest is not None, deadline.latest is not None]
    if deadline.earliest is not None and deadline.earliest == deadline.latest:
        days = f"on {deadline.latest}"
    return f"“{safe(deadline.text)}” ({days})"


def _wrapped(text: str, first: str, rest: str | None = None) -> list[str]:
    return textwrap.wrap(text, WIDTH, initial_indent=first, subsequent_indent=first if rest is None else rest) or [
        first
    ]


def story(entry: Entry, record: Record | None, text: str, why: str) -> str:
    """One article's whole story: what was read, what was left out, what came of it and what made it."""
    return "\n".join(_story_lines(entry, record, text, why)) + "\n"


def _story_lines(entry: Entry, record: Record | None, text: str, why: str) -> Iterator[str]:
    yield f"input     {entry.position + 1}: {safe(entry.source)}"
    stage = f" at {entry.stage}" if entry.stage else ""
    yield f"outcome   {entry.status}{stage}: {entry.reason}" + (f" ({safe(entry.detail)})" if entry.detail else "")
    if why:
        yield f"computed  {why}"
    if record is None:
        return
    article = record.article
    yield f"text      {article.chars:,} characters, sha256 {article.sha256}"
    yield f"read      {record.coverage.chars_read:,} of {record.coverage.chars:,} characters"
    for span in article.boilerplate:
        yield f"left out  [{span.start}:{span.end}] {_shortened(span, text)}"
    made = record.provenance
    options = ", ".join(f"{k}={v}" for k, v in made.options.items())
    yield f"made by   onrecord {made.onrecord}, engine {made.engine}" + (f", model {made.model}" if made.model else "")
    yield f"options   {options}"
    for problem in record.problems:
        yield f"problem   {problem.stage}/{problem.code}: {safe(problem.detail)}"
    yield ""
    yield card(record).rstrip("\n")


def _shortened(span: Span, text: str) -> str:
    words = safe(span.of(text))
    return words if len(words) <= 70 else f"{words[:67]}…"


# --- the catalogue of models

ANY_MODEL = (
    "Others work too: --model with a folder, a FILE.gguf, a LoRA's folder, OWNER/NAME on the hub, a server's URL."
)


def models_table(listed: Sequence[Candidate], machine: Machine) -> str:
    """The catalogue as a person reads it: by size class, each row with the command that fetches it."""
    return "\n".join((*_machine_lines(listed, machine), *_model_lines(listed), "", ANY_MODEL)) + "\n"


def _machine_lines(listed: Sequence[Candidate], machine: Machine) -> Iterator[str]:
    yield f"This machine: {machine.device}, {gibibytes(machine.memory_bytes)} of memory."
    yield "None is needed: without --model the engine that ships with onrecord reads; `onrecord train` tunes it."
    yield "A row: parameters, the memory it takes, in which type, context tokens, licence, and the option it needs."
    if not listed:
        yield "No model of the list fits; `--model URL` uses another machine's."
    if any(c.option == ON_A_SERVER for c in listed):
        yield f"{ON_A_SERVER}: a quantised copy, run by llama.cpp or Ollama, with --model URL."
    if any(c.model.needs_acceptance for c in listed):
        yield "* The hub asks you to log in and to accept terms first."


def _model_lines(listed: Sequence[Candidate]) -> Iterator[str]:
    size_class = ""
    for candidate in listed:
        if candidate.model.size_class != size_class:
            size_class = candidate.model.size_class
            yield f"\n{size_class}"
        yield _model_line(candidate)


def _model_line(candidate: Candidate) -> str:
    model = candidate.model
    state = "cached" if candidate.is_cached else "hf download"
    mark = "*" if model.needs_acceptance else ""
    size = f"{model.parameters / 10**9:.2f}B"
    kind = "  thinks first" if model.kind == "thinking" else ""
    facts = f"{state:<11} {model.name + mark:<42} {size:>6} {_room(candidate)} {model.context_tokens:>7,}"
    how = f"  {candidate.option}" if candidate.option else ""
    return f"  {facts}  {model.licence}{kind}{how}"


def _room(candidate: Candidate) -> str:
    """The type in which a model fits and what it takes then; else how much the smallest would take."""
    needed = candidate.model.memory_bytes()
    if candidate.width is None:
        smallest = min(needed, key=lambda width: needed[width])
        return f"{gibibytes(needed[smallest]):>9} {'too big':<8}"
    return f"{gibibytes(needed[candidate.width]):>9} {candidate.width:<8}"


def gibibytes(count: int) -> str:
    return f"{count / 2**30:.1f} GiB"
