"""Weights to start from and lessons -> the network of the best epoch, by what development lessons say."""

import copy
import math
from collections.abc import Callable, Sequence

from torch import Tensor

from pipeline.engines.compact.choosing import average_precision, best_threshold, engine_of, judged
from pipeline.engines.compact.lessons import Lesson
from pipeline.engines.compact.network import Network
from pipeline.engines.compact.train import Options, train
from pipeline.engines.compact.weights import Loaded

# Epochs without a better one before learning stops.
PATIENCE = 3


def fit(
    start: Loaded, lessons: Sequence[Lesson], development: Sequence[Lesson], options: Options, *,
    tell: Callable[[str], None],
) -> tuple[Network, int]:  # fmt: skip
    """The network and the epoch that it is of; 0 for the mean of the last steps' weights, where that is the best.

    Without a commitment in the development lessons the mean is taken.
    """
    if not any(lesson.stated for lesson in development):
        tell("no commitment in the development articles: nothing stops the learning early")
        development = ()
    best: dict[str, Tensor] = {}
    kept, highest, waited = 0, -math.inf, 0

    def after_epoch(epoch: int, network: Network) -> bool:
        nonlocal best, kept, highest, waited
        if not development:
            return False
        found = judged(engine_of(network, start), development)
        precision = average_precision(found)
        tell(f"  development: average precision {precision:.3f}, best F1 of sentences {best_threshold(found)[1]:.3f}")
        waited += 1
        if precision > highest:
            best, kept, highest, waited = copy.deepcopy(network.state_dict()), epoch, precision, 0
        return waited >= PATIENCE

    network = train(start.network, start.tokenizer, lessons, options, tell=tell, after_epoch=after_epoch)
    if not development:
        return network, 0
    found = judged(engine_of(network, start), development)
    tell(f"mean of the last weights: average precision {average_precision(found):.3f}")
    if best and average_precision(found) < highest:
        network.load_state_dict(best)
        return network.eval(), kept
    return network, 0
