"""Statistics of scores per item: intervals, tests, sizes, and what a number of items can show.

A score is 1 for right, 0 for wrong, .5 for a tie, or anything between. All that is random is seeded. docs/statistics.md
says what each figure means, and how often it held in simulations. scipy and statsmodels are imported on first use.
"""

from __future__ import annotations

from probes.statistics.bootstrap import RESAMPLES, SEED, Array, bootstrap_interval
from probes.statistics.correlation import (
    detectable_spearman,
    spearman,
    spearman_difference,
    spearman_interval,
    spearman_p,
    spearman_swapped,
)
from probes.statistics.effects import Effect, Estimate, effect, selectivity
from probes.statistics.intervals import cluster_interval, design_effect, difference_interval, item_interval
from probes.statistics.power import detectable, power_sentence
from probes.statistics.significance import (
    Chance,
    Flips,
    McNemar,
    Shuffled,
    against_chance,
    holm,
    mcnemar,
    paired_permutation,
    permutation_null,
)
from probes.statistics.structure import (
    linear_cka,
    mantel,
    ranked,
    structure_correlation,
    structure_interval,
    unbiased_cka,
)

__all__ = [
    "RESAMPLES",
    "SEED",
    "Array",
    "Chance",
    "Effect",
    "Estimate",
    "Flips",
    "McNemar",
    "Shuffled",
    "against_chance",
    "bootstrap_interval",
    "cluster_interval",
    "design_effect",
    "detectable",
    "detectable_spearman",
    "difference_interval",
    "effect",
    "holm",
    "item_interval",
    "linear_cka",
    "mantel",
    "mcnemar",
    "paired_permutation",
    "permutation_null",
    "power_sentence",
    "ranked",
    "selectivity",
    "spearman",
    "spearman_difference",
    "spearman_interval",
    "spearman_p",
    "spearman_swapped",
    "structure_correlation",
    "structure_interval",
    "unbiased_cka",
]
