"""An action and words from elsewhere -> a clause that can be understood alone."""

import pytest

from pipeline.engines.compact.completing import Referent, completed


def _completed(action: str, sentence: str, words: str, joint: str = "") -> str:
    start = sentence.index(words)
    return completed(action, Referent(sentence, start, start + len(words)), joint)


@pytest.mark.parametrize(
    ("action", "sentence", "words", "whole"),
    [
        ("publish it in full", "She has seen a report on the ferry.", "report on the ferry",
         "publish [the report on the ferry] in full"),
        ("turn it down", "They may offer her a seat in the Lords.", "seat in the Lords",
         "turn down [the seat in the Lords]"),
        ("put them in order of risk", "There are 3,012 tall blocks.", "3,012 tall blocks",
         "put [the 3,012 tall blocks] in order of risk"),
        ("return any of it", "He took $87,000 from its executives.", "$87,000", "return any of [the $87,000]"),
        ("keep him there for a year", "Upriver is Constable Rhys Prosser.", "Constable Rhys Prosser",
         "keep [Constable Rhys Prosser] there for a year"),
        ("give that to the court", "A list of the files was made.", "list of the files",
         "give [the list of the files] to the court"),
        ("sell them", "The council owns 14 farms.", "14 farms", "sell [the 14 farms]"),
        ("close them", "The firm opened two shops.", "shops", "close [two shops]"),
        ("sell them", "The firm runs its pits.", "pits", "sell [its pits]"),
        ("run them", "The long delayed trains are back.", "trains", "run [the long delayed trains]"),
        ("repair it", "Its Derby mill is old.", "Derby mill", "repair [its Derby mill]"),
        ("sell them", "The old pool and its gym, which closed, leak.", "old pool", "sell [the old pool and its gym]"),
        ("sell it", "The old pool and its gym, which closed, leak.", "old pool", "sell [the old pool]"),
        ("close them", "Each was free to sell.", "free to sell", "close them"),
        ("buy it", "Barclays has a branch.", "Barclays", "buy [Barclays]"),
    ],
)  # fmt: skip
def test_a_pronoun_gives_way_to_what_it_stands_for(action: str, sentence: str, words: str, whole: str) -> None:
    assert _completed(action, sentence, words) == whole


@pytest.mark.parametrize(
    ("action", "sentence", "words", "joint", "whole"),
    [
        ("name its chair", "I can announce a public inquiry into the murders.", "inquiry into the murders", "of",
         "name the chair [of the public inquiry into the murders]"),
        ("name its chair", "I can announce a public inquiry into the murders.", "murders", "of",
         "name the chair [of the public inquiry into the murders]"),
        ("name its chair", "The inquiry will sit in May.", "inquiry", "", "name [the inquiry's] chair"),
        ("hold her price", "Nobody has fuel.", "fuel", "", "hold her [fuel] price"),
    ],
)  # fmt: skip
def test_what_owns_something_is_named(action: str, sentence: str, words: str, joint: str, whole: str) -> None:
    assert _completed(action, sentence, words, joint) == whole


@pytest.mark.parametrize(
    ("action", "sentence", "words", "joint", "whole"),
    [
        ("publish the review", "The Navarro review is here.", "Navarro review", "", "publish the [Navarro review]"),
        ("seek those powers", "Powers to charge owners double were passed.", "Powers to charge owners double", "",
         "seek the [powers to charge owners double]"),
        ("oppose any such bill", "A ban on high-capacity magazines was drawn up.", "ban on high-capacity magazines", "",
         "oppose [the ban on high-capacity magazines]"),
        ("take on new ones", "No policies are sold.", "policies", "", "take on new [policies]"),
        ("fulfil both", "Two orders for boats came.", "orders for boats", "", "fulfil both [orders for boats]"),
        ("fill the rest", "Five posts are empty.", "Five posts", "of", "fill the rest [of five posts]"),
    ],
)  # fmt: skip
def test_a_noun_is_told_as_fully_as_before(action: str, sentence: str, words: str, joint: str, whole: str) -> None:
    assert _completed(action, sentence, words, joint) == whole


