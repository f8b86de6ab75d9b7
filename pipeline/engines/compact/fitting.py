"""Weights to start from and lessons -> the network of the best epoch, by what development lessons say."""

import copy
import math
from collections.abc import Callable, Sequence
from typing import NamedTuple

from torch import Tensor

from pipeline.engines.compact.lessons import Lesson
from pipeline.engines.compact.network import Network
from pipeline.engines.compact.train import Options, train
from pipeline.engines.compact.weights import Loaded

# Epochs without a better one before learning stops.
PATIENCE = 3
# In the place of an epoch: the weights that learning began from, which no epoch was better than.
BEFORE = -1


def fit(
    start: Loaded, lessons: Sequence[Lesson], options: Options, *, tell: Callable[[str], None],
    measure: Callable[[Network], "Measured"] | None,
) -> tuple[Network, int]:  # fmt: skip
    """The network and the epoch that it is of; 0 for the weights at the end, the mean of the last steps, where those
    are the best, `BEFORE` for those it began from, where they can read already and nothing that was learned is better.
    `measure` is what development articles say of a network; without it the end is taken.
    """
    if measure is None:
        return train(start.network, start.tokenizer, lessons, options, tell=tell), 0
    best: dict[str, Tensor] = {}
    kept, highest, waited = 0, -math.inf, 0
    if start.settings.calibration:
        before = measure(start.network)
        tell(f"before learning: {before}")
        best, kept, highest = copy.deepcopy(start.network.state_dict()), BEFORE, before.worth

    def after_epoch(epoch: int, network: Network) -> bool:
        nonlocal best, kept, highest, waited
        measured = measure(network)
        tell(f"  development: {measured}")
        waited += 1
        if measured.worth > highest:
            best, kept, highest, waited = copy.deepcopy(network.state_dict()), epoch, measured.worth, 0
        return waited >= PATIENCE

    network = train(start.network, start.tokenizer, lessons, options, tell=tell, after_epoch=after_epoch)
    measured = measure(network)
    tell(f"at the end: {measured}")
    if best and measured.worth < highest:
        network.load_state_dict(best)
        return network.eval(), kept
    return network, 0


class Measured(NamedTuple):
    """What development articles say of a network: Soft and Core F1 with the settings that suit it, and the average
    precision of sentences.
    """

    soft: float
    core: float
    precision: float

    @property
    def worth(self) -> float:
        """The mean of Soft F1 and average precision. Few articles have few commitments, whose Core F1 moves in leaps:
        of 39 articles one epoch's luck is .02. Soft F1 moves with each word and name that is nearer, the order of all
        sentences in small steps.
        """
        return (self.soft + self.precision) / 2

    def __str__(self) -> str:
        return f"Soft F1 {self.soft:.3f}, Core F1 {self.core:.3f}, average precision of sentences {self.precision:.3f}"
