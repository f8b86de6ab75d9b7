"""An action and the words elsewhere that it leans on -> a clause that can be understood alone.

"name its chair" and "the inquiry", three sentences before, are "name [the inquiry's] chair". What stands for the words
(a pronoun, "those powers", a noun that was told more fully before) gives way to them; where nothing does, they are put
where their joint says: "lay regulations [for Greater Manchester]". As in newspapers, square brackets tell what was put
there: it is the engine's reading, and not always right.
"""

import re
from typing import NamedTuple

from pipeline.engines.compact.wording.acting import NAMES_IN_S
from pipeline.engines.cue.clauses import MAX_ACTION_WORDS, straight
from pipeline.language import stems

MOST_REFERENT_WORDS = 10


class Referent(NamedTuple):
    """Half-open code points of the sentence, or the title, that the words stand in."""

    sentence: str
    start: int
    end: int


class _Noun(NamedTuple):
    """A noun phrase without its article, and the article that it has when it is spoken of again ("" for none)."""

    words: str
    article: str

    @property
    def whole(self) -> str:
        return f"{self.article} {self.words}".strip()


def _any(*words: str) -> str:
    return "|".join(" ".join(words).split())


_LITTLE = _any(
    "the an? this that these those its his her their our my your any every each all both no some of to for with in at "
    "from on into by as and or but not if when while until unless than then there here now so up out off down back "
    "away again only also too it them him us me you we he she they who which what where how will would shall should "
    "can could may might must is are was were be been being has have had do does did over under about against before "
    "after between through during within without across along around"
)
_IS_LITTLE = re.compile(rf"(?:{_LITTLE})$", re.IGNORECASE)
_ARTICLE_BEFORE = re.compile(
    r"(?:^|(?<=[\s(\"'—–-]))(?P<article>the|an?|this|that|these|those|his|her|its|their|our|my|your|every|each|any|"
    rf"all|no|both|[A-Z]\w+'s)(?P<between>(?: (?!(?:{_LITTLE})\b)[\w'-]+){{0,3}}) $",
    re.IGNORECASE,
)
# "the council owns" | "14 farms", "the firm opened two" | "shops": the article is that of whoever acts.
_VERB_BETWEEN = re.compile(
    r" [\w'-]+ (?:(?<!ly )(?<!long )[a-z]{2,}ed|owns?|runs?|says|said|told|wants?|needs?|plans|holds?|held|bought|sold|"
    r"built|made|gave|won|saw|met|found|took|lost|left|spent|paid|makes|sells|uses|used|keeps|kept|offers|gets|got)"
    r"(?P<rest>(?: [\w'-]+)*)$"
)
# "a public inquiry into the" | "murders": what is pointed at ends a longer phrase.
_OUTER = re.compile(
    rf"(?:^|(?<=[\s(\"'—–-]))(?P<article>the|an?|this|that|these|those|his|her|its|their|our|my) "
    rf"(?P<head>(?!(?:{_LITTLE})\b)[\w'-]+(?: (?!(?:{_LITTLE})\b)[\w'-]+){{0,2}} (?:of|into) "
    r"(?:(?:the|an?|his|her|its|their) )?)$",
    re.IGNORECASE,
)
# A clause is no noun: "law gives it one", "the votes aren't there".
_CLAUSAL = re.compile(
    r"\b(?:is|are|was|were|has|have|had|will|would|shall|gives?|gave|says?|said|it|he|she|they|we|I|you)\b|n't\b"
)
# Nor is what somebody may do: "free to set their own rules".
_ADJECTIVE_TO = re.compile(r"(?:un)?(?:able|eligible|entitled|free|keen|liable|likely|ready|set|due|sure|willing) to\b")
# "of its own staff" stands for no noun.
_OPENS_WITH_PREPOSITION = re.compile(r"(?:of|to|with|by|and|or|than) ", re.IGNORECASE)
_OWN_ARTICLE = re.compile(r"(?:his|her|its|their|our|my|your) (?=\w)", re.IGNORECASE)
_OF_SPEAKERS = frozenset("our my your".split())
_AGAIN = frozenset("the an a this that these those every each any no all both some".split())


