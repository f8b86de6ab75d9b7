"""What is not the article is marked, the text stays, and a title or date is taken only where it is stated."""

import itertools
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support import SEED

from pipeline.cleaning import clean
from pipeline.records import Article

BODY = (
    "The council will build forty homes on the old gasworks, its leader said on Tuesday night.\n\n"
    "“We have waited long enough,” she told members, who voted by nine to two after a long debate.\n\n"
    "The first families will move in by the spring, and the rest a year later, according to the plan.\n\n"
)


def _cleaned(text: str, **known: object) -> Article:
    return clean(Article.model_validate({"id": "a", "source": "a.txt", "text": text, **known}))


def _left_out(text: str) -> list[str]:
    return [span.of(text) for span in _cleaned(text).boilerplate]


def test_the_seed_keeps_its_article_and_loses_its_furniture() -> None:
    text = SEED.read_text("utf-8")
    first, last = _left_out(text)
    assert first == "3 min read"
    assert last.startswith("PoliticsHome Newsletters\n")
    assert last.endswith("Add yours")


HEADS = [
    "4 min read",
    "By Ada Marsh, local government reporter",
    "NEWS RELEASE",
    "10 May 2016",
    "For immediate use",
    "Share this article",
    "Photograph by Lena Ash",
    "Last updated: 11:58 p.m. ET",
    "OPINION",
    "12.04pm",
]
TAILS = [
    "Ends",
    "###",
    "-30-",
    "Media contact: Tom Hale, 029 2018 0777.",
    "Additional reporting by Ann Lee",
    "214 comments",
    "+ There are no comments",
    "Add yours",
    "Sign up to our weekly politics email",
    "Read more: our guide to the debate",
    "Follow us on Twitter @gasworks",
    "© 2024 The Gasworks Ltd",
    "This article was amended on 3 May 2024 to correct a name.",
    "More pictures in this week’s Courier, on sale Thursday, 45p.",
    "Got a story? Email news@example.com",
    "We use cookies to improve your experience on this site.",
    "Notes to editors",
]


@pytest.mark.parametrize("line", HEADS)
def test_furniture_at_the_head_is_marked_and_the_body_is_not(line: str) -> None:
    assert _left_out(f"{line}\n\n{BODY}") == [line]


@pytest.mark.parametrize("line", TAILS)
def test_furniture_at_the_tail_is_marked_and_the_body_is_not(line: str) -> None:
    assert _left_out(f"{BODY}{line}") == [line]


SENTENCES = [
    "By Friday the council will decide.",
    "Share prices will fall, she said.",
    "Comment is free, the editor replied.",
    "Contact with the family was lost in May.",
    "Ends justify means, the bishop told the synod.",
    "Follow the money, he told the court.",
    "Copyright law will change in 2026, ministers said.",
    "Advertisement boards will come down by June.",
    "Read my lips, he said: no new taxes.",
    "The full report will be published by the committee in June.",
]


@pytest.mark.parametrize("sentence", SENTENCES)
def test_a_sentence_that_only_begins_like_furniture_stays(sentence: str) -> None:
    assert _left_out(f"{BODY}{sentence}\n\n{BODY}") == []
    assert _left_out(f"{sentence}\n\n{BODY}") == []
    assert _left_out(f"{BODY}{sentence}") == []


def test_what_follows_ends_is_left_out_but_a_note_that_says_what_will_be_done_is_not() -> None:
    assert _left_out(f"{BODY}Ends\n\nAnything at all.") == ["Ends\n\nAnything at all."]
    assert _left_out(f"{BODY}Notes to editors\n\nThe council will consult until 1 May.") == ["Notes to editors"]


STATED = [
    ("10 May 2016", date(2016, 5, 10)),
    ("Published 22 March 2028", date(2028, 3, 22)),
    ("Posted Aug. 19, 2011, 6:12 p.m.", date(2011, 8, 19)),
    ("LONDON, January 5, 2021 — The mayor will resign on Friday, her office said in a statement.", date(2021, 1, 5)),
    ("Date: 03/04/2021", date(2021, 4, 3)),
    ("The law was passed on 3 March 2021 and nobody has obeyed it since then, she said.", None),
    ("31 February 2020", None),
]


@pytest.mark.parametrize(("line", "expected"), STATED)
def test_a_date_is_taken_from_a_letterhead_or_dateline_and_never_from_prose(line: str, expected: date | None) -> None:
    assert _cleaned(f"{line}\n\n{BODY}").published == expected


def test_numeric_dates_follow_the_locale() -> None:
    article = Article(id="a", source="a", text=f"Date: 03/04/2021\n\n{BODY}")
    assert clean(article, locale="en-US").published == date(2021, 3, 4)


def test_a_headline_is_taken_from_markdown_or_from_a_line_that_stands_apart() -> None:
    assert _cleaned(f"# Homes at last\n\n{BODY}").title == "Homes at last"
    assert (
        _cleaned(f"Council votes to build homes on old gasworks\n\n{BODY}").title
        == "Council votes to build homes on old gasworks"
    )
    assert _cleaned(BODY).title is None
    assert _cleaned(f"Ada Marsh in Leeds\n\n{BODY}").title is None


def test_what_the_metadata_said_is_kept() -> None:
    article = _cleaned(f"# Other\n\n10 May 2016\n\n{BODY}", title="Mine", published=date(2020, 1, 1))
    assert (article.title, article.published) == ("Mine", date(2020, 1, 1))


@given(st.text(st.sampled_from("ab. \n\r©“”3minread"), max_size=300))
def test_the_text_never_changes_and_the_spans_are_disjoint_and_trimmed(text: str) -> None:
    article = _cleaned(text)
    assert article.text == text
    spans = article.boilerplate
    assert all(a.end < b.start for a, b in itertools.pairwise(spans))
    assert all(s.of(text) == s.of(text).strip() != "" for s in spans)
