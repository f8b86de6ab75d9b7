"""A summary and the commitments of its article -> which of them it tells, and which it tells wrongly.

No model, and made to stay silent when in doubt. A sentence tells a commitment when it has half of the action's content
words (two at least) and names who undertakes it, or takes up who is the subject of the sentence before. It tells it
wrongly when it negates it, counts the same things differently, names another day, month or year for it, or gives it to
somebody else of the same kind.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from functools import lru_cache
from statistics import median
from typing import Any, Literal, NamedTuple

from eval.aligning import Deadline, Item
from pipeline.actors import Cast
from pipeline.language import STOP_WORDS, negations, number_word, numbers, plain
from pipeline.records import Article, Document, Mention
from pipeline.sentences import split_sentences

Verdict = Literal["covered", "distorted", "untold"]
TELLING_VERSION = "1"
# Half of an action's words, as Core asks of two actions; one word of several is chance ("close shops", "open shops").
LEAST_SHARE, LEAST_UNITS = 0.5, 2
# Where the verb is another ("recruit" for "take on"), so much must be there, or a figure of the action.
VERBLESS_SHARE = 0.6
# Another actor is only told from the gold's where nearly the whole action is there.
ACTOR_SHARE = 0.75
# Words share a root when this much of their beginning is the same and no more than this follows: "merger" and "merge",
# "reduction" and "reduce", but not "investigate" and "invest".
ROOT_START, ROOT_REST = 5, 4
# A figure with one of HEDGES before it may be off by this share.
HEDGED_SHARE = 0.1
# "in 1998" beside an undertaking for 2030 is history; models move a year by less.
MOST_YEARS_OFF = 10
# A date within so many words opens the sentence: "By the end of 2030, the council".
MOST_OPENING = 5
# Words between a negation and what it is about, where it stands inside the action.
REACH = 2

_TOKEN = re.compile(
    r"[£$€]?\d+(?:,\d{3})*(?:\.\d+)?(?:\s?(?:k|mn?|bn?|tn|thousand|million|billion|trillion)\b)?|\w+(?:['’]\w+)*|[^\w\s]"
)
_YEAR = re.compile(r"(?:19|20)\d\d")
_IRREGULAR = dict(
    pair.split(":")
    for pair in (
        "built:build paid:pay held:hold kept:keep sold:sell sale:sell spent:spend met:meet left:leave made:make"
        " gave:give given:give took:take taken:take brought:bring bought:buy sent:send won:win ran:run rose:rise"
        " risen:rise found:find fell:fall grew:grow grown:grow led:lead lost:lose said:say saw:see seen:see"
        " stood:stand withheld:withhold wrote:write written:write began:begin begun:begin chose:choose chosen:choose"
        " drew:draw drawn:draw drove:drive driven:drive fought:fight closure:close shut:close shutting:close"
        " shuts:close froze:freeze frozen:freeze"
    ).split()
)
_SCALES = frozenset("hundred thousand million billion trillion".split())
_BE = frozenset("be been being is are was were".split())
_SAYING = frozenset(
    "say says said tell tells told announce announces announced add adds added promise promises promised pledge pledges"
    " pledged vow vows vowed confirm confirms confirmed insist insists insisted declares declared".split()
)
_PHRASES = {("rule", "out"): "rule-out", ("give", "up"): "give-up", ("call", "off"): "call-off"}
# Verbs that turn what they govern into its opposite; their roots.
_REFUSALS = frozenset(
    "reject declin deni scrap abandon drop shelv cancel oppos avoid halt withhold unabl unwil bar suspend stop prevent"
    " forgo rule-out give-up".split()
)
# After a negation these leave open what will be done: "would not say whether".
_OPEN = frozenset("say comment confirm clear decid know known certain sure rule-out".split())
_BREAKS = frozenset({",", ";", "and", "but"})
# "22 of its 61 shops" counts shops.
_BEFORE_COUNTED = frozenset("of its the their his her our more -".split())
_MODALS = frozenset("will would shall should must can could may might".split())
# "A referendum before signing it", "the policy of removing people": what is named so is not said to be done.
_BEFORE_GERUND = frozenset("before after of when while since for over".split())
_SUBORDINATE = frozenset(
    "which who whose where once after although though because if unless when while whereas despite".split()
)
_DEMANDS = frozenset("urg call ask demand want press wait tell told".split())
_HEDGES = frozenset("about around over nearly almost some roughly approximately under than least most to".split())
_PRONOUNS = frozenset("he she it they we i".split())
_GENERIC = frozenset(
    "council government minister secretary party group department president prime chief executive ministry city"
    " authority board company chancellor mayor leader governor commissioner committee union agency home foreign health"
    " the of for and mr mrs ms dr sir dame lord lady professor".split()
)
_PLACING = frozenset("in at near from of across around outside".split())
_MONTHS = "january february march april may june july august september october november december".split()
_SHORT_MONTHS = {name[:3]: i for i, name in enumerate(_MONTHS, 1)} | {"sept": 9}
_WEEKDAYS = "monday tuesday wednesday thursday friday saturday sunday".split()
_SEASONS = frozenset("spring summer autumn fall winter christmas easter".split())
_TURNS = {"this": "this", "next": "next", "coming": "next", "following": "next", "last": "last"}
_PERIODS = frozenset("week month year quarter decade spring summer autumn winter".split())
_ORDINALS = {"first": 1, "second": 2, "third": 3, "fourth": 4}
_BY = frozenset("by before until till from".split())


class Telling(NamedTuple):
    """What a summary makes of one commitment; `contradicts` has "polarity", "number", "date", "actor"."""

    verdict: Verdict
    contradicts: tuple[str, ...] = ()
    sentence: str | None = None


class _Word(NamedTuple):
    """A token: as written, folded without "'s", its root, the value of a figure that starts here, and its segment.

    A segment is what one verb governs: a negation does not reach beyond it.
    """

    text: str
    key: str
    root: str
    figure: str | None = None
    segment: int = 0

    @property
    def is_content(self) -> bool:
        return self.key[:1].isalpha() and self.key not in STOP_WORDS and number_word(self.key) is None


class _Match(NamedTuple):
    """How much of an action a sentence has and where; `head` is the place of its verb, else of what it has of the rest.

    Without the verb nothing can be said against the sentence: "froze fares" is right for "not raise fares".
    """

    share: float
    places: tuple[int, ...]
    head: int
    has_verb: bool
    action: str
    has_figure: bool

    @property
    def is_sure(self) -> bool:
        """Told in other words: most of the rest is there, or the very figure."""
        return self.share >= VERBLESS_SHARE or self.has_figure


class _Figure(NamedTuple):
    """A value and what it counts: roots of the words after it, "¤" for money, "%"."""

    value: str
    units: frozenset[str]
    place: int
    is_hedged: bool = False


class _Day(NamedTuple):
    """Part of a date: what kind ("year", "month", ...), which, and where it stands."""

    kind: str
    value: object
    place: int


def tellings(summary: str, commitments: Sequence[Item], article: str | None = None) -> list[Telling]:
    """One for each commitment, in order.

    `article` helps to know persons from bodies, and names that it does not have from those that it has.
    """
    told = _Summary(summary, commitments, article)
    found = [_best(told, item) for item in commitments]
    clean = [(place, match.share) for match, place, wrong in found if place is not None and not wrong]
    return [_telling(told, *best, clean) for best in found]


_Best = tuple[_Match, int | None, tuple[str, ...]]


def _telling(
    told: "_Summary", match: _Match, place: int | None, wrong: tuple[str, ...], clean: Sequence[tuple[int, float]]
) -> Telling:
    """A sentence that tells another commitment rightly, and has more of it, is no distortion of this one."""
    if place is None or (wrong and any(p == place and share >= match.share for p, share in clean)):
        return Telling("untold")
    return Telling("distorted" if wrong else "covered", wrong, told.texts[place])


def _best(told: "_Summary", item: Item) -> _Best:
    """The sentence that tells it best: rightly before wrongly, then by how much of the action it has."""
    found = [
        (match, place, wrong)
        for place, sentence in enumerate(told.sentences)
        for match in _matches(sentence, item)
        if (wrong := _wrongs(told, item, place, match)) is not None
    ]
    return min(found, key=lambda b: (bool(b[2]), -b[0].share, len(b[2]), b[1]), default=(_NONE, None, ()))


def _wrongs(told: "_Summary", item: Item, place: int, match: _Match) -> tuple[str, ...] | None:
    """What the sentence contradicts; None where it does not tell this commitment."""
    sentence = told.sentences[place]
    sense = _sense(sentence, item, match)
    if sense == 0 or told.is_demanded(item, place, match):
        return None
    is_reversed = sense != _gold_sense(sentence, item, match)
    if told.has_actor(item, place, match):
        wrong = {
            "polarity": is_reversed,
            "number": _other_number(sentence, item, match),
            "date": _other_date(sentence, item, match),
        }
        found = tuple(name for name, is_so in wrong.items() if is_so)
        if match.has_verb and (not found or told.is_subject(item, place, match)):
            return found
        is_refusal = sense < 0 and item.polarity == "not_do"
        return None if found or not (match.is_sure or is_refusal) else ()
    return ("actor",) if not is_reversed and told.has_other_actor(item, place, match) else None


# --- words


@lru_cache(maxsize=65_536)
def _root(key: str) -> str:
    return str(_stemmer().stem(_IRREGULAR.get(key, key)))


@lru_cache(maxsize=1)
def _stemmer() -> Any:
    from nltk.stem.porter import PorterStemmer

    return PorterStemmer()


def _are_kin(left: str, right: str) -> bool:
    """True for words made from one another: "merge", "merger"."""
    shared = next((i for i, (a, b) in enumerate(zip(left, right, strict=False)) if a != b), min(len(left), len(right)))
    return shared >= ROOT_START and max(len(left), len(right)) - shared <= ROOT_REST


@lru_cache(maxsize=8_192)
def _words(text: str) -> tuple[_Word, ...]:
    """Tokens with figures put together ("twenty-one", "5 million") and segments numbered."""
    tokens = [t.strip() for t in _TOKEN.findall(plain(text))]
    keys = [t.casefold().removesuffix("'s").removesuffix("'") for t in tokens]
    figures = _figure_values(tokens, keys)
    segments = _segments(keys)
    return tuple(
        _Word(t, k, _phrase_root(keys, i), f, s)
        for i, (t, k, f, s) in enumerate(zip(tokens, keys, figures, segments, strict=True))
    )


def _phrase_root(keys: Sequence[str], place: int) -> str:
    root = _root(keys[place])
    return _PHRASES.get((root, keys[place + 1] if place + 1 < len(keys) else ""), root)


def _figure_values(tokens: Sequence[str], keys: Sequence[str]) -> list[str | None]:
    """The value where a figure begins; None elsewhere."""
    values: list[str | None] = [None] * len(tokens)
    place = 0
    while place < len(tokens):
        end = place + 1
        if re.match(r"[£$€]?\d", tokens[place]):
            values[place] = next(iter(numbers(tokens[place].lstrip("£$€"))), None)
        elif number_word(keys[place]) is not None:
            while end < len(tokens) and _goes_on(keys, end):
                end += 1
            values[place] = next(iter(numbers(" ".join(tokens[place:end]))), None)
        place = end
    return values


def _goes_on(keys: Sequence[str], place: int) -> bool:
    is_number = number_word(keys[place]) is not None or keys[place] in _SCALES
    return is_number or (keys[place] == "-" and place + 1 < len(keys) and number_word(keys[place + 1]) is not None)


def _segments(keys: Sequence[str]) -> list[int]:
    """Numbers of what one verb governs: "but", "and will" open a new one; a clause of "which" ends at the comma."""
    numbered: list[int] = []
    main, now, last = 0, 0, 0
    for place, key in enumerate(keys):
        if key == ";" or key == "but" or (key in {"and", "or"} and _opens_clause(keys, place)):
            main = now = last = last + 1
        elif key in _SUBORDINATE:
            now = last = last + 1
        elif key == "," and now != main:
            now = main
        numbered.append(now)
    return numbered


def _opens_clause(keys: Sequence[str], place: int) -> bool:
    ahead = keys[place + 1 : place + 5]
    has_modal = any(k in _MODALS or negations(k) > 0 for k in ahead)
    return has_modal or ahead[:1] == ["to"] or bool(ahead and ahead[0] in _PRONOUNS)


# --- the action


_NONE = _Match(0.0, (), 0, False, "", False)


def _matches(sentence: Sequence[_Word], item: Item) -> Iterator[_Match]:
    for action in item.actions:
        match = _match(sentence, action)
        if match is not None:
            yield match


def _match(sentence: Sequence[_Word], action: str) -> _Match | None:
    """The words and figures of an action that a sentence has; None where they are too few."""
    words = _words(action)
    if not words:
        return None
    units = {w.root: w for w in words if w.is_content}
    values = [f.value for f in _figures(words)]
    found = {root: places for root, unit in units.items() if (places := _places_of(unit, sentence))}
    known = {w.figure: i for i, w in enumerate(sentence) if w.figure is not None}
    figures = [known[v] for v in values if v in known]
    total, shared = len(units) + len(values), len(found) + len(figures)
    if not found or shared < max(min(LEAST_UNITS, total), LEAST_SHARE * total):
        return None
    middle = median(p for places in found.values() if len(places) == min(map(len, found.values())) for p in places)
    chosen = {root: min(places, key=lambda p: abs(p - middle)) for root, places in found.items()}
    all_places = tuple(sorted([*chosen.values(), *figures]))
    home = _densest(sentence, all_places)
    verb = chosen.get(words[0].root)
    has_verb = verb is not None and sentence[verb].segment == sentence[home].segment
    head = verb if verb is not None and has_verb else home
    return _Match(shared / total, all_places, head, has_verb, action, bool(figures))


def _densest(sentence: Sequence[_Word], places: Sequence[int]) -> int:
    """The first of these places in the segment that has most of them."""
    counts = Counter(sentence[p].segment for p in places)
    return min(places, key=lambda p: (-counts[sentence[p].segment], p))


def _places_of(unit: _Word, sentence: Sequence[_Word]) -> list[int]:
    content = [(i, w) for i, w in enumerate(sentence) if w.is_content]
    return [i for i, w in content if w.root == unit.root] or [i for i, w in content if _are_kin(w.key, unit.key)]


# --- polarity


def _gold_sense(sentence: Sequence[_Word], item: Item, match: _Match) -> int:
    """1 for an undertaking to do what the words say without their negations, -1 for one not to.

    Negations of the action whose words the sentence leaves out do not count.
    """
    words, kept = _words(match.action), {sentence[p].root for p in match.places}
    near = (words[i : i + REACH + 1] for i, w in enumerate(words) if negations(w.key) % 2)
    count = sum(any(w.root in kept for w in words) for words in near) + (item.polarity == "not_do")
    return -1 if count % 2 else 1


def _sense(sentence: Sequence[_Word], item: Item, match: _Match) -> int:
    """The same of the sentence; 0 where it leaves open what will be done."""
    own = {w.root for action in item.actions for w in _words(action)}
    # "Oppose the bill in the vote" is "vote against the bill".
    own |= {"oppos"} if "against" in own else set()
    governing = [i for i in range(match.head) if _governs(sentence, i, match.head)]
    negating = [i for i in governing if _is_negation(sentence, i, own)]
    if any(w.root in _OPEN for i in negating for w in sentence[i + 1 : min(match.head, i + 3)]):
        return 0
    if any(sentence[i].key == "whether" for i in governing):
        return 0
    count = len(negating)
    count += sum(_is_inside(sentence, place, match) for place in range(match.head + 1, max(match.places) + 1))
    count += sum(_is_rejected(sentence, place, match, own) for place in range(match.head, len(sentence)))
    return -1 if count % 2 else 1


def _governs(sentence: Sequence[_Word], place: int, head: int) -> bool:
    """True when nothing ends the reach of a word before the head: no comma (but for "not, she said,"), no "and"."""
    if place >= head or sentence[place].segment != sentence[head].segment:
        return False
    between = [w.key for w in sentence[place + 1 : head]]
    if between[:1] == [","] and "," in between[1:]:
        between = between[between.index(",", 1) + 1 :]
    return not _BREAKS & set(between)


def _is_negation(sentence: Sequence[_Word], place: int, own: set[str]) -> bool:
    word = sentence[place]
    following = sentence[place + 1].key if place + 1 < len(sentence) else ""
    if word.key == "nor":
        return not any(w.key == "neither" for w in sentence[:place])
    if negations(word.key) % 2:
        return following not in {"only", "just", "merely", "least"}
    is_instead = (word.key, following) in {("instead", "of"), ("rather", "than")}
    return is_instead or (word.root in _REFUSALS and word.root not in own)


def _is_inside(sentence: Sequence[_Word], place: int, match: _Match) -> bool:
    """ "Pay no bonuses": a negation before one of the action's own words."""
    is_near = any(place < p <= place + REACH for p in match.places)
    return is_near and negations(sentence[place].key) % 2 == 1


