"""A grammar for each prompt and a tokenizer -> a logits processor that lets only valid answers through.

The adapters that come with grammar libraries keep one state that each call moves on; beams, drafted decoding and reuse
call them with prefixes that were never theirs. Here the state of a row is a function of its generated prefix: matchers
are moved back and forth to it (`rollback`), and the scores are never changed in place.
"""

from collections.abc import Sequence
from typing import Any

import torch
from transformers import LogitsProcessor

from pipeline.errors import ConfigError, MissingDependency

# What a grammar may cost: 5 to 25 times llguidance's own limits, by its figures a third of a second a step at worst,
# where 15 µs are usual.
FUEL, ITEMS, STATES = 5_000_000, 500_000, 2_000_000
# Matchers kept for one prompt beyond its rows: a beam that comes back finds its prefix again.
SPARE_MATCHERS = 2


def constraint_tokenizer(tokenizer: Any, vocabulary_size: int) -> Any:
    """llguidance's view of a fast tokenizer, made once for a model (about a third of a second for 49,152 tokens).

    Raises MissingDependency without llguidance, ConfigError for a tokenizer that is not a fast one.
    """
    try:
        import llguidance.hf
    except ImportError as exc:
        raise MissingDependency("constrained decoding needs llguidance", hint="pip install llguidance") from exc
    try:
        return llguidance.hf.from_tokenizer(tokenizer, n_vocab=max(vocabulary_size, len(tokenizer)))
    except (ValueError, RuntimeError) as exc:
        raise ConfigError(f"this model's tokenizer cannot be constrained: {exc}", hint="add --unconstrained") from exc


