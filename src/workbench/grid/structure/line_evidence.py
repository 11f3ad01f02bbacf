"""Whether a stretch of rule is drawn: from the ink along it to a probability, on whole and on worn rules alike."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import cv2
import numpy as np
from numpy.typing import NDArray

from workbench.grid.masks import Mask
from workbench.grid.settings.ruling import EvidenceSettings


def alone(runs: Mask, ink: Mask, clear: float, thickness: float) -> Mask:
    """The horizontal ``runs`` that have no other ink above and below them.

    The strokes of a character have other strokes near: within ``clear`` pixels, beyond the rule's
    own ``thickness``.
    """
    near, reach = round(thickness) + 1, max(round(clear), round(thickness) + 2)
    kernel = np.zeros((2 * reach + 1, 1), np.uint8)
    kernel[: reach - near] = kernel[reach + near + 1 :] = 1
    return np.asarray(cv2.subtract(runs, cv2.dilate(ink, kernel)), dtype=np.uint8)


def wear(long: Mask, segments: Mask, positions: list[float], text_height: float, settings: EvidenceSettings) -> float:
    """Share of the rules' length that is gone, from the short gaps along rules (0 on a clean page).

    Of the rules by their length, the upper quartile: a page can be worn on one side only, and the
    strokes of a large title look like a few worn rules.
    """
    drawn, gone = [0.0], [0.0]
    for position in positions:
        line = _on_one_line(long, segments, position, text_height)
        edges = np.flatnonzero(np.diff(line.astype(np.int8), prepend=0, append=0))
        starts, ends = edges[::2], edges[1::2]
        gaps = starts[1:] - ends[:-1]
        drawn.append(float((ends - starts).sum()))
        gone.append(float(gaps[gaps < settings.longest_gap * text_height].sum()))
    length, share = np.array(drawn), np.array(gone) / np.maximum(1, np.array(drawn) + np.array(gone))
    order = np.argsort(share)
    reached = np.cumsum(length[order])
    return float(share[order][np.searchsorted(reached, settings.wear_quantile * reached[-1])])


def _on_one_line(long: Mask, segments: Mask, position: float, text_height: float) -> NDArray[np.bool_]:
    """Along a horizontal rule: where it is drawn, on the line that holds most ink."""
    reach = 0.25 * text_height
    around = slice(max(0, round(position - reach)), round(position + reach) + 1)
    rows = cv2.blur((segments[around] | long[around]).astype(np.float32), (1, 3)) > 0
    return np.asarray(rows[int(rows.sum(axis=1).argmax())])


@dataclass(frozen=True, slots=True)
class Shares:
    """What speaks for and against each stretch [j, i] (rule j, stop i to stop i + 1).

    ``inked`` is the share of it that is drawn, ``across`` the length in text heights along which text runs across,
    ``apart`` the room in text heights between text on both sides, if it is more than one text leaves. ``centred`` is 1
    where the text of one side stands in the middle of a cell that ends here, -1 where it would stand in the middle
    without the stretch.
    """

    inked: NDArray[np.float64]
    across: NDArray[np.float64]
    apart: NDArray[np.float64]
    centred: NDArray[np.float64]


def shares(
    text: Mask,
    long: Mask,
    segments: Mask,
    positions: list[float],
    stops: list[float],
    text_height: float,
    reach: float,
    settings: EvidenceSettings,
) -> Shares:
    """Look along horizontal rules at the given positions.

    ``long`` runs count wherever they waver within ``reach`` pixels; short ``segments`` only on the line that the
    long runs of the rule show, and not where ``text`` runs across: strokes of characters lie at many heights.
    """
    ends = round(settings.junction * text_height) + 1
    inner = [slice(round(a) + ends, max(round(a) + ends + 1, round(b) - ends + 1)) for a, b in pairwise(stops)]
    tops = np.array([round(position - reach) for position in positions])
    bottoms = np.array([round(position + reach) + 1 for position in positions])
    runs, short = _windows(long, tops, bottoms), _windows(segments, tops, bottoms)
    at = np.array([round(position) for position in positions])
    near = round(settings.runs_on * text_height) + 1
    above, below = _depth(_windows(text, at - near, at)[:, ::-1]), _depth(_windows(text, at, at + near))
    certain = np.asarray(runs.any(axis=1))
    lines = _near_runs(np.array([runs[..., stretch].any(axis=2) for stretch in inner]), text_height, settings)
    inked, across = np.zeros((2, len(at), len(inner)))
    for i, stretch in enumerate(inner):
        crossed = _room(above[:, stretch], below[:, stretch], text_height) < settings.runs_on
        on_line = _on_fullest_row(short[..., stretch] & lines[i, :, :, None])
        inked[:, i] = (certain[:, stretch] | (on_line & ~crossed)).mean(axis=1)
        across[:, i] = np.count_nonzero(crossed & ~certain[:, stretch], axis=1) / text_height
    apart, centred = _between_texts(text, at, inner, inked, text_height, settings)
    return Shares(inked, across, apart, centred)


def _windows(mask: Mask, tops: NDArray[np.int64], bottoms: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Where windows of a mask's rows are inked, (windows, rows of the highest, width), with paper below and beyond."""
    rows = tops[:, None] + np.arange((bottoms - tops).max())
    inside = (rows >= 0) & (rows < np.minimum(bottoms, len(mask))[:, None])
    return (mask[np.clip(rows, 0, len(mask) - 1)] > 0) & inside[..., None]


