"""Gold articles and their texts -> train, dev and test, balanced by part and beat, near-duplicates never across.

Texts are near-duplicates when a fifth of the shorter one's runs of eight words stand in the other too (shingles, Broder
1997). What may only be measured on (a text that the gold may not carry, of a set without a licence) is never in train.
"""

import hashlib
import json
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations
from pathlib import Path

from eval.aligning import tokens
from eval.gold import SPLITS_FILE, Gold, GoldArticle, Split
from pipeline.errors import InputError

# Shares of train, dev and test; of dev and test for what may only be measured on.
SHARES: Mapping[Split, float] = {"train": 0.6, "dev": 0.2, "test": 0.2}
MEASURED_SHARES: Mapping[Split, float] = {"dev": 0.5, "test": 0.5}
SHINGLE, NEAR = 8, 0.2
# Of a run of words that stands in more articles than this not every pair is counted.
MOST_SHARED = 40
# Licences under which a text that is kept elsewhere may be trained on, by how their names begin.
OPEN_LICENCES = ("OGL", "CC0", "CC-BY-4", "CC-BY-3", "CC BY 4", "CC BY 3", "PDDL", "MIT", "Apache", "public domain")


def split_of(gold: Gold) -> dict[str, Split]:
    """The split of every article by its id; the same gold gives the same."""
    strata: defaultdict[tuple[str, str, bool], list[Sequence[str]]] = defaultdict(list)
    for group in _groups(gold):
        first = gold.articles[group[0]]
        is_measured = any(not may_train(gold.articles[i]) for i in group)
        strata[gold.parts.get(first.id, ""), first.beat or "", is_measured].append(group)
    found: dict[str, Split] = {}
    # What is left over in one stratum is made up for in the next.
    debt: dict[bool, defaultdict[Split, float]] = {False: defaultdict(float), True: defaultdict(float)}
    for key in sorted(strata):
        shares = MEASURED_SHARES if key[2] else SHARES
        for group in sorted(strata[key], key=lambda g: hashlib.sha256(g[0].encode()).hexdigest()):
            for name, share in shares.items():
                debt[key[2]][name] += share * len(group)
            chosen = max(shares, key=lambda name: (debt[key[2]][name], name))
            debt[key[2]][chosen] -= len(group)
            found |= dict.fromkeys(group, chosen)
    return dict(sorted(found.items()))


def may_train(article: GoldArticle) -> bool:
    return article.source.file is not None or (article.source.licence or "").startswith(OPEN_LICENCES)


def read_splits(folder: Path, gold: Gold) -> dict[str, Split]:
    """Raises InputError when there is no file of splits, or one that does not name every article."""
    path = folder / SPLITS_FILE
    if not path.is_file():
        raise InputError(f"{folder} has no {SPLITS_FILE}", hint=f"`onrecord eval split {folder}` makes one")
    try:
        read: dict[str, Split] = json.loads(path.read_text("utf-8"))
    except (ValueError, OSError, RecursionError) as exc:
        raise InputError(f"{path} cannot be read: {exc}", hint=f"`onrecord eval split {folder}` makes it anew") from exc
    wrong = (
        [i for i, s in read.items() if not isinstance(s, str) or s not in SHARES]
        if isinstance(read, dict)
        else ["the whole"]
    )
    if wrong:
        hint = f"each article is train, dev or test; `onrecord eval split {folder}` makes it anew"
        raise InputError(f"{path}: {wrong[0]} is in no split that there is", hint=hint)
    if missing := sorted(set(gold.articles) - set(read)):
        raise InputError(f"{path} lacks {missing[0]}", hint=f"`onrecord eval split {folder}` makes it anew")
    return read


def near_duplicates(texts: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Pairs of ids, in order."""
    shingles = {i: _shingles(text) for i, text in texts.items()}
    where: defaultdict[int, list[str]] = defaultdict(list)
    for i in sorted(shingles):
        for shingle in shingles[i]:
            where[shingle].append(i)
    shared: Counter[tuple[str, str]] = Counter()
    for ids in where.values():
        if len(ids) <= MOST_SHARED:
            shared.update(combinations(ids, 2))
        else:  # pairs with the first are enough to hold together what is alike
            shared.update((ids[0], i) for i in ids[1:])
    for (a, b), count in sorted(shared.items()):
        if count >= NEAR * min(len(shingles[a]), len(shingles[b])):
            yield a, b


def _shingles(text: str) -> frozenset[int]:
    words = tokens(text)
    runs = (" ".join(words[i : i + SHINGLE]) for i in range(max(1, len(words) - SHINGLE + 1)))
    return frozenset(int.from_bytes(hashlib.blake2b(r.encode(), digest_size=8).digest()) for r in runs)


def _groups(gold: Gold) -> list[Sequence[str]]:
    """Articles that must stay together: near-duplicates, and cuts of one text."""
    home = {i: i for i in gold.articles}

    def root(i: str) -> str:
        while home[i] != i:
            i = home[i]
        return i

    of_source: dict[str, str] = {}
    cuts = [(whole, a.id) for a in gold if (whole := a.source.of_sha256) is not None]
    pairs = [(of_source.setdefault(whole, i), i) for whole, i in cuts]
    for a, b in (*near_duplicates(gold.texts), *pairs):
        first, second = sorted((root(a), root(b)))
        home[second] = first
    groups: defaultdict[str, list[str]] = defaultdict(list)
    for i in sorted(gold.articles):
        groups[root(i)].append(i)
    return list(groups.values())