def _is_rejected(sentence: Sequence[_Word], place: int, match: _Match, own: set[str]) -> bool:
    """ "Closing libraries was ruled out": a refusal of what stands before it."""
    word = sentence[place]
    if word.root not in _REFUSALS - own or word.key.endswith("ing") or not _governs(sentence, match.head, place):
        return False
    return any(w.key in _BE for w in sentence[max(0, place - REACH) : place])


# --- figures and dates


def _figures(words: Sequence[_Word]) -> list[_Figure]:
    """Years and days of the month are dates and not here."""
    dated = {d.place for d in _days(words)}
    return [
        _Figure(w.figure, _counted(words, i), i, bool(i) and words[i - 1].key in _HEDGES)
        for i, w in enumerate(words)
        if w.figure is not None and i not in dated
    ]


def _counted(words: Sequence[_Word], place: int) -> frozenset[str]:
    if words[place].text[0] in "£$€":
        return frozenset("¤")
    if place > 1 and words[place - 1].text[0].isupper():  # "Route 9"
        return frozenset()
    units: list[str] = []
    for word in words[place + 1 : place + 8]:
        if word.key in {"%", "percent"} or (word.key == "per" and not units):
            return frozenset("%")
        if word.is_content and word.key not in _SCALES | _HEDGES | _PLACING:
            units.append(word.root)
        elif units or not (word.key in _BEFORE_COUNTED | _SCALES or word.figure or number_word(word.key) is not None):
            break
    return frozenset(units[:4])