def _depth(windows: NDArray[np.bool_]) -> NDArray[np.float32]:
    """Rows from the top of each window to its first ink, along the window; inf without."""
    depth = np.full((len(windows), windows.shape[2]), np.inf, np.float32)
    for row in reversed(range(windows.shape[1])):
        depth[windows[:, row]] = row
    return depth


def _room(above: NDArray[np.float32], below: NDArray[np.float32], text_height: float) -> NDArray[np.float32]:
    """Along borders: text heights from the nearest ink above them to the nearest below, given how deep they lie.

    A character's ink lies at several depths: the least within half a character counts.
    """
    around = np.ones((1, round(0.6 * text_height) | 1), np.uint8)
    nearest = (cv2.erode(depth, around, borderType=cv2.BORDER_REPLICATE) for depth in (above, below))
    return np.asarray(sum(nearest) / text_height, dtype=np.float32)


def _near_runs(runs: NDArray[np.bool_], text_height: float, settings: EvidenceSettings) -> NDArray[np.bool_]:
    """Rows near the long runs of the nearest stretches that have some, before and after; all where no stretch has any.

    Which rows have long ``runs``, and the result, are (stretches, rules, rows).
    """
    before, after = runs.copy(), runs.copy()
    for i in range(1, len(runs)):
        before[i] |= before[i - 1] & ~runs[i].any(axis=1, keepdims=True)
        after[-i - 1] |= after[-i] & ~runs[-i - 1].any(axis=1, keepdims=True)
    slack = np.ones((1, 2 * max(1, round(settings.waver * text_height)) + 1), np.uint8)
    near = cv2.dilate((before | after).reshape(-1, runs.shape[2]).astype(np.uint8), slack) > 0
    without = ~np.asarray(runs.any(axis=(0, 2)))
    return np.asarray(near.reshape(runs.shape) | without[:, None])


