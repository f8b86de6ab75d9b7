"""What each token of a batch attends to: the title and its own sentence, or the whole window."""

import threading
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn

from pipeline.engines.compact.bert import joined_heads, split_heads

# Sentences up to so many tokens are padded to one length.
LIKE_LENGTHS = (12, 20, 28, 40, 64, 128)


class Far:
    """Every token at all tokens of its window. `mask` B x T, None where nothing is padding."""

    def __init__(self, mask: Tensor | None, heads: int) -> None:
        self._mask, self._heads = None if mask is None else (mask > 0)[:, None, None, :], heads

    def __call__(self, *projected: Tensor) -> Tensor:
        asked, keys, values = (split_heads(part, self._heads) for part in apart(projected))
        return joined_heads(nn.functional.scaled_dot_product_attention(asked, keys, values, attn_mask=self._mask))


def apart(projected: Sequence[Tensor]) -> Sequence[Tensor]:
    """Queries, keys and values, ... x H each, of one ... x 3 H where they come in one."""
    return projected if len(projected) > 1 else projected[0].chunk(3, dim=-1)


# Heads whose scores are held at once: of 512 tokens they take three megabytes.
HEADS_AT_ONCE = 6
# Lengths are padded to a multiple of this: a product of a new shape is compiled first, which takes as long as itself.
STEP = 32