def _other_number(sentence: Sequence[_Word], item: Item, match: _Match) -> bool:
    """The same things counted otherwise, and a count of the gold's left out."""
    gold = [f for action in item.actions for f in _figures(_words(action))]
    found = _figures(sentence)
    said = {f.value for f in found}
    allowed = {f.value for f in gold} | (set(numbers(item.deadline.text)) if item.deadline else set())
    for other in found:
        if other.value in allowed or not _is_beside(sentence, other.place, match):
            continue
        own = [g for g in _figures(_words(match.action)) if g.units & other.units]
        rivals = own or [g for g in gold if g.units & other.units]
        if any(g.value not in said for g in rivals) and not any(_is_near(g.value, other) for g in rivals):
            return True
    return False


def _is_beside(sentence: Sequence[_Word], place: int, match: _Match) -> bool:
    """True for what stands with the verb or with the last of the action's words: no comma and no "and" between."""
    if sentence[place].segment != sentence[match.head].segment:
        return False
    ends = {match.head, max(p for p in match.places if sentence[p].segment == sentence[match.head].segment)}
    return any(not _BREAKS & {w.key for w in sentence[min(e, place) : max(e, place)]} for e in ends)


def _is_near(value: str, figure: _Figure) -> bool:
    """A rounded figure: with a hedge before it, or two digits of the whole one."""
    exact, said = float(value), float(figure.value)
    is_close = abs(exact - said) <= HEDGED_SHARE * abs(exact)
    return (figure.is_hedged and is_close) or said == float(f"{exact:.2g}")