class GrammarProcessor(LogitsProcessor):
    """Lets each row continue only as its grammar allows; without a grammar (None) a row is free.

    Rows are the prompts in order, each repeated as often as there are beams or return sequences. `prompt_tokens` is the
    padded length of the prompts: 1 for an encoder-decoder, whose decoder begins with its start token. With
    `reasoning_end`, a row is free until it has written these tokens, which are forced after `reasoning_tokens`.

    `faults` says, by prompt, why a grammar could not be held to: its rows are ended where they are.
    """

    # `generate_batch` hands a processor the last token only, without its row: nothing can be enforced there.
    supports_continuous_batching = False

    def __init__(
        self, tokenizer: Any, grammars: Sequence[str | None], *, prompt_tokens: int, stop_tokens: Sequence[int],
        reasoning_end: Sequence[int] = (), reasoning_tokens: int = 0,
    ) -> None:  # fmt: skip
        if not grammars:
            raise ConfigError("a processor needs a grammar, or None, for each prompt")
        self._prompts = [_Matchers(tokenizer, grammar) if grammar else None for grammar in grammars]
        self._start = prompt_tokens
        self._stops = frozenset(stop_tokens)
        self._reasoning_end = list(reasoning_end)
        self._reasoning_tokens = reasoning_tokens
        self.faults = {i: m.fault for i, m in enumerate(self._prompts) if m is not None and m.fault}

    def __call__(self, input_ids: torch.LongTensor, scores: torch.FloatTensor) -> torch.FloatTensor:
        """`input_ids` (rows, length), `scores` (rows, vocabulary) -> new scores, -inf where a token is not allowed."""
        rows, width = input_ids.shape[0], scores.shape[-1]
        if rows % len(self._prompts):
            raise ConfigError(f"{rows} rows are no multiple of {len(self._prompts)} prompts")
        per_prompt = rows // len(self._prompts)
        generated = input_ids[:, self._start :].tolist()
        allowed = torch.ones((rows, width), dtype=torch.bool)
        for row, prefix in enumerate(generated):
            self._allow(row // per_prompt, prefix, allowed[row], per_prompt)
        # Out of place: a candidate generator calls with one tensor of scores for all its rows.
        return torch.where(allowed.to(scores.device), scores, torch.full_like(scores, -torch.inf))  # type: ignore[return-value]

    def _allow(self, prompt: int, prefix: list[int], allowed: torch.Tensor, rows: int) -> None:
        matchers = self._prompts[prompt]
        answer = self._answer(prefix)
        if isinstance(answer, int):
            allowed.fill_(False)
            allowed[answer] = True
        elif matchers is not None and answer is not None:
            self._allow_answer(prompt, answer, allowed, rows)

    def _answer(self, prefix: list[int]) -> list[int] | int | None:
        """The tokens of the answer so far; None while the row reasons; the token it must write to stop reasoning."""
        end = self._reasoning_end
        if not end:
            return prefix
        if (answer := after_reasoning(prefix, end)) > 0:
            return prefix[answer:]
        written = _overlap(prefix, end)
        return end[written] if len(prefix) - written >= self._reasoning_tokens else None

    def _allow_answer(self, prompt: int, answer: list[int], allowed: torch.Tensor, rows: int) -> None:
        matchers = self._prompts[prompt]
        assert matchers is not None
        has_ended = any(token in self._stops for token in answer)
        matcher = None if has_ended or prompt in self.faults else matchers.at(answer, rows)
        if matcher is None or matcher.is_stopped():
            self._only_stops(allowed)
            return
        bitmask = matcher.compute_bitmask()
        if matcher.is_error():
            self.faults[prompt] = _first_line(matcher.get_error())
            self._only_stops(allowed)
            return
        allowed.copy_(_unpacked(bitmask, allowed.shape[0]))
        for token in self._stops:
            allowed[token] = matcher.is_accepting()
        if not allowed.any():
            self._only_stops(allowed)

    def _only_stops(self, allowed: torch.Tensor) -> None:
        """For a row that has ended, and for a drafted prefix that the grammar rejects and the model will not keep."""
        allowed.fill_(False)
        allowed[sorted(self._stops)] = True


class _Matchers:
    """One prompt's matchers, each at some prefix; the one that shares most with the next prefix is moved to it."""

    def __init__(self, tokenizer: Any, grammar: str) -> None:
        import llguidance

        limits = llguidance.LLParserLimits(
            initial_lexer_fuel=FUEL, step_lexer_fuel=FUEL, step_max_items=ITEMS, max_lexer_states=STATES
        )
        self._fresh = llguidance.LLMatcher(tokenizer, grammar, log_level=0, limits=limits)
        self.fault = _first_line(self._fresh.get_error()) if self._fresh.is_error() else ""
        self._at: list[tuple[list[int], Any]] = []

    def at(self, prefix: list[int], rows: int) -> Any | None:
        """A matcher that has read `prefix`, or None when the grammar does not allow it."""
        best = max(range(len(self._at)), key=lambda i: _shared(self._at[i][0], prefix), default=None)
        shared = _shared(self._at[best][0], prefix) if best is not None else 0
        # A matcher is taken back only as far as needed: with several rows a prefix it has to leave may be another's.
        if best is None or (shared < len(self._at[best][0]) and len(self._at) < rows + SPARE_MATCHERS):
            known, matcher = ([], self._fresh.deep_copy()) if best is None else self._copy(best)
        else:
            known, matcher = self._at.pop(best)
        shared = _shared(known, prefix)
        if len(known) > shared and not matcher.rollback(len(known) - shared):
            known, matcher, shared = [], self._fresh.deep_copy(), 0
        rest = prefix[shared:]
        valid = matcher.validate_tokens(rest) if rest else 0
        if valid == len(rest) and (not rest or matcher.consume_tokens(rest)):
            self._at.append((prefix, matcher))
            return matcher
        self._at.append((prefix[:shared], matcher))
        return None

    def _copy(self, index: int) -> tuple[list[int], Any]:
        known, matcher = self._at[index]
        return list(known), matcher.deep_copy()


def _first_line(error: str) -> str:
    """Without the state and the grammar that follow."""
    return error.strip().splitlines()[0][:200] if error.strip() else "unknown"


def _shared(a: Sequence[int], b: Sequence[int]) -> int:
    """The length of the common beginning."""
    if len(a) <= len(b) and list(b[: len(a)]) == list(a):
        return len(a)
    return next((i for i, (x, y) in enumerate(zip(a, b, strict=False)) if x != y), min(len(a), len(b)))


def after_reasoning(tokens: Sequence[int], end: Sequence[int]) -> int:
    """Where the answer begins: behind the first `end`, and at 0 when it is not there or is ()."""
    places = range(len(tokens) - len(end) + 1) if end else ()
    return next((i + len(end) for i in places if list(tokens[i : i + len(end)]) == list(end)), 0)


def _overlap(tokens: Sequence[int], wanted: Sequence[int]) -> int:
    """How many tokens of the beginning of `wanted` stand at the end of `tokens`."""
    return next((n for n in range(len(wanted) - 1, 0, -1) if list(tokens[-n:]) == list(wanted[:n])), 0)


def _unpacked(bitmask: bytes, width: int) -> torch.Tensor:
    """llguidance's little-endian bits, one a token -> (width,) booleans; False beyond the vocabulary."""
    bits = torch.frombuffer(bytearray(bitmask), dtype=torch.uint8)
    flags = (bits.unsqueeze(1) >> torch.arange(8, dtype=torch.uint8)) & 1
    flat = flags.flatten().bool()[:width]
    return torch.nn.functional.pad(flat, (0, width - flat.shape[0]))