def _on_fullest_row(windows: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Along each window: where there is ink on the row that has most, or on the rows next to it."""
    thick = windows.copy()
    thick[:, 1:] |= windows[:, :-1]
    thick[:, :-1] |= windows[:, 1:]
    return np.asarray(thick[np.arange(len(thick)), thick.sum(axis=2).argmax(axis=1)])


def _between_texts(
    text: Mask,
    at: NDArray[np.int64],
    stretches: list[slice],
    inked: NDArray[np.float64],
    text_height: float,
    settings: EvidenceSettings,
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """For each stretch of the rules in the rows ``at``, how far ``apart`` the texts beside it are, and if ``centred``.

    A side reaches to the next rule that is drawn along the stretch, or likelier than this one.
    """
    beside = round(settings.beside_rule * text_height)
    order = np.arange(len(at))
    upper, lower = _last_rows(text, at - beside), _first_rows(text, at + beside)
    apart, centred = np.zeros((2, *inked.shape))
    for i, stretch in enumerate(stretches):
        columns = slice(stretch.start + beside, stretch.stop - beside)
        drawn = (inked[:, i] >= settings.clearly_drawn) | (inked[:, i] > inked[:, i, None] + settings.more_likely)
        first = at[np.where(drawn & (order < order[:, None]), order, 0).max(axis=1)]
        last = at[np.where(drawn & (order > order[:, None]), order, len(at) - 1).min(axis=1)]
        rows = np.flatnonzero(text[:, columns].any(axis=1))
        above, below = _Side.within(rows, first, at, beside), _Side.within(rows, at, last, beside)
        centred[:, i] = _centred(above, below, text_height, settings)
        both = np.flatnonzero(above.texts & below.texts)
        if not len(both):
            continue
        ends = first[both, None] + beside, last[both, None] - beside
        over, under = upper[both, columns], lower[both, columns]
        depths = (
            np.where(over >= ends[0], at[both, None] - 1 - over, np.inf).astype(np.float32),
            np.where(under < ends[1], under - at[both, None], np.inf).astype(np.float32),
        )
        least = _room(*depths, text_height).min(axis=1).astype(np.float64)
        gap = above.bottom[both, None], below.top[both, None]
        shared = np.count_nonzero((at >= gap[0]) & (at <= gap[1]), axis=1) - 1
        roomy = (least > settings.apart) & (least < np.inf)
        apart[both, i] = np.where(roomy, np.maximum(0.0, np.minimum(least, settings.most_room) - shared), 0.0)
    return apart, centred


def _last_rows(text: Mask, before: NDArray[np.int64]) -> NDArray[np.int64]:
    """For some rows in ascending order, the last row with ink before each, along it; -1 without."""
    numbers = np.arange(1, 256, dtype=np.uint8)[:, None]  # of the rows of a block: in bytes the last is found soonest
    found = np.full((len(before) + 1, text.shape[1]), -1)
    for n, (start, end) in enumerate(pairwise([0, *np.maximum(before, 0).tolist()])):
        found[n + 1] = found[n]
        for top in range(start, end, len(numbers)):
            block = text[top : min(end, top + len(numbers))]
            last = (block & numbers[: len(block)]).max(axis=0).astype(np.int64)
            found[n + 1] = np.where(last > 0, top - 1 + last, found[n + 1])
    return found[1:]


def _first_rows(text: Mask, since: NDArray[np.int64]) -> NDArray[np.int64]:
    """For some rows in ascending order, the first row with ink from each on, along it; the end of the text without."""
    return len(text) - 1 - _last_rows(text[::-1], len(text) - since[::-1])[::-1]


@dataclass(frozen=True, slots=True)
class _Side:
    """The room on one side of a stretch of each rule: its rows, whether there are ``texts`` in it, and in which rows.

    ``top`` and ``bottom`` (not included) are those of the texts.
    """

    start: NDArray[np.int64]
    end: NDArray[np.int64]
    texts: NDArray[np.bool_]
    top: NDArray[np.int64]
    bottom: NDArray[np.int64]

    @classmethod
    def within(cls, rows: NDArray[np.int64], start: NDArray[np.int64], end: NDArray[np.int64], beside: int) -> _Side:
        """Between rules in the rows ``start`` and ``end``, without what may be ink of the rules themselves."""
        first, last = np.searchsorted(rows, start + beside), np.searchsorted(rows, end - beside)
        framed = np.concatenate([[-1], rows, [-1]])  # those of no text are not looked at
        return cls(start, end, first < last, framed[first + 1], framed[last] + 1)

    def off_middle(self, start: NDArray[np.int64], end: NDArray[np.int64]) -> NDArray[np.float64]:
        """How far the middle of the texts is from that between two rows, pixels."""
        return np.abs((self.top + self.bottom - start - end) / 2)


def _centred(above: _Side, below: _Side, text_height: float, settings: EvidenceSettings) -> NDArray[np.float64]:
    """1 where the text of both sides or of the only one is in its middle, -1 where it is in that of both together."""
    own = [side.off_middle(side.start, side.end) / text_height for side in (above, below)]
    both = [side.off_middle(above.start, below.end) / text_height for side in (above, below)]
    off_own, off_both = np.where(above.texts, own[0], own[1]), np.where(above.texts, both[0], both[1])
    distinct = (np.abs(off_own - off_both) >= settings.off_centre) & (
        np.minimum(off_own, off_both) <= settings.in_centre
    )
    of_one = np.where(distinct, np.where(off_own < off_both, 1.0, -1.0), 0.0)
    of_both = np.where(np.maximum(*own) < settings.in_centre, 1.0, 0.0)
    return np.select([above.texts & below.texts, above.texts | below.texts], [of_both, of_one], 0.0)


def probability(
    found: Shares, stops: list[float], text_height: float, worn: float, settings: EvidenceSettings
) -> NDArray[np.float64]:
    """Probability that each stretch is drawn, given what was seen along it and the page's wear.

    A stretch is a row of samples, each inked or not; a rule mostly goes on as it was before the last
    stop. Forward-backward algorithm over two states (Rabiner, 1989).
    """
    kept = 1 - float(np.clip(worn, settings.least_wear, settings.most_wear))
    nothing = settings.ink_of_nothing * kept**settings.stricter
    samples = np.clip(np.diff(stops) / (settings.sample * text_height), settings.fewest_samples, settings.most_samples)
    odds = samples * (found.inked * np.log(kept / nothing) + (1 - found.inked) * np.log((1 - kept) / (1 - nothing)))
    odds += settings.text_apart * found.apart - settings.text_across * np.minimum(found.across, settings.most_lines)
    odds += settings.text_centred * found.centred
    return _smoothed(odds, settings)


def _smoothed(odds: NDArray[np.float64], settings: EvidenceSettings) -> NDArray[np.float64]:
    """Probabilities of the state "drawn" along each rule, from the log-odds of each stretch on its own."""
    change = np.array([[1 - settings.change, settings.change], [settings.change, 1 - settings.change]])
    alone = 1 / (1 + np.exp(-np.clip(odds, -30, 30)))
    seen = np.stack([1 - alone, alone], axis=-1)
    forward, backward = np.full((2, *seen.shape), 0.5)
    for i in range(1, seen.shape[1]):
        forward[:, i] = _one((forward[:, i - 1] * seen[:, i - 1]) @ change)
        backward[:, -i - 1] = _one((backward[:, -i] * seen[:, -i]) @ change)
    both = forward * seen * backward
    return np.asarray(both[..., 1] / both.sum(axis=-1))


def _one(weights: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray(weights / weights.sum(axis=-1, keepdims=True))


def seen_along(
    likely: NDArray[np.uint8],
    positions: list[float],
    stops: list[float],
    text_height: float,
    reach: float,
    settings: EvidenceSettings,
) -> NDArray[np.float64]:
    """How likely horizontal rules within ``reach`` pixels of the given positions are along each stretch (0 to 1), as
    the network sees it."""
    ends = round(settings.junction * text_height) + 1
    nearest = cv2.dilate(likely, np.ones((2 * round(reach) + 1, 1), np.uint8))
    rows = nearest[np.clip(np.round(positions).astype(int), 0, len(likely) - 1)] / 255
    starts = [min(round(stop) + ends, likely.shape[1] - 1) for stop in stops[:-1]]
    inner = [slice(start, max(start + 1, round(b) - ends + 1)) for start, b in zip(starts, stops[1:], strict=True)]
    return np.stack([rows[:, stretch].mean(axis=1) for stretch in inner], axis=1)


def darker_along(
    grey: NDArray[np.uint8],
    text: Mask,
    positions: list[float],
    stops: list[float],
    text_height: float,
    settings: EvidenceSettings,
) -> NDArray[np.float64]:
    """How likely horizontal rules at the given positions are along each stretch (0 to 1), from their being darker than
    what is above and below them: pale and dotted ones are, if only by a little, all along.

    Of two hypotheses, rule or none, by how often it is so where no ``text`` is near. Where there is text near all along
    nothing can be said, unless it runs across: then there is no rule.
    """
    length = max(1, round(settings.averaged * text_height))
    along = cv2.blur(grey, (length, 1))
    near, beside = max(1, round(settings.waver * text_height)), max(2, round(settings.beside_rule * text_height))
    crowded = cv2.dilate(text, np.ones((2 * (near + beside) + 1, length), np.uint8)) > 0
    crossed = cv2.dilate(text, np.ones((2 * near + 1, 1), np.uint8)) > 0
    ends = round(settings.junction * text_height) + 1
    found = np.zeros((len(positions), len(stops) - 1))
    for j, position in enumerate(positions):
        rows = np.clip(round(position) + np.arange(-near, near + 1), 0, len(grey) - 1)
        above, below = along[np.maximum(rows - beside, 0)], along[np.minimum(rows + beside, len(grey) - 1)]
        darker = along[rows] < np.minimum(above, below)
        at = min(max(round(position), 0), len(grey) - 1)
        for i, (start, end) in enumerate(pairwise(stops)):
            stretch = slice(round(start) + ends, max(round(start) + ends + 1, round(end) - ends + 1), length)
            counted = ~crowded[at, stretch]
            if counted.any():
                share = float(darker[:, stretch][:, counted].mean(axis=1).max())
                found[j, i] = _of_rule(share, int(np.count_nonzero(counted)), settings)
            elif not crossed[at, stretch.start : stretch.stop].any():
                found[j, i] = 0.5
    return found


def across_text(
    pale: NDArray[np.float64], across: NDArray[np.float64], settings: EvidenceSettings
) -> NDArray[np.float64]:
    """How likely stretches are rules by their tone, where text runs ``across`` them along so many text heights."""
    likely = np.clip(pale, 1 - settings.trust_in_ink, settings.trust_in_ink)
    odds = np.log(likely / (1 - likely)) - settings.text_across_pale * np.minimum(across, settings.most_lines)
    return np.where(across > 0, 1 / (1 + np.exp(-odds)), pale)


def _of_rule(share: float, samples: int, settings: EvidenceSettings) -> float:
    """The probability of a rule where this share of so many samples is darker than both its sides."""
    odds = share * np.log(settings.darker_of_rule / settings.darker_by_chance)
    odds += (1 - share) * np.log((1 - settings.darker_of_rule) / (1 - settings.darker_by_chance))
    return float(1 / (1 + np.exp(-min(samples, settings.most_samples) * odds)))


def agreed(by_ink: NDArray[np.float64], by_net: NDArray[np.float64], settings: EvidenceSettings) -> NDArray[np.float64]:
    """What two looks at the same stretches make together, by Bayes' rule: near one half where they contradict."""
    looks = (by_ink, settings.trust_in_ink), (by_net, settings.trust_in_net)
    odds = sum(np.log(p / (1 - p)) for p in (np.clip(look, 1 - most, most) for look, most in looks))
    return np.asarray(1 / (1 + np.exp(-odds)))


def unsure_where_unseen(
    drawn: NDArray[np.float64], seen: NDArray[np.float64], by_net: NDArray[np.float64], settings: EvidenceSettings
) -> NDArray[np.float64]:
    """How likely stretches are ``drawn`` at most of which nothing is ``seen`` (0 to 1), or nothing by the network.

    On a page of whole rules: ink and network go on from where a rule was seen, and a stroke may be as long as a rule.
    """
    unseen = np.minimum(seen, by_net) < settings.not_seen
    return np.where(unseen, np.minimum(drawn, settings.of_unseen), drawn)