def _noun(referent: Referent) -> _Noun | None:
    text = straight(referent.sentence)
    start, end = referent.start, referent.end
    words = " ".join(text[start:end].split()).strip(" ,;:.\"'")
    if _CLAUSAL.search(words) or _ADJECTIVE_TO.match(words) or _OPENS_WITH_PREPOSITION.match(words):
        return None
    outer = _OUTER.search(text, max(0, start - 80), start)
    before = _ARTICLE_BEFORE.search(text, max(0, start - 60), start)
    article = ""
    if outer is not None:
        article, words = outer["article"], f"{outer['head']}{words}"
    elif before is not None:
        verb = _VERB_BETWEEN.match(before["between"])
        article, between = ("", verb["rest"]) if verb else (before["article"], before["between"])
        words = f"{between.strip()} {words}".strip()
    elif (own := _OWN_ARTICLE.match(words)) is not None:
        article, words = own[0].strip(), words[own.end() :]
    if not words or len(words.split()) > MOST_REFERENT_WORDS or not re.search(r"\w", words):
        return None
    if not article and re.search(r"(?:^|[.!?:\"] ?)$", text[:start].rstrip()):
        words = _lower_start(words, text, start)
    low = article.casefold()
    if low in _OF_SPEAKERS | _AGAIN:
        article = "" if low in ("every", "each", "any", "no", "all", "both") and _is_plural(words) else "the"
    elif not article:
        is_counted = words[0].isdigit() or words[0] in "£$€"
        is_bare = words[0].isupper() or _is_plural(words) or words.split()[0].endswith("ing")
        article = "the" if is_counted or not is_bare else ""
    return _Noun(words, article if article.endswith("'s") else article.casefold())


# "Barclays" | "is", "Leeds" | "needs": one body or place, whatever its end.
_SINGULAR_NEXT = re.compile(r"(?:is|was|has|does|says|isn't|wasn't|hasn't|wants|needs|plans to|expects)\b")


def _lower_start(words: str, text: str, start: int) -> str:
    """The head of a sentence in small letters, unless what follows is capitalised as well, or it is a name."""
    first, _, rest = words.partition(" ")
    if not first[:1].isupper() or first.isupper() or rest[:1].isupper():
        return words
    after = text[start + len(first) :].lstrip()
    is_plural = first.endswith("s") and first.casefold() not in NAMES_IN_S and not _SINGULAR_NEXT.match(after)
    is_common = is_plural or (after[:1].islower() and (bool(rest) or first.endswith("ing")))
    return words[0].lower() + words[1:] if is_common else words


def _head(words: str) -> str:
    """The noun that the words turn about: "inquiry" of "public inquiry into the murders"."""
    found = re.split(r" (?:of|into|at|in|on|for|to|from|with|about|against|over|by|between|that|which|who) ", words)[0]
    return found.split()[-1] if found.split() else words


def _is_plural(words: str) -> bool:
    head = _head(words).casefold()
    return head.endswith("s") and not head.endswith(("ss", "us", "is", "'s"))


def _key(word: str) -> str:
    found = stems(word)
    return found[0] if found else word.casefold()