@pytest.mark.parametrize(
    ("action", "sentence", "words", "joint", "whole"),
    [
        ("lay regulations in Parliament", "Rules for Greater Manchester end.", "Greater Manchester", "for",
         "lay regulations [for Greater Manchester] in Parliament"),
        ("spend £2.4bn", "It has plans for its Derby mill.", "its Derby mill", "for",
         "spend £2.4bn [for its Derby mill]"),
        ("cut 1,200 jobs", "Its Derby mill is old.", "Derby mill", "at", "cut 1,200 jobs [at its Derby mill]"),
        ("implement all 14 recommendations", "The Hale report is out.", "Hale report", "of",
         "implement all 14 recommendations [of the Hale report]"),
        ("meet the families this week", "The 11 men died.", "11 men", "of",
         "meet the families [of the 11 men] this week"),
        ("build homes", "Leeds fares are up.", "Leeds", "", "build [Leeds] homes"),
        ("resign", "The finance council met.", "finance council", "from", "resign [from the finance council]"),
        ("retire", "She is their mediator.", "mediator", "as", "retire [as mediator]"),
        ("publish", "They make quarterly estimates.", "quarterly estimates", "", "publish [quarterly estimates]"),
        ("suspend charges for night staff", "We have parking charges.", "parking", "",
         "suspend [parking] charges for night staff"),
        ("take a two-year freeze", "Pensions are next.", "Pensions", "", "take a two-year [pension] freeze"),
        ("stay in Rosario", "The final is in May.", "final", "", "stay in Rosario"),
        ("face an electorate", "The Whig party met.", "Whig party", "", "face a [Whig party] electorate"),
        ("oppose", "She spoke of its own staff.", "of its own staff", "of", "oppose"),
    ],
)  # fmt: skip
def test_what_was_left_out_is_put_where_its_joint_says(
    action: str, sentence: str, words: str, joint: str, whole: str
) -> None:
    assert _completed(action, sentence, words, joint) == whole


def test_words_that_the_action_has_already_are_not_said_twice() -> None:
    assert _completed("rebuild the north pier", "The north pier fell.", "north pier") == "rebuild the north pier"


def test_a_clause_stays_as_it_was_where_it_would_grow_too_long() -> None:
    action = " ".join(["publish", "it", *["and"] * 20])

    assert (
        _completed(action, "A report on the ferry to the outer isles.", "report on the ferry to the outer isles")
        == action
    )


@pytest.mark.parametrize("sentence", ["“”", " ", "a", "—", "İ"])
@pytest.mark.parametrize("joint", ["", "of", "as"])
def test_whatever_is_pointed_at_a_clause_comes_out(sentence: str, joint: str) -> None:
    for action in ("", "it", "publish it", "its", "those", "put in 1,150 of them"):
        assert completed(action, Referent(sentence, 0, len(sentence)), joint).strip() or not action


@pytest.mark.parametrize(
    ("sentence", "words"),
    [
        ("The law gives it one at 500 employees.", "law gives it one at 500 employees"),
        ("Members say the votes aren't there.", "votes aren't"),
        ("They said that it is old.", "it is old"),
    ],
)
def test_a_clause_is_put_nowhere(sentence: str, words: str) -> None:
    assert _completed("give the union one", sentence, words, "") == "give the union one"


@pytest.mark.parametrize(
    ("action", "sentence", "words", "whole"),
    [("come back with a plan", "The pool is shut.", "pool", "come back with a plan"),
     ("co-operate fully", "The inquiry is open.", "inquiry", "co-operate fully"),
     ("visit weekly", "The farm is shut.", "farm", "visit [the farm] weekly"),
     ("take in new animals", "The farm is shut.", "farm", "take in new animals"),
     ("be first through the gates", "The ground is shut.", "ground", "be first through the gates"),
     ("hand out the first 600", "New cameras are here.", "cameras", "hand out the first 600 [cameras]")],
)  # fmt: skip
def test_nothing_is_put_where_no_object_stands(action: str, sentence: str, words: str, whole: str) -> None:
    assert _completed(action, sentence, words) == whole
