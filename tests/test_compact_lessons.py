"""What an annotator marked -> what each head should say."""

import pytest
import tiny_compact
from tokenizers import Tokenizer

from pipeline.engines.compact.lessons import Argued, Lesson, Stated, aligned, marks_of, referents
from pipeline.engines.compact.network import JOINTS, ROLES
from pipeline.engines.compact.windows import Window, Windower
from pipeline.records import Article, Document, Sentence
from pipeline.sentences import split_sentences

TEXT = "Ruth Penn leads Brock Rail. She said the firm will repair the depot by June if the council pays. Nobody spoke."


@pytest.fixture(scope="module")
def window(tmp_path_factory: pytest.TempPathFactory) -> Window:
    folder = tiny_compact.write_base(tmp_path_factory.mktemp("base"))
    return Windower(Tokenizer.from_file(str(folder / "tokenizer.json"))).windows(_document())[0][0]


def _document() -> Document:
    return Document(article=Article(id="a", source="a", text=TEXT, title="Penn"), sentences=split_sentences(TEXT))


def _argued(window: Window, **fields: str | None) -> Argued:
    stated = Stated(
        sentences=frozenset({1}), actors=("Brock Rail", "Ruth Penn"), actions=("repair the depot",), polarity="do",
        strength="conditional", **fields,
    )  # fmt: skip
    return marks_of(Lesson(_document(), (stated,)), window).actions[0]


def _words(window: Window, tokens: tuple[int, int]) -> str:
    return TEXT[window.offsets[tokens[0]][0] : window.offsets[tokens[1]][1]]


def _sentence(text: str) -> Sentence:
    return Sentence(index=0, start=10, end=10 + len(text), text=text)


@pytest.mark.parametrize(
    ("text", "action", "found"),
    [
        ("The bank will close 84 branches by June.", "close 84 of its branches", "close 84 branches"),
        ("Its findings will be handed to the families.", "hand its findings to the families",
         "Its findings will be handed to the families"),
        ("He is forgoing his bonus.", "forgo his bonus", "forgoing his bonus"),
        ("They met on Monday and he will sell the yard, he said.", "sell the yard", "sell the yard"),
    ],
)  # fmt: skip
def test_an_action_stands_where_the_words_are_most_like_it(text: str, action: str, found: str) -> None:
    span = aligned(_sentence(text), [action])

    assert span is not None
    assert text[span[0] - 10 : span[1] - 10] == found


def test_an_action_that_a_sentence_does_not_word_stands_nowhere() -> None:
    assert aligned(_sentence("Nothing of the kind was said."), ["close 84 of its branches"]) is None


def test_the_action_and_its_arguments_are_tokens_of_the_window(window: Window) -> None:
    argued = _argued(window, condition="if the council pays", deadline="by June")
    roles = dict(zip(ROLES, argued.roles, strict=True))

    assert _words(window, (argued.first, argued.last)) == "repair the depot"
    assert [_words(window, t) for t in roles["condition"] or ()] == ["if the council pays"]
    assert [_words(window, t) for t in roles["deadline"] or ()] == ["by June"]
    assert roles["recipient"] == ()


def test_every_name_of_the_actor_may_be_pointed_at_also_outside_its_sentence(window: Window) -> None:
    actors = dict(zip(ROLES, _argued(window).roles, strict=True))["actor"]

    assert {_words(window, t) for t in actors or ()} == {"Brock Rail", "Ruth Penn"}


def test_words_that_stand_nowhere_near_are_unknown_and_not_none(window: Window) -> None:
    roles = dict(zip(ROLES, _argued(window, recipient="the pensioners of Ulm").roles, strict=True))

    assert roles["recipient"] is None


def test_a_positive_sentence_without_the_words_is_told_apart(window: Window) -> None:
    stated = Stated(frozenset({0, 1}), ("Brock Rail",), ("repair the depot",), "do", "firm")

    marks = marks_of(Lesson(_document(), (stated,)), window)

    assert set(marks.commitments) == {0, 1}
    assert marks.unaligned == {0}


def _needed(text: str, action: str, place: int, title: str | None = None) -> tuple[list[str], str | None] | None:
    document = Document(article=Article(id="a", source="a", text=text, title=title), sentences=split_sentences(text))
    span = aligned(document.body[place], [action])
    assert span is not None
    found = referents(document, [action], place, span)
    if found is None:
        return None
    places, joint = found
    words = [((title or "") if p < 0 else text)[a:b] for p, a, b in places]
    return words, None if joint is None else JOINTS[joint]


@pytest.mark.parametrize(
    ("text", "action", "words", "joint"),
    [
        ("An inquiry into the murders was announced. She will name its chair.",
         "name the chair of the inquiry into the murders", ["inquiry into the murders"], "of"),
        ("The ferry sank. The ferry was old. He will raise it.", "raise the ferry", ["ferry", "ferry"], ""),
        ("Talks on the port are over. She will pay 40 million euros.",
         "pay 40 million euros into a joint port fund", ["port"], "into"),
        ("It will be decided whether to sail. She will mend the boat.", "mend the sail boat", [], None),
    ],
)  # fmt: skip
def test_what_an_action_was_completed_with_is_pointed_at(
    text: str, action: str, words: list[str], joint: str | None
) -> None:
    assert _needed(text, action, len(split_sentences(text)) - 1) == (words, joint)


def test_an_action_in_the_words_of_its_sentence_needs_nothing() -> None:
    assert _needed("The ferry sank. She will raise the ferry.", "raise the ferry", 1) is None


def test_of_alternatives_the_one_that_needs_least_counts() -> None:
    text = "The ferry sank. She will raise it."
    document = Document(article=Article(id="a", source="a", text=text), sentences=split_sentences(text))
    span = aligned(document.body[1], ["raise it"])

    assert span is not None
    assert referents(document, ["raise the ferry", "raise it"], 1, span) is None


def test_words_of_the_own_sentence_and_of_the_title_may_be_needed() -> None:
    text = "The wages that miners of the northern valleys never saw, Ruth Penn said, will be handed to a court."
    assert _needed(text, "hand the wages to a court", 0) == (["wages"], "")
    assert _needed("She will raise it.", "raise the old ferry", 0, title="An old ferry") == (["old ferry"], "")


def test_the_referent_is_told_to_the_network_as_tokens(window: Window) -> None:
    stated = Stated(frozenset({1}), ("Ruth Penn",), ("repair the depot of Brock Rail",), "do", "firm")

    argued = marks_of(Lesson(_document(), (stated,)), window).actions[0]

    assert [_words(window, t) for t in argued.roles[ROLES.index("referent")] or ()] == ["Brock Rail"]
    assert argued.joint == JOINTS.index("of")