def _days(words: Sequence[_Word]) -> list[_Day]:
    """Every part of a date that the words name."""
    found: list[_Day] = []
    for place, word in enumerate(words):
        month = _month(words, place)
        if _YEAR.fullmatch(word.text):
            found.append(_Day("year", int(word.text), place))
        elif month is not None:
            found.append(_Day("month", month, place))
            found += [_Day("day", (month, d), i) for i in (place - 1, place + 1) if (d := _day_number(words, i))]
        elif word.key in _WEEKDAYS:
            found.append(_Day("weekday", _WEEKDAYS.index(word.key), place))
        elif word.key in _SEASONS and word.key != "fall":
            found.append(_Day("season", word.key, place))
        if word.key in _TURNS and place + 1 < len(words) and words[place + 1].key in _PERIODS:
            found.append(_Day(f"turn of {words[place + 1].key}", _TURNS[word.key], place))
        if word.key in _ORDINALS and place + 1 < len(words) and words[place + 1].key in {"quarter", "half"}:
            found.append(_Day(words[place + 1].key, _ORDINALS[word.key], place))
    return found


def _month(words: Sequence[_Word], place: int) -> int | None:
    """ "May" and "March" are months with a capital that no sentence gives them, or beside a number."""
    word = words[place]
    if not word.text[:1].isupper() or word.key not in {*_MONTHS, *_SHORT_MONTHS}:
        return None
    if word.key in {"may", "march", "mar", "dec"} and place == 0 and not _day_number(words, 1):
        return None
    return _MONTHS.index(word.key) + 1 if word.key in _MONTHS else _SHORT_MONTHS[word.key]