def padded(length: int) -> int:
    """The next multiple of STEP."""
    return -(-length // STEP) * STEP


class FarInBfloat16(Far):
    """The same for one window without padding on a CPU that multiplies bfloat16: half the time (docs/log.md).

    Exponentials are not shifted by the largest of their row, which takes a pass of its own; their sum is one more
    column of the values, so one product gives both. Where exponentials have no room what comes out is not finite, and
    the caller has to ask the exact kernel. Steps are few: between any two, threads that read wait for one another.
    """

    def __call__(self, *projected: Tensor) -> Tensor:
        if self._mask is not None or projected[0].shape[0] != 1:
            return super().__call__(*projected)
        whole = projected[0] if len(projected) == 1 else torch.cat(projected, dim=-1)
        length, heads = whole.shape[1], self._heads
        size, room = whole.shape[2] // 3 // heads, padded(length)
        parts = whole.view(length, 3, heads, size).permute(1, 2, 0, 3)
        pair = whole.new_zeros(2, heads, room, size, dtype=torch.bfloat16)
        value = whole.new_zeros(heads, room, size + 1, dtype=torch.bfloat16)
        torch.mul(parts[:2], size**-0.25, out=pair[:, :, :length])
        value[:, :length, :size] = parts[2]
        value[:, :length, size] = 1  # of padding neither a value nor a one is added up
        query, key, found = pair[0], pair[1].transpose(1, 2), torch.empty_like(value)
        weights = _scratch(HEADS_AT_ONCE * room * room).view(HEADS_AT_ONCE, room, room)
        for first in range(0, heads, HEADS_AT_ONCE):
            some = slice(first, first + HEADS_AT_ONCE)
            own = weights[: min(HEADS_AT_ONCE, heads - first)]
            torch.bmm(query[some], key[some], out=own)
            torch.bmm(own.exp_(), value[some], out=found[some])
        summed, sums = found[:, :length].float().split((size, 1), dim=-1)
        return joined_heads(summed / sums)[None]


class FarInTraining(Far):
    """The same in bfloat16 for windows from which something is learned. What each head gives to each token is not kept
    for the way back but made again there (as Dao et al. 2022 do), head by head in memory that is used again.
    """

    def __call__(self, *projected: Tensor) -> Tensor:
        asked, keys, values = apart(projected)
        if asked.dtype != torch.bfloat16 or asked.device.type != "cpu" or not torch.is_grad_enabled():
            return super().__call__(asked, keys, values)
        lengths = [asked.shape[1]] * len(asked) if self._mask is None else self._mask[:, 0, 0].sum(-1).tolist()
        found: Tensor = _Looked.apply(asked, keys, values, lengths, self._heads)
        return found


class _Looked(torch.autograd.Function):
    """asked, keys, values B x T x H in bfloat16 and how many tokens of each window are no padding -> B x T x H."""

    @staticmethod
    def forward(ctx: Any, asked: Tensor, keys: Tensor, values: Tensor, lengths: list[int], heads: int) -> Tensor:
        found = torch.zeros_like(asked)
        for row, length in enumerate(lengths):
            query, key, value = (_halved(part[row : row + 1, :length], heads) for part in (asked, keys, values))
            told = torch.empty_like(query)
            for some, weights, _ in _weights(query, key, length):
                torch.bmm(weights, value[some], out=told[some])
            found[row, :length] = joined_heads(told[:, :length])
        ctx.save_for_backward(asked, keys, values, found)
        ctx.lengths, ctx.heads = lengths, heads
        return found

    @staticmethod
    def backward(ctx: Any, wanted: Tensor) -> tuple[Tensor, Tensor, Tensor, None, None]:
        asked, keys, values, found = ctx.saved_tensors
        moved = [torch.zeros_like(part) for part in (asked, keys, values)]
        for row, length in enumerate(ctx.lengths):
            query, key, value, told, want = (
                _halved(part[row : row + 1, :length], ctx.heads) for part in (asked, keys, values, found, wanted)
            )
            steps = [torch.empty_like(part) for part in (query, key, value)]
            # What a token's weights give together does not change them: only what is above or below it does.
            mean = (want.float() * told.float()).sum(-1, keepdim=True).bfloat16()
            for some, weights, free in _weights(query, key, length):
                torch.bmm(weights.transpose(1, 2), want[some], out=steps[2][some])
                torch.bmm(want[some], value[some].transpose(1, 2), out=free).sub_(mean[some]).mul_(weights)
                torch.bmm(free, key[some], out=steps[0][some])
                torch.bmm(free.transpose(1, 2), query[some], out=steps[1][some])
            scale = query.shape[-1] ** -0.5
            for whole, part, factor in zip(moved, steps, (scale, scale, 1.0), strict=True):
                whole[row, :length] = joined_heads(part[:, :length]) * factor
        return moved[0], moved[1], moved[2], None, None


def _weights(query: Tensor, key: Tensor, length: int) -> Iterator[tuple[slice, Tensor, Tensor]]:
    """heads x padded T x H / heads each -> some heads at a time, how much each of their tokens takes from each of the
    `length` that are no padding, and as much memory that is free."""
    heads, room = query.shape[:2]
    scaled = query * query.shape[-1] ** -0.5
    memory = _scratch(2 * HEADS_AT_ONCE * room * room).split(HEADS_AT_ONCE * room * room)
    for first in range(0, heads, HEADS_AT_ONCE):
        some = slice(first, min(first + HEADS_AT_ONCE, heads))
        count = some.stop - first
        free, weights = (part[: count * room * room].view(count, room, room) for part in memory[:2])
        torch.bmm(scaled[some], key[some].transpose(1, 2), out=free)
        free[..., length:] = float("-inf")
        torch.softmax(free, -1, out=weights)
        yield some, weights, free


def has_bfloat16() -> bool:
    """Whether this CPU multiplies bfloat16 itself, and torch can tell."""
    return _can("avx512_bf16") or _can("amx_bf16")


def has_vnni() -> bool:
    """Whether this CPU adds up four products of int8 at once, and torch can tell."""
    return _can("avx512_vnni")


def has_tiles() -> bool:
    """Whether this CPU multiplies tiles of bfloat16 (AMX), and torch can tell."""
    return _can("amx_bf16") and _can("amx_tile")


def _can(name: str) -> bool:
    told: dict[str, Any] = getattr(torch.cpu, "get_capabilities", dict)()
    return bool(told.get(name, False))


def _halved(part: Tensor, heads: int) -> Tensor:
    """1 x T x H -> heads x padded T x H / heads in bfloat16, the padding 0."""
    length, size = part.shape[1], part.shape[2] // heads
    halved = part.new_zeros(heads, padded(length), size, dtype=torch.bfloat16)
    halved[:, :length] = split_heads(part[0], heads)
    return halved


_OWN = threading.local()


def _scratch(count: int) -> Tensor:
    """So many bfloat16 values of this thread: memory that is asked for anew costs more time than what is done in it."""
    kept: Tensor | None = getattr(_OWN, "scratch", None)
    if kept is None or len(kept) < count:
        with torch.inference_mode(mode=False):  # where learning and reading take turns both may write into it
            kept = _OWN.scratch = torch.empty(count, dtype=torch.bfloat16)
    return kept[:count]


class _Group(NamedTuple):
    """Sentences of like length: flat places of the tokens that ask (S x L) and of those that are seen (S x K), and
    which of the seen are no padding."""

    own: Tensor
    seen: Tensor
    is_seen: Tensor


class Near:
    """Every token at the title before its window and at its own sentence; a title's at the title.

    `places` B x S x 2: first and last token of each sentence (half-open), 0, 0 where there is none.
    """

    def __init__(self, places: Tensor, length: int, heads: int) -> None:
        self._heads, self._groups = heads, list[_Group]()
        rows, columns = (places[..., 1] > 0).nonzero(as_tuple=True)
        first, last = places[rows, columns].unbind(1)
        titles = places[:, 0, 0]
        none = torch.zeros_like(titles)
        base = torch.cat([torch.arange(len(places), device=places.device), rows]) * length
        start, sizes = base + torch.cat([none, first]), torch.cat([titles, last - first])
        before = torch.cat([none, titles[rows]])
        kinds = torch.bucketize(sizes, torch.tensor(LIKE_LENGTHS, device=sizes.device))
        # Where each token's answer stands among those of all groups; padding takes the first, and is never read.
        self._answers = torch.zeros(len(places) * length, dtype=torch.long, device=places.device)
        answered = 0
        for kind in kinds.unique().tolist():
            among = kinds == kind
            group, is_own = _group(base[among], start[among], sizes[among], before[among])
            self._groups.append(group)
            self._answers[group.own[is_own]] = answered + is_own.flatten().nonzero().squeeze(1)
            answered += group.own.numel()

    def __call__(self, *projected: Tensor) -> Tensor:
        asked, keys, values = apart(projected)
        found = []
        for own, seen, is_seen in self._groups:
            each = nn.functional.scaled_dot_product_attention(
                self._taken(asked, own),
                self._taken(keys, seen),
                self._taken(values, seen),
                attn_mask=is_seen[:, None, None, :],
            )
            found.append(joined_heads(each).flatten(0, 1))
        return torch.cat(found).index_select(0, self._answers).view(asked.shape)

    def _taken(self, part: Tensor, places: Tensor) -> Tensor:
        """B x T x H and S x L places -> S x heads x L x H / heads."""
        taken = part.flatten(0, 1).index_select(0, places.flatten())
        return split_heads(taken.view(*places.shape, -1), self._heads)


def _group(base: Tensor, start: Tensor, sizes: Tensor, before: Tensor) -> tuple[_Group, Tensor]:
    """The group, and which of its tokens that ask are no padding."""
    inner = torch.arange(int(sizes.max()), device=base.device)
    outer = torch.arange(int(before.max()), device=base.device)
    is_own, is_title = inner < sizes[:, None], outer < before[:, None]
    own = start[:, None] + inner.minimum(sizes[:, None] - 1)
    title = base[:, None] + outer.minimum((before[:, None] - 1).clamp(min=0))
    return _Group(own, torch.cat([title, own], 1), torch.cat([is_title, is_own], 1)), is_own
