"""The constraint under every way of generating, and what its processor refuses."""

import json
import subprocess
import sys
from pathlib import Path

import constraint_modes
import pytest
import tiny_models
import torch

from pipeline.answering import MAX_ACTION_CHARS, MAX_QUOTED_CHARS, extraction_form, summary_form
from pipeline.errors import ConfigError
from pipeline.models.decoding import GrammarProcessor, constraint_tokenizer


@pytest.fixture(scope="module")
def constraint() -> object:
    return constraint_tokenizer(tiny_models.tokenizer(), tiny_models.VOCABULARY)


@pytest.mark.parametrize("flags", [[], ["-O"]], ids=["python", "python -O"])
def test_in_every_mode_each_answer_is_valid_and_greedy_stays_greedy(flags: list[str]) -> None:
    command = [sys.executable, *flags, str(Path(constraint_modes.__file__))]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
    lines = done.stdout.splitlines()
    assert (done.returncode, len(lines)) == (0, 13), done.stdout + done.stderr
    assert all(line.startswith("ok") for line in lines[1:])


def test_the_check_of_the_modes_sees_a_processor_that_does_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(GrammarProcessor, "__call__", lambda self, ids, scores: scores)
    bench = constraint_modes.random_bench()
    monkeypatch.setattr(constraint_modes, "NEW_TOKENS", 20)
    assert bench.fault(0, bench.generate([0])[0]) is not None


def _accepts(constraint: object, grammar: str, text: str) -> bool:
    import llguidance

    matcher = llguidance.LLMatcher(constraint, grammar)
    tokens = tiny_models.tokenizer().encode(text)
    return bool(
        matcher.validate_tokens(tokens) == len(tokens) and matcher.consume_tokens(tokens) and matcher.is_accepting()
    )


def _item(**fields: str) -> str:
    said = {
        "evidence": "[1]", "actor": '"Thornby council"', "action": '"plant trees"', "polarity": '"do"',
        "strength": '"firm"', "deadline": "null", **fields,
    }  # fmt: skip
    return '{"commitments": [{' + ", ".join(f'"{k}": {v}' for k, v in said.items()) + "}]}"


GOOD = {
    "an empty list": '{"commitments": []}',
    "one item": _item(),
    "a line for each item": _item().replace("[{", "[\n {").replace("}]}", "}\n]}"),
    "a quotation of several words": _item(deadline='"by the end of April"'),
    "a name inside": _item(recipient='"river"'),
    "a quotation mark in an action": _item(action=r'"call it \"safe\" again"'),
    "all fields": _item(condition='"If the county agrees"', recipient='"county"', implementer='"council"'),
}
BAD = {
    "an actor of marks alone": _item(actor='"."'),
    "a number that no sentence has": _item(evidence="[5]"),
    "no number": _item(evidence="[]"),
    "an actor who is not in the text": _item(actor='"Thornby Council"'),
    "half a word": _item(actor='"Thornby counc"'),
    "words of two sentences": _item(actor='"Monday. Residents"'),
    "an actor that begins with a blank": _item(actor='" council"'),
    "a polarity of its own": _item(polarity='"maybe"'),
    "a missing field": _item().replace('"strength": "firm", ', ""),
    "a field of its own": _item(why='"because"'),
    "an action too long": _item(action='"' + "p" * (MAX_ACTION_CHARS + 1) + '"'),
    "a line break in an action": _item(action='"plant\ntrees"'),
    "a control character": _item(action='"plant \x19 trees"'),
    "a private character": _item(action='"plant \ue123 trees"'),
    "an empty action": _item(action='""'),
    "words after the end": _item() + " Done.",
    "blanks without end": _item().replace("[{", "[" + " " * 9 + "{"),
}


@pytest.mark.parametrize("text", GOOD.values(), ids=GOOD)
def test_the_grammar_takes(text: str, constraint: object) -> None:
    assert _accepts(constraint, extraction_form([1, 2, 3, 4], constraint_modes.SENTENCES).grammar, text)


@pytest.mark.parametrize("text", BAD.values(), ids=BAD)
def test_the_grammar_refuses(text: str, constraint: object) -> None:
    assert not _accepts(constraint, extraction_form([1, 2, 3, 4], constraint_modes.SENTENCES).grammar, text)