def _day_number(words: Sequence[_Word], place: int) -> int | None:
    if not 0 <= place < len(words) or not re.fullmatch(r"\d{1,2}", words[place].text):
        return None
    return day if 1 <= (day := int(words[place].text)) <= 31 else None


def _other_date(sentence: Sequence[_Word], item: Item, match: _Match) -> bool:
    """A date of the same kind as the gold's, and none of that kind that fits."""
    if item.deadline is None:
        return False
    asserted, allowed = _gold_days(item.deadline)
    allowed |= {(d.kind, d.value) for action in item.actions for d in _days(_words(action))}
    said = [d for d in _days(sentence) if _is_of(d, sentence, match, asserted)]
    # The day of the week is that of the announcement where the date itself is right.
    is_dated = any(d.kind in {"day", "month"} and (d.kind, d.value) in allowed for d in said)
    kinds = {d.kind for d in said} & {k for k, _ in asserted} - ({"weekday"} if is_dated else set())
    for kind in kinds:
        if not any((kind, d.value) in allowed for d in said if d.kind == kind):
            return True
    return _other_duration(sentence, item.deadline)


def _gold_days(deadline: Deadline) -> tuple[set[tuple[str, object]], set[tuple[str, object]]]:
    """What the gold says of when, by kind, and what else would be as right."""
    asserted = {(d.kind, d.value) for d in _days(_words(deadline.text))}
    ends = [date.fromisoformat(d) for d in (deadline.earliest, deadline.latest) if d]
    if len(ends) == 2:
        asserted |= {("year", year) for year in range(ends[0].year, ends[1].year + 1)}
        if ends[0] == ends[1]:
            asserted |= {
                ("month", ends[0].month),
                ("weekday", ends[0].weekday()),
                ("day", (ends[0].month, ends[0].day)),
            }
    elif ends:
        asserted.add(("year", ends[0].year))
    also = {(k, v) for d in ends for k, v in (("year", d.year), ("month", d.month), ("day", (d.month, d.day)))}
    return asserted, asserted | also


