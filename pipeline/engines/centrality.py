"""A document -> an extractive summary: central, early and not redundant sentences, in the order of the article.

Centrality is the cosine to the centroid of the article's stems weighted by idf over its sentences (Radev et al. 2004,
MEAD): linear in the number of sentences, where LexRank is quadratic. Redundancy is taken out as it is chosen (Carbonell
and Goldstein 1998, maximal marginal relevance).
"""

import math
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence

from pipeline.language import stems
from pipeline.records import Document, Sentence, SummaryDraft

# News puts its news first: the weight of a sentence's place against its centrality. Chosen on the development half of
# the written articles by the share of their key sentences found (docs/log.md).
POSITION_WEIGHT = 0.6
REDUNDANCY_WEIGHT = 0.5
# A summary of this many sentences or fewer, whatever the words allow.
MAX_SENTENCES = 4
MIN_WORDS, MAX_WORDS = 7, 60
# A line with so many bars is the row of a table.
LEAST_BARS = 2

Vector = dict[str, float]

_DANGLING = re.compile(
    r"^[\"“‘']?(?:but|and|or|so|yet|however|meanwhile|moreover|furthermore|also|then|this|that|these|those|it|they|he|she|his|her|their|its|instead"
    r"|in addition|as a result|on the other hand|for example|still|nevertheless|not|such|there)\b",
    re.IGNORECASE,
)
_OPEN_QUOTE, _CLOSED_QUOTE = re.compile(r"[“]"), re.compile(r"[”]")


def summarise(document: Document, *, max_words: int) -> tuple[SummaryDraft, ...]:
    """Up to four whole sentences within `max_words`, or the single best one when none fits."""
    candidates = candidates_of(document)
    chosen: list[int] = []
    vectors = vectors_of([s.text for s in candidates])
    worth = _worth(candidates, vectors)
    budget = max_words
    while len(chosen) < MAX_SENTENCES:
        fitting = [i for i, s in enumerate(candidates) if i not in chosen and len(s.text.split()) <= budget]
        if not fitting:
            break
        best = max(fitting, key=lambda i: (worth[i] - REDUNDANCY_WEIGHT * overlap(vectors, i, chosen), -i))
        chosen.append(best)
        budget -= len(candidates[best].text.split())
    if not chosen and candidates:
        chosen = [max(range(len(candidates)), key=lambda i: (worth[i], -i))]
    return tuple(
        SummaryDraft(text=one_line(candidates[i].text), sentences=(candidates[i].index,)) for i in sorted(chosen)
    )


def candidates_of(document: Document) -> list[Sentence]:
    """Sentences of a length to be read, without title and tables; all that have words where there is none such."""
    title = stems(document.article.title or "")
    prose = [s for s in document.body if not s.text.startswith("|") and s.text.count("|") < LEAST_BARS]
    found = [s for s in prose if MIN_WORDS <= len(s.text.split()) <= MAX_WORDS and stems(s.text) != title]
    return found or [s for s in document.body if s.text.strip()]


def one_line(text: str) -> str:
    return " ".join(text.split())


def vectors_of(texts: Sequence[str]) -> list[Vector]:
    """L2-normalised tf·idf over the article's own sentences."""
    bags = [Counter(stems(text)) for text in texts]
    spread = Counter(stem for bag in bags for stem in bag)
    return [_unit({s: n * math.log(1 + len(bags) / spread[s]) for s, n in bag.items()}) for bag in bags]


def _unit(vector: Vector) -> Vector:
    norm = math.sqrt(sum(v * v for v in vector.values()))
    return {s: v / norm for s, v in vector.items()} if norm else vector


def _cosine(a: Vector, b: Vector) -> float:
    small, large = sorted((a, b), key=len)
    return sum(v * large.get(s, 0.0) for s, v in small.items())


def overlap(vectors: Sequence[Vector], i: int, chosen: Iterable[int]) -> float:
    """How like sentence `i` is to the likest that was chosen, in [0, 1]."""
    return max((_cosine(vectors[i], vectors[j]) for j in chosen), default=0.0)


def centralities(vectors: Sequence[Vector]) -> list[float]:
    """The cosine of each sentence to the centroid of all; the best is 1."""
    centroid: defaultdict[str, float] = defaultdict(float)
    for vector in vectors:
        for stem, value in vector.items():
            centroid[stem] += value
    unit = _unit(dict(centroid))
    central = [_cosine(vector, unit) for vector in vectors]
    top = max(central, default=0.0) or 1.0
    return [c / top for c in central]


def _worth(sentences: Sequence[Sentence], vectors: Sequence[Vector]) -> list[float]:
    return [
        c + POSITION_WEIGHT / (1 + i) ** 0.5 - _penalty(s)
        for i, (c, s) in enumerate(zip(centralities(vectors), sentences, strict=True))
    ]


def _penalty(sentence: Sentence) -> float:
    """What makes a sentence read badly out of its place: a dangling reference, half a quotation, a question."""
    text = sentence.text
    halves = len(_OPEN_QUOTE.findall(text)) != len(_CLOSED_QUOTE.findall(text)) or text.count('"') % 2 == 1
    first_person = text.startswith(("“", '"', "I ", "We ", "My ", "Our "))
    return 0.5 * bool(_DANGLING.match(text)) + 0.4 * halves + 0.3 * first_person + 0.4 * text.rstrip('”"').endswith("?")