_PREPOSITION = _any(
    "of to for with in at from on into by as under over about against before after between through during within "
    "without across along around until unless if when while and or but not than then there here again also only too"
)
# "return it unopened", "none of them"; "this" and "that" only where no noun follows. "him" is a person, who has a name.
_PRONOUN = re.compile(
    r"(?<=\w )(?P<pronoun>it|them|(?:all|any|none|some|each|both|neither|either|every one|one|most|half|\d+)"
    r" of (?:it|them)|"
    rf"(?:this|that|these|those)(?= (?:{_PREPOSITION}|back|up|out|off|down|away)\b|$|,))(?= |$|,)",
)
_PERSON = re.compile(rf"(?<=\w )(?:him|her(?= (?:{_LITTLE})\b|$|,))(?= |$|,)")
_PARTICLE = re.compile(r" (?P<word>up|out|off|down|away|back)(?=$| (?!to\b|in\b|into\b|on\b|of\b|from\b|for\b))")
_OWNED = re.compile(rf"\b(?P<whose>its|their|his|her) (?P<noun>(?:[\w'-]+ ){{0,2}}?[\w'-]+)(?=$|,| (?:{_LITTLE})\b)")
_POINTED = re.compile(
    r"\b(?:(?:this|that|these|those)(?! (?:week|month|year|term|season|morning|afternoon|evening|weekend|spring|summer|"
    r"autumn|winter|decade|time)s?\b)|(?:(?:any|no|every|all) )?such)(?: an?)? "
    rf"(?P<noun>(?:(?!(?:{_LITTLE})\b)[\w'-]+ )?"
    rf"(?!(?:{_LITTLE})\b)[\w'-]+)(?=$|,| (?:{_LITTLE})\b)"
)
_ONES = re.compile(r"\b(?:an?|another|the|any|new|more|other|no|\d+|two|three)(?: [\w-]+)? (?P<one>ones?)\b")
_BARE_COUNT = re.compile(
    r"^(?P<verb>[\w-]+(?: (?:up|out|off|down|back|away|on|over|for|to))?) "
    r"(?P<count>both|any|more|all|some|another|none|either|two|three|four|five|six|seven|eight|nine|ten|twelve|twenty|thirty|forty|"
    r"fifty|a hundred|\d[\d,]*(?!,?\d)|the (?:rest|first|second|last|third|other|others|lot))"
    r"(?=$|,| (?:to|in|at|from|on|by|for|with)\b)"
)
_SUM = r"[£$€]?\d\w*(?:[.,]\d\w*)*%?"  # "£2.4bn", "1,200"
# What may stand between a verb and its object.
_WITH_VERB = (
    r"(?P<verb>[\w-]+(?: (?:up|out|off|down|back|away|over|(?:in|on)(?= (?:[£$€\d]|an?\b|another|more|some))))?)"
)
# The first noun phrase after the verb.
_OBJECT = re.compile(
    rf"^{_WITH_VERB} (?P<noun>(?:(?P<article>(?:the|an?|any|every|each|all|its|his|her|their|some|more|no|both)\b"
    r"(?: (?:further|new|next|first|last|full|single|other)\b)?)|"
    rf"{_SUM}|(?!(?:{_LITTLE})\b)[\w'-]+)(?: (?:(?!(?:{_LITTLE}|[\w-]+ly)\b)[A-Za-z][\w'-]*|{_SUM}))*)"
)
_JOINS = re.compile(r"(?:of|for|to|on|in|at|with|from|as|against|over|about|into|by)$")
_NO_OBJECT = re.compile(rf"^{_WITH_VERB}(?P<how> [a-z]+ly)?(?=$| (?:{_PREPOSITION})\b)")
_GOES_BACK = re.compile(r"(?:come|go|stand|walk|fall) (?:back|down|away|out)$")
# "take in" | "new animals": the object comes after the verb's particle.
_HAS_OBJECT = re.compile(r"(?:take|bring|call|let|hand|phase|put) (?:in|on) (?!the \w+ (?:of|to)\b)[a-z]+ [a-z]+s\b")
# "the first 600"
_ENDS_IN_COUNT = re.compile(r"(?:^| )(?:first|last|next|other|remaining) \d[\d,]*$")
# Verbs that have no object, and those whose object is who or what does something.
_WITHOUT_OBJECT = frozenset(
    "act appear arrive be campaign co-operate collaborate come comment compete cooperate fall go happen live march "
    "remain resign retire return rise stand stay strike talk testify turn vote wait walk work".split()
)
_WITH_SOMEBODY = re.compile(r" \w+ (?:me|us|you|him|her|them)\b")
_CAUSATIVE = frozenset("allow ask get have keep leave let make require see".split())


def completed(action: str, referent: Referent, joint: str) -> str:
    """The action with the referent's words in their place; as it was where they are in it already, or find none."""
    noun = _noun(_both_of(referent) if re.search(r"\bthem\b", action) else referent)
    if noun is None:
        return action
    own = {_key(w) for w in re.findall(r"\w+", action)}
    if all(_key(w) in own for w in re.findall(r"\w+", noun.words) if not _IS_LITTLE.match(w)):
        return action
    found = (
        _for_pronoun(action, noun)
        or _for_same_noun(action, noun)
        or _for_ones(action, noun)
        or _for_owner(action, noun, joint)
        or _for_pointed(action, noun, joint)
        or _for_count(action, noun)
        or _joined(action, noun, joint)
    )
    return found if len(found.split()) <= MAX_ACTION_WORDS else action


# "the pool" | " and the gym, which closed": both of "them".
_AND_ANOTHER = re.compile(
    r"(?: (?!(?:and|or|of|in|at)\b)[\w'-]+){0,2} and (?:the|an?|its|his|her|their) (?:[\w'-]+ )?[\w'-]+"
    r"(?=[,.;]| (?:will|would|are|were|have|which|who|that)\b)"
)


def _both_of(referent: Referent) -> Referent:
    """With the second of two things, where one alone is no "them"."""
    words = referent.sentence[referent.start : referent.end]
    more = None if _is_plural(words) else _AND_ANOTHER.match(straight(referent.sentence), referent.end)
    return referent if more is None else referent._replace(end=more.end())


def _for_pronoun(action: str, noun: _Noun) -> str | None:
    match = _PERSON.search(action) if noun.words[0].isupper() else None
    match = match or _PRONOUN.search(action)
    if match is None:
        return None
    pronoun = match[0]
    whole = f"[{noun.whole}]"
    if " of " in pronoun:
        count = pronoun.partition(" of ")[0]
        whole = f"{'any' if count == 'none' else count} of {whole}"
    before, after = action[: match.start()], action[match.end() :]
    particle = _PARTICLE.match(after)
    if particle is not None and len(noun.words.split()) > 1:
        return f"{before}{particle['word']} {whole}{after[particle.end() :]}"
    return f"{before}{whole}{after}"