def _is_of(day: _Day, sentence: Sequence[_Word], match: _Match, asserted: set[tuple[str, object]]) -> bool:
    """True for a date that says when the action is due: not when it was announced, and no year of long ago."""
    before = [w.key for w in sentence[max(0, day.place - 3) : day.place]]
    is_due = bool(_BY & set(before))
    opens = day.place <= MOST_OPENING and sentence[0].key in _BY
    if not (opens or _is_beside(sentence, day.place, match)):
        return False
    if any(k in _SAYING for k in before):
        return False
    if day.place < match.head and not is_due:
        return False
    years = [v for k, v in asserted if k == "year" and isinstance(v, int)]
    is_year = day.kind == "year" and isinstance(day.value, int)
    return not is_year or is_due or any(abs(y - int(str(day.value))) <= MOST_YEARS_OFF for y in years)


def _other_duration(sentence: Sequence[_Word], deadline: Deadline) -> bool:
    """ "Within 20 days" for "within ten days"."""
    gold, said = _figures(_words(deadline.text)), _figures(sentence)
    values = {f.value for f in said}
    return any(g.value not in values and g.units & s.units and not s.is_hedged for g in gold for s in said)


# --- the actor


class _Summary:
    """The summary's sentences as words, with who is who."""

    def __init__(self, summary: str, commitments: Sequence[Item], article: str | None) -> None:
        self.texts = [s.text for s in split_sentences(summary)]
        self.sentences = [_words(t) for t in self.texts]
        self._commitments = commitments
        self._summary, self._article = summary, article

    def has_actor(self, item: Item, place: int, match: _Match) -> bool:
        """Named in the sentence, or taken up from the one before by a pronoun or a passive without "by"."""
        if self._named(item, place):
            return True
        return self._leans_back(place, match) and self._is_about(item, place - 1)

    def is_subject(self, item: Item, place: int, match: _Match) -> bool:
        """True where the actor may govern the verb: it stands before it, behind "by", or beside a verb of saying."""
        sentence = self.sentences[place]
        before = [w.key for w in sentence[max(0, match.head - 2) : match.head]]
        if before == ["instead", "of"]:
            return True
        if sentence[match.head].key.endswith("ing") and _BEFORE_GERUND & set(before[-1:]):
            return False
        at = [i for name in item.actors for i in _mentions(sentence, name)]
        return not at or any(i < match.head or _is_by(sentence, i) or _is_speaking(sentence, i) for i in at)

    def _named(self, item: Item, place: int) -> bool:
        return any(True for name in item.actors for _ in _mentions(self.sentences[place], name))

    def _leans_back(self, place: int, match: _Match) -> bool:
        if place == 0 or self._agent(place, match):
            return False
        sentence = self.sentences[place]
        has_pronoun = any(w.key in _PRONOUNS for w in sentence[: match.head])
        is_passive = any(w.key in _BE for w in sentence[max(0, match.head - REACH) : match.head])
        return has_pronoun or is_passive

    def _is_about(self, item: Item, place: int) -> bool:
        """True where the sentence names the actor before anybody else, or takes it up itself."""
        sentence = self.sentences[place]
        own = min((i for name in item.actors for i in _mentions(sentence, name)), default=None)
        others = [i for i, _ in self._names(place) if own is None or i < own]
        if own is not None:
            return not others
        opens_with_pronoun = any(w.key in _PRONOUNS for w in sentence[:3])
        return place > 0 and opens_with_pronoun and not others and self._is_about(item, place - 1)

    def is_demanded(self, item: Item, place: int, match: _Match) -> bool:
        """ "The union urged the council to close it": somebody else's wish."""
        sentence = self.sentences[place]
        for name in item.actors:
            for at in _mentions(sentence, name):
                end = at + len(_name_keys(name))
                asks = any(w.root in _DEMANDS for w in sentence[max(0, at - 3) : at])
                if asks and any(w.key == "to" for w in sentence[end : match.head]) and match.head > at:
                    return True
        return False

    def has_other_actor(self, item: Item, place: int, match: _Match) -> bool:
        """True where a name of the same kind stands in the actor's place, nearly the whole action beside it."""
        agent = self._agent(place, match)
        if (
            not (agent and match.has_verb)
            or match.share < ACTOR_SHARE
            or _other_number(self.sentences[place], item, match)
        ):
            return False
        mine = {k for name in (*item.actors, item.implementer or "") for k in _name_keys(name)}
        if mine & {w.casefold() for w in agent.split()}:
            return False
        if self._is_person(agent) != any(self._is_person(name) for name in item.actors):
            return False
        return self._is_person(agent) or self._is_known_actor(agent) or not self._is_in_article(agent)

    def _is_known_actor(self, name: str) -> bool:
        words = {w.casefold() for w in name.split()}
        return any(words & set(_name_keys(a)) - _GENERIC for item in self._commitments for a in item.actors)

    def _is_in_article(self, name: str) -> bool:
        return self._article is None or all(
            re.search(rf"\b{re.escape(w)}\b", plain(self._article)) for w in name.split()
        )

    def _is_person(self, name: str) -> bool:
        casts = (cast_of(text) for text in (self._article, self._summary) if text)
        return any(cast.person_in(Mention(text=name)) is not None for cast in casts)

    def _agent(self, place: int, match: _Match) -> str | None:
        """The name after "by" behind the verb, else the nearest before it in the sentence."""
        sentence = self.sentences[place]
        after = [name for i, name in self._names(place) if i > match.head and _is_by(sentence, i)]
        before = [
            name
            for i, name in self._names(place)
            if _governs(sentence, i + len(name.split()) - 1, match.head) and sentence[i - 1].key not in _PLACING
        ]
        return after[0] if after else before[-1] if before else None

    def _names(self, place: int) -> list[tuple[int, str]]:
        """Capitalised runs; one that only opens the sentence where the text has it elsewhere, or an actor has it."""
        sentence = self.sentences[place]
        found: list[tuple[int, str]] = []
        for i, word in enumerate(sentence):
            if not (word.text[:1].isupper() and word.key not in STOP_WORDS) or _is_date(sentence, i):
                continue
            name = word.text.removesuffix("'s")
            if found and found[-1][0] + len(found[-1][1].split()) == i:
                found[-1] = (found[-1][0], f"{found[-1][1]} {name}")
            else:
                found.append((i, name))
        return [(i, name) for i, name in found if i > 0 or self._is_name(name)]

    def _is_name(self, opening: str) -> bool:
        if " " in opening or self._is_known_actor(opening):
            return True
        text = f"{self._article or ''} {self._summary}"
        return re.search(rf"[a-z,] {re.escape(opening)}\b", plain(text)) is not None


