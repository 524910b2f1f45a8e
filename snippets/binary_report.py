"""Figures of a binary classifier that do not depend on the order of rows with equal probability.

In: labels (0 or 1) and probabilities of a 1, of shape (n,), or ValueError. Out: accuracy, log loss,
areas, cuts; what the data leave undefined is None or an error. A threshold calls itself positive.
"""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[Any]


class BinaryReport(NamedTuple):
    """What `binary_report` found; all but `log_loss`, in nats per row, lies between 0 and 1."""

    base_rate: float  # the share of positives: accuracy and PR AUC mean little without it
    accuracy: float
    log_loss: float  # infinite if a row of probability 0 or 1 turned out the other way
    roc_auc: float | None  # None: one class only, so there is no pair to rank
    pr_auc: float | None  # None: no positive to recall


class Cut(NamedTuple):
    """A threshold and what it does to the rows that it was chosen on."""

    threshold: float
    recall: float
    false_positive_rate: float
    precision: float


def binary_report(labels: ArrayLike, given: ArrayLike, *, threshold: float = 0.5) -> BinaryReport:
    """Rate the probabilities `given`; `threshold` matters to the accuracy alone.

    ROC AUC is the chance that a positive outranks a negative, a tie counting one half
    (https://doi.org/10.1148/radiology.143.1.7063747). PR AUC is the average precision, a sum of
    steps; straight lines would be too good (https://doi.org/10.1145/1143844.1143874).
    """
    p, positives, negatives = _by_probability(labels, given)
    hits, alarms = np.cumsum(positives), np.cumsum(negatives)
    # Only the term of what happened: the other is 0 times a logarithm, NaN where that is infinite.
    some, others = positives > 0, negatives > 0
    with np.errstate(divide="ignore"):  # the logarithm of 0, which is meant
        likelihood = positives[some] @ np.log(p[some]) + negatives[others] @ np.log1p(-p[others])
    p_all, n_all, total = int(hits[-1]), int(alarms[-1]), np.size(labels)
    # A negative is outranked by all hits but half of those beside it; twice that is whole.
    outranked = int(negatives @ (2 * hits - positives))
    return BinaryReport(
        base_rate=p_all / total,
        accuracy=int(np.where(p >= threshold, positives, negatives).sum()) / total,
        log_loss=abs(float(likelihood)) / total,
        roc_auc=outranked / (2 * p_all * n_all) if p_all and n_all else None,
        pr_auc=float(positives @ (hits / (hits + alarms)) / p_all) if p_all else None,
    )


def cut_at_false_positive_rate(labels: ArrayLike, given: ArrayLike, at_most: float) -> Cut | None:
    """The cut of highest recall that calls at most this share of the negatives positive.

    None: no cut that finds a positive calls so few. ValueError: one class only.
    """
    cuts = _cuts(labels, given, at_most)
    return _best_cut(cuts, cuts[2] <= at_most)


def cut_at_precision(labels: ArrayLike, given: ArrayLike, at_least: float) -> Cut | None:
    """The cut of highest recall whose calls are positives to at least this share.

    None: no cut reaches it. ValueError: one class only.
    """
    cuts = _cuts(labels, given, at_least)
    return _best_cut(cuts, cuts[3] >= at_least)


def _best_cut(cuts: Array, allowed: Array) -> Cut | None:
    # Precision goes up and down along the thresholds, so all are looked at. The first of equals
    # is the highest threshold: it gives fewer false alarms for the same recall.
    recall = np.where(allowed, cuts[1], 0)
    return Cut(*cuts[:, np.argmax(recall)].tolist()) if np.any(recall) else None


def _cuts(labels: ArrayLike, given: ArrayLike, share: float) -> Array:
    """The fields of `Cut` for every threshold, from the highest down: shape (4, thresholds)."""
    p, positives, negatives = _by_probability(labels, given)
    hits, alarms = np.cumsum(positives), np.cumsum(negatives)
    if not (hits[-1] and alarms[-1] and 0 <= share <= 1):
        raise ValueError(f"a cut needs both classes and a share between 0 and 1, not {share}")
    return np.array([p, hits / hits[-1], alarms / alarms[-1], hits / (hits + alarms)])


def _by_probability(labels: ArrayLike, given: ArrayLike) -> tuple[Array, Array, Array]:
    """Each distinct probability, from the highest down, with its positives and negatives."""
    truth, p = np.asarray(labels), np.asarray(given, dtype=np.float64)
    # A column beside a row would be compared n times n, without a word.
    if truth.ndim != 1 or truth.shape != p.shape or not truth.size:
        raise ValueError(f"labels {truth.shape} and probabilities {p.shape} must be (n,), n > 0")
    if not np.all(((truth == 0) | (truth == 1)) & (p >= 0) & (p <= 1)):
        raise ValueError("labels must be 0 or 1, probabilities between 0 and 1")
    distinct, group, rows = np.unique(p, return_inverse=True, return_counts=True)
    positives = np.bincount(group[truth == 1], minlength=distinct.size)
    return distinct[::-1], positives[::-1], (rows - positives)[::-1]


def main() -> None:
    """Rate a classifier of two digits (so: many ties), one without a clue, one always certain."""
    random = np.random.default_rng(0)
    labels = random.random(10_000) < 0.1
    good = np.round(1 / (1 + np.exp(3 - 4 * labels + random.normal(size=labels.size))), 2)
    rated = (good, np.full(labels.size, 0.1), np.where(good < 0.5, 0.0, 1.0))
    shown: list[Any] = [binary_report(labels, given) for given in rated]
    shown += [cut_at_false_positive_rate(labels, good, rate) for rate in (0.1, 0.01, 0.001)]
    for each in filter(None, shown):
        print(*(f"{name}={value:.3f}" for name, value in each._asdict().items()))


if __name__ == "__main__":
    main()
