"""Windows of a document: each sentence answered for once, none cut, and what the vocabulary does not see."""

import pytest
import tiny_compact
from hypothesis import given
from hypothesis import strategies as st
from tokenizers import Tokenizer

from pipeline.engines.compact.windows import SENTENCE_TOKENS, Windower, _cuts
from pipeline.records import Article, Document
from pipeline.sentences import split_sentences


@pytest.fixture(scope="module")
def tokenizer(tmp_path_factory: pytest.TempPathFactory) -> Tokenizer:
    folder = tiny_compact.write_base(tmp_path_factory.mktemp("base"))
    return Tokenizer.from_file(str(folder / "tokenizer.json"))


def document(text: str, title: str | None = None) -> Document:
    return Document(article=Article(id="a", source="a", text=text, title=title), sentences=split_sentences(text))


@given(st.lists(st.integers(1, 330), min_size=1, max_size=60), st.integers(330, 600), st.none() | st.integers(1, 600))
def test_each_sentence_is_answered_for_by_exactly_one_window(sizes: list[int], budget: int, first: int | None) -> None:
    cuts = list(_cuts(sizes, budget, first))

    assert [i for _, _, (low, high) in cuts for i in range(low, high)] == list(range(len(sizes)))


@given(st.lists(st.integers(1, 330), min_size=1, max_size=60), st.integers(330, 600), st.none() | st.integers(1, 600))
def test_a_window_holds_what_it_answers_for_and_no_more_than_its_budget(
    sizes: list[int], budget: int, first: int | None
) -> None:
    for start, end, (low, high) in _cuts(sizes, budget, first):
        assert start <= low < high <= end
        assert sum(sizes[start:end]) <= max(budget, sizes[low])


def test_a_sentence_is_read_with_the_one_before_it_wherever_a_window_begins(tokenizer: Tokenizer) -> None:
    text = " ".join(f"{tiny_compact.ACTORS[i % 5]} will repair the bridge by June." for i in range(120))

    windows, unread = Windower(tokenizer).windows(document(text))

    assert len(windows) > 1
    assert unread == 0
    for window in windows[1:]:
        first_owned = next(p for p in window.places if p.is_owned)
        assert window.places[0].sentence < first_owned.sentence


def test_every_token_knows_its_place_in_the_article(tokenizer: Tokenizer) -> None:
    text = "Critics doubted “the plan”. Brock Rail will repair the depot by June."
    window = Windower(tokenizer).windows(document(text, title="The plan"))[0][0]

    for place in window.places:
        spans = window.offsets[place.first + 1 : place.last]
        assert text[spans[0][0] : spans[-1][1]] == document(text).sentences[place.sentence].text
    assert [window.title_offsets[0], window.title_offsets[-1]] == [(0, 3), (4, 8)]


def test_tokens_know_capitals_quotations_cues_and_times(tokenizer: Tokenizer) -> None:
    text = "Critics doubted “the plan”. Brock Rail will repair the depot by June."
    window = Windower(tokenizer).windows(document(text))[0][0]
    marked = {text[a:b]: f for (a, b), f in zip(window.offsets, window.features, strict=True) if a >= 0}

    assert (marked["Rail"].case, marked["repair"].case) == (1, 0)
    assert (marked["plan"].quote, marked["Rail"].quote) == (1, 0)
    assert marked["will"].cue > 0 == marked["depot"].cue
    assert (marked["June"].time, marked["depot"].time) == (1, 0)


def test_a_sentence_without_an_end_is_read_up_to_its_limit_and_the_rest_is_counted(tokenizer: Tokenizer) -> None:
    text = "the bridge " * 400
    windows, unread = Windower(tokenizer).windows(document(text.strip()))

    assert sum(len(w.ids) for w in windows) <= SENTENCE_TOKENS + 3
    assert unread == len(text.strip()) - windows[0].offsets[-1][1]
    assert unread > 1_000


def test_a_document_without_sentences_has_no_window(tokenizer: Tokenizer) -> None:
    assert Windower(tokenizer).windows(document("")) == ([], 0)


def test_an_accent_of_its_own_stays_with_its_letter(tokenizer: Tokenizer) -> None:
    text = "The cafe\u0301 will repair the bridge by June."
    window = Windower(tokenizer).windows(document(text))[0][0]

    assert "cafe\u0301" in {text[a:b] for a, b in window.offsets if a >= 0}


def test_sentences_that_are_read_alone_have_a_window_each_with_the_title(tokenizer: Tokenizer) -> None:
    read = document("The council will act. Nobody came.\n\nIt rained.", "Council to act")

    windows = Windower(tokenizer).alone(read)

    assert [(p.sentence, p.is_owned) for w in windows for p in w.places] == [(0, True), (1, True), (2, True)]
    assert all(len(w.title_offsets) == len(windows[0].title_offsets) > 0 for w in windows)
    assert [w.offsets[w.places[0].first + 1][0] for w in windows] == [s.start for s in read.body]