def _is_by(sentence: Sequence[_Word], place: int) -> bool:
    return any(w.key == "by" for w in sentence[max(0, place - 2) : place])


def _is_speaking(sentence: Sequence[_Word], place: int) -> bool:
    return any(w.key in _SAYING for w in sentence[max(0, place - 2) : place + 4])


def _is_date(sentence: Sequence[_Word], place: int) -> bool:
    return sentence[place].key in _WEEKDAYS or _month(sentence, place) is not None


@lru_cache(maxsize=64)
def cast_of(text: str) -> Cast:
    """Who is who in a text that is no record of ours."""
    return Cast(Document(article=Article(id="text", source="", text=text), sentences=split_sentences(text)))


@lru_cache(maxsize=8_192)
def _name_keys(name: str) -> tuple[str, ...]:
    keys = [w.key for w in _words(name) if w.key[:1].isalnum()]
    return tuple(keys[1:] if len(keys) > 1 and keys[0] in {"the", "a", "an"} else keys)


def _mentions(sentence: Sequence[_Word], name: str) -> Iterable[int]:
    """Where the name stands: whole, or by the part that stands for it (a surname, the first word of a body)."""
    keys = _name_keys(name)
    if not keys or keys[0] in _PRONOUNS | {"us", "my", "our", "me"}:
        return []
    found = [
        i
        for i in range(len(sentence))
        if tuple(w.key for w in sentence[i : i + len(keys)]) == keys and _is_it(sentence, i, name)
    ]
    return found or [i for i, w in enumerate(sentence) if _stands_for(sentence, i, w, name)]


def _is_it(sentence: Sequence[_Word], place: int, name: str) -> bool:
    """A bare role needs its article: "the minister" is not "the prime minister", nor "a minister"."""
    words = _words(name)
    if words[0].key not in {"the", "a", "an"} or any(w.text[:1].isupper() for w in words[1:]):
        return True
    return place > 0 and sentence[place - 1].key in {"the", "its", "his", "her", "their"}


def _stands_for(sentence: Sequence[_Word], place: int, word: _Word, name: str) -> bool:
    named = [w for w in _words(name) if w.text[:1].isupper() and w.key not in _GENERIC]
    parts = [w.key for w in named]
    if len(_name_keys(name)) < 2 or not parts or word.key not in {parts[0], parts[-1]} or not word.text[:1].isupper():
        return False
    return place == 0 or sentence[place - 1].key not in _PLACING