def _for_same_noun(action: str, noun: _Noun) -> str | None:
    """ "publish the review" and "Navarro review": the fuller words."""
    head = _key(_head(noun.words))
    words = list(re.finditer(r"[\w'-]+", action))
    for at, match in enumerate(words):
        if at and _key(match[0]) == head:
            start = match.start()
            # Other words of the noun that stand before it already are part of what gives way.
            own = {_key(w) for w in re.findall(r"\w+", noun.words)}
            while at > 1 and _key(words[at - 1][0]) in own and action[words[at - 1].end() : start] == " ":
                at -= 1
                start = words[at].start()
            before = re.sub(r"\b(this|that|these|those|such(?: an?)?) $", "the ", action[:start])
            if _is_name(noun.words) and not noun.article:
                before = re.sub(r"\b(?:the|an?) $", "", before)
            return f"{before}[{noun.words}]{action[match.end() :]}"
    return None


def _is_name(words: str) -> bool:
    return all(w[0].isupper() for w in words.split())


def _for_ones(action: str, noun: _Noun) -> str | None:
    match = _ONES.search(action)
    if match is None:
        return None
    return f"{action[: match.start('one')]}[{noun.words}]{action[match.end() :]}"


def _for_owner(action: str, noun: _Noun, joint: str) -> str | None:
    match = _OWNED.search(action)
    if match is None or joint not in ("", "of", "for"):
        return None
    before, after = action[: match.start()], action[match.end() :]
    if match["whose"] in ("his", "her") and not noun.words[0].isupper():
        return f"{before}{match['whose']} [{noun.words}] {match['noun']}{after}" if not joint else None
    if len(noun.words.split()) <= 2 and " of " not in noun.words:
        owner = noun.whole + ("'" if noun.whole.endswith("s") else "'s")
        return f"{before}[{owner}] {match['noun']}{after}"
    return f"{before}the {match['noun']} [of {noun.whole}]{after}"


def _for_pointed(action: str, noun: _Noun, joint: str) -> str | None:
    match = _POINTED.search(action)
    if match is None:
        return None
    said = f"the {match['noun']} [{joint} {noun.whole}]" if joint else f"[{noun.whole}]"
    return f"{action[: match.start()]}{said}{action[match.end() :]}"


def _for_count(action: str, noun: _Noun) -> str | None:
    match = _BARE_COUNT.match(action)
    if match is None:
        return None
    after = action[match.end() :]
    count = match["count"]
    if count in ("the rest", "the lot", "the others"):
        return f"{action[: match.end()]} [of {noun.whole}]{after}"
    return f"{action[: match.end()]} [{noun.words}]{after}"


def _joined(action: str, noun: _Noun, joint: str) -> str:
    """ "lay rules" | "for" | "Greater Manchester"; "publish" | "the report"; "suspend" | "parking" | "charges"."""
    if joint and not action.endswith(f" {joint}"):
        said = f"[{joint} {noun.words if joint == 'as' else noun.whole}]"
        match = _OBJECT.match(action)
        if match is not None and match["verb"] not in _CAUSATIVE and not action.startswith(" of ", match.end()):
            return f"{action[: match.end()]} {said}{action[match.end() :]}"
        return f"{action} {said}"
    if _JOINS.match(action.rsplit(" ", 1)[-1]):
        return f"{action} [{noun.whole}]"
    match = _NO_OBJECT.match(action)
    if match is not None:
        is_without = match["verb"] in _WITHOUT_OBJECT or _GOES_BACK.match(match["verb"]) or _HAS_OBJECT.match(action)
        if is_without or _WITH_SOMEBODY.match(action, match.end()):
            return action
        return f"{match['verb']} [{noun.whole}]{match['how'] or ''}{action[match.end() :]}"
    match = _OBJECT.match(action)
    if match is not None and match["verb"] not in _CAUSATIVE and _ENDS_IN_COUNT.search(match["noun"]):
        return f"{match[0]} [{noun.words}]{action[match.end() :]}"
    if match is None or match["verb"] == "be" or len(noun.words.split()) > 3 or len(match["noun"].split()) > 4:
        return action
    if re.search(r"[A-Z]", match["noun"]) or action.startswith(" to ", match.end()):
        return action
    article = match["article"] or ""
    if match["verb"] in _CAUSATIVE and not article:
        return action
    before, _, head = match["noun"].rpartition(" ")
    if match["verb"] in _CAUSATIVE:
        before, head = article, match["noun"][len(article) :]
    modifier = _as_modifier(noun.words)
    if before.casefold() in {"a", "an"}:
        before = "an" if modifier[0] in "aeiouAEIO" else "a"
    return " ".join(f"{match['verb']} {before} [{modifier}] {head}{action[match.end() :]}".split())


def _as_modifier(words: str) -> str:
    """ "pension" of "pensions": a noun before another has no plural."""
    return words[:-1] if _is_plural(words) and words.islower() and len(words) > 4 else words