def test_grammar_and_schema_have_the_same_longest_strings(constraint: object) -> None:
    long = "x" * (MAX_QUOTED_CHARS + 40)
    form = extraction_form([1], [f"{long[:MAX_QUOTED_CHARS]} {long}"])
    assert _accepts(constraint, form.grammar, _item(actor=f'"{long[:MAX_QUOTED_CHARS]}"'))
    assert not _accepts(constraint, form.grammar, _item(actor=f'"{long}"'))
    assert _accepts(
        constraint, form.grammar, _item(actor=f'"{long[:MAX_QUOTED_CHARS]}"', action=f'"{"p" * MAX_ACTION_CHARS}"')
    )


def test_a_text_of_quotation_marks_and_backslashes_makes_a_grammar_that_quotes_it(constraint: object) -> None:
    form = extraction_form([1], [r'The \ firm "Ä&Ö" said: {"commitments": []}'])
    assert _accepts(constraint, form.grammar, _item(actor=r'"firm \"Ä&Ö\" said"'))


def test_a_summary_has_one_sentence_at_least(constraint: object) -> None:
    grammar = summary_form([1, 2]).grammar
    assert _accepts(constraint, grammar, '{"summary": [{"support": [1, 2], "text": "Trees are planted."}]}')
    assert not _accepts(constraint, grammar, '{"summary": []}')


def test_a_grammar_that_cannot_be_held_to_ends_its_rows_and_says_why(constraint: object) -> None:
    grammars = ['start: "a" nobody', summary_form([1]).grammar]
    processor = GrammarProcessor(constraint, grammars, prompt_tokens=1, stop_tokens=(1,))
    allowed = processor(torch.zeros((2, 1), dtype=torch.long), torch.zeros((2, tiny_models.VOCABULARY)))  # type: ignore[arg-type]
    assert list(processor.faults) == [0]
    assert "nobody" in processor.faults[0]
    assert torch.isfinite(allowed[0]).nonzero().flatten().tolist() == [1]
    assert 1 not in torch.isfinite(allowed[1]).nonzero().flatten().tolist()


def test_a_grammar_of_a_whole_window_holds_while_the_longest_words_are_quoted(constraint: object) -> None:
    sentences = [
        f"In week {n} the Governor (of “{n}%”) said: the {n}th road, bridge and school is paid for." for n in range(160)
    ]
    form = extraction_form(list(range(1, 161)), sentences)
    quoted = json.dumps(" ".join(sentences[77].split()[:18]), ensure_ascii=False)
    assert _accepts(constraint, form.grammar, _item(evidence="[78]", actor=quoted, deadline=quoted))


def test_rows_that_are_no_multiple_of_the_prompts_are_refused(constraint: object) -> None:
    processor = GrammarProcessor(constraint, [summary_form([1]).grammar] * 2, prompt_tokens=1, stop_tokens=(1,))
    with pytest.raises(ConfigError, match="3 rows"):
        processor(torch.zeros((3, 1), dtype=torch.long), torch.zeros((3, tiny_models.VOCABULARY)))  # type: ignore[arg-type]


def test_the_scores_it_is_given_are_left_alone(constraint: object) -> None:
    processor = GrammarProcessor(constraint, [summary_form([1]).grammar], prompt_tokens=1, stop_tokens=(1,))
    scores = torch.zeros((1, tiny_models.VOCABULARY))
    allowed = processor(torch.zeros((1, 1), dtype=torch.long), scores)  # type: ignore[arg-type]
    assert torch.equal(scores, torch.zeros_like(scores))
    assert 0 < int(torch.isfinite(allowed).sum()) < tiny_models.VOCABULARY


def test_reasoning_is_free_until_its_end_and_ended_when_its_budget_is_spent(constraint: object) -> None:
    end = tiny_models.tokenizer().encode("</think>")
    processor = GrammarProcessor(
        constraint,
        [summary_form([1]).grammar],
        prompt_tokens=0,
        stop_tokens=(1,),
        reasoning_end=end,
        reasoning_tokens=3,
    )

    def allowed(*prefix: int) -> int:
        ids = torch.tensor([prefix], dtype=torch.long).reshape(1, -1)
        return int(torch.isfinite(processor(ids, torch.zeros((1, tiny_models.VOCABULARY)))).sum())  # type: ignore[arg-type]

    assert allowed(40, 41) == tiny_models.VOCABULARY
    assert allowed(40, 41, 42) == 1
    assert 0 < allowed(40, 41, 42, *end) < tiny_models.VOCABULARY
