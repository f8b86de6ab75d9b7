"""What each token of a batch attends to: the title and its own sentence, or the whole window."""

from typing import NamedTuple

import torch
from torch import Tensor, nn

from pipeline.engines.compact.bert import joined_heads, split_heads

# Sentences up to so many tokens are padded to one length.
LIKE_LENGTHS = (12, 20, 28, 40, 64, 128)


class Far:
    """Every token at all tokens of its window. `mask` B x T, None where nothing is padding."""

    def __init__(self, mask: Tensor | None, heads: int) -> None:
        self._mask, self._heads = None if mask is None else (mask > 0)[:, None, None, :], heads

    def __call__(self, asked: Tensor, keys: Tensor, values: Tensor) -> Tensor:
        asked, keys, values = (split_heads(part, self._heads) for part in (asked, keys, values))
        return joined_heads(nn.functional.scaled_dot_product_attention(asked, keys, values, attn_mask=self._mask))


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

    def __call__(self, asked: Tensor, keys: Tensor, values: Tensor) -> Tensor:
        found = []
        for own, seen, is_seen in self._groups:
            each = nn.functional.scaled_dot_product_attention(
                self._taken(asked, own),
                self._taken(keys, seen),
                self._taken(values, seen),
                attn_mask=is_seen[:, None, None, :],
            )
            found.append(joined_heads(each).flatten(0, 1))
        return torch.cat(found).index_select(0, self._answers).view_as(asked)

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
