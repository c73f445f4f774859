"""Incidents of drift_streams.py that detectors were not made for: each changes a finished event. Standard library only.

A spoil is a function of (event, incident, rng); `incident` has the column's name in `subjects`, and what is usual of it: `mean`, `sd`, `high`,
the 80th percentile. Truths of the label are theirs to change by returning False: the answer was wrong, or right, the other way round.
"""
import math


def values(change):
    """A spoil of the number of one feature."""
    def spoil(event, incident, rng):
        name = incident["subjects"][0]
        value = event["features"].get(name)
        if isinstance(value, (int, float)) and not isinstance(value, bool):
            event["features"][name] = round(change(value, incident, rng), 6)
        return True
    return spoil


def scores(change):
    """A spoil of the answer: the score and what follows from it."""
    def spoil(event, incident, rng):
        score = round(change(event["outputs"]["score"], rng), 4)
        event["outputs"] = {"label": "yes" if score > .5 else "no", "score": score,
                            "probabilities": {"no": round(1 - score, 4), "yes": score}}
        return True
    return spoil


def vectors(change):
    def spoil(event, incident, rng):
        event["embedding"] = [round(x, 6) for x in change(event["embedding"], rng)]
        return True
    return spoil


def renamed(event, incident, _rng):
    name = incident["subjects"][0]
    if event["features"].get(name) == "c1":
        event["features"][name] = "C1"
    return True


def empty_text(event, incident, rng):
    if rng.random() < .1:
        event["features"][incident["subjects"][0]] = ""
    return True


def null_in_segment(event, incident, rng):
    if event["segment"]["region"] == "apac" and rng.random() < .5:
        event["features"][incident["subjects"][0]] = None
    return True


def segment_mix(event, _incident, rng):
    if event["segment"]["region"] == "eu" and rng.random() < .6:
        event["segment"]["region"] = "us"
    return True


def new_segment(event, _incident, rng):
    if rng.random() < .1:
        event["segment"]["region"] = "mea"
    return True


def wrong_labels(_event, _incident, rng):
    return rng.random() >= .2


def swapped_answers(event, _incident, rng):
    if rng.random() < .3:
        outputs = event["outputs"]
        outputs["label"] = "no" if outputs["label"] == "yes" else "yes"
    return True


SPOILS = {  # kind -> (what its column is, spoil)
    "rounded": ("number", values(lambda x, i, r: i["mean"] + round((x - i["mean"]) / i["sd"] / .5) * .5 * i["sd"])),
    "clipped": ("number", values(lambda x, i, r: min(x, i["high"]))),
    "imputed": ("number", values(lambda x, i, r: i["mean"] if r.random() < .15 else x)),
    "noisy": ("number", values(lambda x, i, r: x + r.gauss(0, .7) * i["sd"])),
    "mirrored": ("number", values(lambda x, i, r: 2 * i["mean"] - x)),
    "heavier_tail": ("number", values(lambda x, i, r: i["mean"] + (3 if r.random() < .05 else 1) * (x - i["mean"]))),
    "offset_in_part": ("number", values(lambda x, i, r: x + (3 * i["sd"] if r.random() < .05 else 0))),
    "renamed": ("category", renamed),
    "empty_text": ("category", empty_text),
    "null_in_segment": ("number", null_in_segment),
    "segment_mix": ("segment", segment_mix),
    "new_segment": ("segment", new_segment),
    "sharper_score": ("score", scores(lambda s, r: 1 / (1 + math.exp(-2 * math.log(max(1e-4, s) / max(1e-4, 1 - s)))))),
    "rounded_score": ("score", scores(lambda s, r: round(s, 1))),
    "random_score": ("score", scores(lambda s, r: r.random() if r.random() < .1 else s)),
    "constant_score": ("score", scores(lambda s, r: .5 if r.random() < .1 else s)),
    "swapped_answers": ("label", swapped_answers),
    "wrong_labels": ("label", wrong_labels),
    "longer_vectors": ("embedding", vectors(lambda v, r: [1.3 * x for x in v])),
    "same_vectors": ("embedding", vectors(lambda v, r: [.1 * (k + 1) for k in range(len(v))] if r.random() < .2 else v)),
    "zero_vectors": ("embedding", vectors(lambda v, r: [0.0] * len(v) if r.random() < .1 else v)),
}
SUBJECTS = {"score": ["score", "confidence", "entropy", "label", "probabilities"], "label": ["label", "accuracy", "error", "loss", "performance"],
            "embedding": ["embedding"], "segment": ["region", "segment"]}
