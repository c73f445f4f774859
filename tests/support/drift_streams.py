#!/usr/bin/env python3
"""Writes event streams with known drift incidents, or none, for examinations and benches.

  drift_streams.py OUT --count 60 --seed 1          a mixed set: a third quiet, every kind of incident in turn
  drift_streams.py OUT --kind null_40 --count 4     one kind of incident (see --list)
  drift_streams.py OUT --others --count 60          kinds that no detector was made for (drift_spoils.py), none quiet
  drift_streams.py OUT --quiet --labels --count 20  no incidents; every stream has labels
  drift_streams.py OUT --null ar1 --weeks 2 --rate 0.5 --features 20    one long quiet stream
  drift_streams.py OUT --table A.csv.gz --table B.csv --count 60        the mixed set, made of real rows in turn

Each stream NAME is NAME.baseline.jsonl.gz (clean, earlier), NAME.jsonl.gz (to watch) and NAME.truth.json
(incidents, and the time of every 100th event). Events are native `vedette/1` ones. Seeded: the same
arguments write the same bytes. Standard library only.
"""
import argparse
import bisect
import gzip
import json
import math
import os
import random

import drift_rows
import drift_spoils

START = 1773619200000  # 2026-03-16T00:00:00Z, a Monday: here baselines end.
DAY = 86_400_000
SEGMENTS = [("eu", .42), ("us", .30), ("apac", .18), ("latam", .10)]
NULLS = ["iid", "autocorrelated", "daily", "weekday", "discrete", "heavy_tails", "constant", "high_cardinality",
         "sessions", "labels"]
KINDS = {  # kind -> family of detectors that should name it
    "mean_small": "feature", "mean_medium": "feature", "mean_large": "feature", "scale": "feature", "shape": "feature",
    "ramp": "feature", "unit": "quality", "stuck": "quality", "null_5": "quality", "null_40": "quality",
    "new_category": "quality", "category_mix": "feature", "swap": "feature", "corr_break": "multivariate",
    "out_shift": "output", "class_mix": "output", "confidence": "output", "segment": "segment",
    "client_flood": "client", "embedding": "embedding", "concept": "concept", "type_change": "quality",
    "sentinel": "quality", "missing": "quality", "temporary": "feature"}
APART = {"concept_flip": "concept",  # not in mixed sets: all labels change where a feature is high, not every second one
         **dict.fromkeys(["odd_score", "odd_score_client", "odd_vector", "odd_vector_client"], "unusual"),  # single events
         **dict.fromkeys(drift_spoils.SPOILS, "other")}
CONSEQUENCES = ["label", "score", "probabilities", "confidence", "entropy"]


def sigmoid(x):
    return 1 / (1 + math.exp(-max(-30.0, min(30.0, x))))


def rounded(x):
    return float(f"{x:.6g}")


class Feature:
    """One column: how a standard normal z becomes a value."""

    def __init__(self, name, kind, rng):
        self.name, self.kind = name, kind
        self.low, self.scale = rng.choice([0, 10, 100, -5]), rng.choice([.1, 1, 8, 250])
        self.weights = [1 / (rank + 1) ** 1.1 for rank in range(12)]
        self.cumulative = [sum(self.weights[:i + 1]) / sum(self.weights) for i in range(12)]

    def value(self, z, rng, serial):
        if self.kind == "normal":
            return rounded(self.low + self.scale * z)
        if self.kind == "lognormal":
            return rounded(self.scale * math.exp(.6 * z))
        if self.kind == "heavy":
            return rounded(self.low + self.scale * math.copysign(abs(z) ** 2.2, z))
        if self.kind == "count":
            return max(0, round(2.5 + 1.8 * z))
        if self.kind == "tied":
            return round(self.low + self.scale * round(2 * z) / 2, 4)
        if self.kind == "flag":
            return z > .4
        if self.kind == "constant":
            return 1.0
        if self.kind == "almost":
            return 0.0 if z < 2.2 else rounded(self.scale * z)
        if self.kind == "merchant":  # the tail always brings names never seen before
            return f"m{serial}" if rng.random() < .04 else f"m-{int(rng.paretovariate(.9))}"
        uniform = .5 * (1 + math.erf(z / math.sqrt(2)))
        return f"c{bisect.bisect_left(self.cumulative, min(uniform, .999999))}"

    def numeric(self):
        return self.kind in ("normal", "lognormal", "heavy", "count", "tied")


class World:
    """A model, its features and its clients; makes clean rows and applies incidents to them."""

    def __init__(self, name, rng, mode, features, labelled, table=None):
        self.table, self.next_row = table, table.reader(mode, rng) if table else None
        self.rng, self.mode, self.labelled = rng, mode, labelled
        self.model = f"{rng.choice(['fraud', 'credit', 'claims', 'churn', 'demand'])}-{name}"
        self.version = str(rng.randint(1, 9))
        self.features = features
        self.weights = [rng.gauss(0, .8) if f.numeric() else rng.gauss(0, .2) for f in features]
        self.loading = [rng.uniform(.0, .75) for _ in features]
        self.phase = [rng.uniform(0, 2 * math.pi) for _ in features]
        self.bias = rng.uniform(-1.2, .4)
        count = rng.randint(25, 60)
        self.clients = [f"svc-{rng.getrandbits(20):05x}" for _ in range(count)]
        self.share = [rng.paretovariate(1.3) for _ in range(count)]
        self.offset = [[rng.gauss(0, .35) for _ in features] for _ in range(count)]
        self.wander, self.mix = [0.0] * count, self.share
        self.state = [0.0] * (len(features) + 1)
        self.burst, self.burst_left = 0, 0
        self.embedded = rng.random() < .3
        self.serial = 0

    def client(self):
        if self.mode == "sessions":
            if self.burst_left <= 0:
                self.burst = self.rng.choices(range(len(self.clients)), self.share)[0]
                self.burst_left = 1 + int(self.rng.expovariate(.4))
            self.burst_left -= 1
            return self.burst
        if self.mode == "ar1":
            if self.serial % 50 == 0:
                self.wander = [.96 * w + .28 * self.rng.gauss(0, .5) for w in self.wander]
                self.mix = [s * math.exp(w) for s, w in zip(self.share, self.wander)]
            return self.rng.choices(range(len(self.clients)), self.mix)[0]
        return self.rng.choices(range(len(self.clients)), self.share)[0]

    def latent(self, who, time):
        rng = self.rng
        common = rng.gauss(0, 1)
        day = 2 * math.pi * (time % DAY) / DAY
        weekend = (time // DAY + 3) % 7 >= 5
        z = []
        if self.table:
            real = self.table.rows[self.next_row(time)]
            return real + [rng.gauss(0, 1) for _ in self.features[len(real):]]
        for i, load in enumerate(self.loading):
            x = load * common + math.sqrt(1 - load * load) * rng.gauss(0, 1)
            if self.mode == "autocorrelated":
                self.state[i] = .9 * self.state[i] + math.sqrt(1 - .81) * rng.gauss(0, 1)
                x = .8 * x + .6 * self.state[i]
            if self.mode in ("daily", "weekday"):
                x += .9 * math.sin(day + self.phase[i]) + (.7 if self.mode == "weekday" and weekend else 0)
            z.append(x + self.offset[who][i])
        return z

    def row(self, time, incidents):
        self.serial += 1
        active = [i for i in incidents if i["start"] <= time < i["end"]]
        who = self.client()
        principal = self.clients[who]
        segment = self.rng.choices([s for s, _ in SEGMENTS], [w for _, w in SEGMENTS])[0]
        z = self.latent(who, time)
        extreme = False
        for incident in active:
            if incident["kind"] == "client_flood" and self.rng.random() < .4:
                principal = incident["principal"]
                z = [.15 * x for x in z]
                z[incident["column"]] = 1.6 + .1 * self.rng.gauss(0, 1)
            odd = incident["kind"].startswith("odd_") and self.rng.random() < incident["size"]
            if odd and incident["principal"]:
                principal = incident["principal"]
            if odd and "vector" in incident["kind"]:  # two that always go together differ, each as large as ever
                z[incident["column"]] = math.copysign(self.rng.uniform(.8, 2), self.rng.random() - .5)
                z[incident["other"]] = -z[incident["column"]]
            extreme = extreme or odd and "score" in incident["kind"]
            self.shift_latent(incident, z, time, segment)
        values = {f.name: f.value(x, self.rng, self.serial) for f, x in zip(self.features, z)}
        logit = self.logit(z)
        embedding = [rounded(self.rng.gauss(0, 1)) for _ in range(8)] if self.embedded else None
        for incident in active:
            self.spoil(incident, values)
            logit = self.shift_output(incident, logit)
            if incident["kind"] == "embedding":
                embedding = [x + (.8 if i < 3 else 0) for i, x in enumerate(embedding)]
        score = .9997 if extreme else round(sigmoid(logit), 4)
        truth = self.rng.random() < sigmoid(1.5 * logit)
        for incident in active:
            if incident["kind"] == "concept" and z[incident["column"]] > 0 and self.rng.random() < .5:
                truth = not truth
            if incident["kind"] == "concept_flip" and z[incident["column"]] > .67:
                truth = not truth
        event = {"schema": "vedette/1", "kind": "inference", "id": f"r{self.serial:x}", "time": time, "model": self.model,
                 "version": self.version, "segment": {"region": segment}, "principal": principal, "features": values,
                 "outputs": {"label": "yes" if score > .5 else "no", "score": score,
                             "probabilities": {"no": round(1 - score, 4), "yes": score}},
                 "status": 200, "latency_ms": round(self.rng.lognormvariate(2.2, .4), 1)}
        if embedding:
            event["embedding"] = embedding
        for incident in active:
            if incident["kind"] in drift_spoils.SPOILS and not drift_spoils.SPOILS[incident["kind"]][1](event, incident, self.rng):
                truth = not truth
        return event, "yes" if truth else "no"

    def usual(self, column):
        """Mean, standard deviation and 80th percentile of a numeric column."""
        feature, rows = self.features[column], []
        for _ in range(1000):
            z = self.rng.choice(self.table.rows)[column] if self.table and column < len(self.table.features) else self.rng.gauss(0, 1)
            rows.append(feature.value(z, self.rng, 0))
        mean = math.fsum(rows) / len(rows)
        return {"mean": mean, "sd": math.sqrt(math.fsum((x - mean) ** 2 for x in rows) / len(rows)), "high": sorted(rows)[800]}

    def logit(self, z):
        if self.table:
            return sum(w * x for w, x in zip(self.table.weights, z[:len(self.table.features)])) + self.table.weights[-1]
        return self.bias + sum(w * x for w, x in zip(self.weights, z)) / math.sqrt(len(z))

    def shift_latent(self, incident, z, time, segment):
        kind, column = incident["kind"], incident["column"]
        if kind in ("mean_small", "mean_medium", "mean_large", "temporary"):
            z[column] += incident["size"]
        elif kind == "scale":
            z[column] *= incident["size"]
        elif kind == "shape":  # two humps of the same mean and variance
            z[column] = math.copysign(.93, self.rng.random() - .5) + .37 * self.rng.gauss(0, 1)
        elif kind == "ramp":
            z[column] += incident["size"] * (time - incident["start"]) / (incident["end"] - incident["start"])
        elif kind == "segment" and segment == incident["segment"]["region"]:
            z[column] += incident["size"]
        elif kind == "corr_break" and self.table:
            z[column] = self.rng.choice(self.table.rows)[column]
        elif kind == "corr_break":
            z[column] = math.copysign(self.rng.gauss(0, 1), self.rng.random() - .5)
        elif kind == "category_mix":
            z[column] = abs(z[column])

    def spoil(self, incident, values):
        kind, name = incident["kind"], incident["subjects"][0]
        hit = self.rng.random()
        if kind == "unit":
            values[name] = rounded(values[name] * 100)
        elif kind == "stuck":
            values[name] = incident["stuck"]
        elif kind in ("null_5", "null_40"):
            values[name] = None if hit < incident["size"] else values[name]
        elif kind == "new_category":
            values[name] = "never-seen" if hit < incident["size"] else values[name]
        elif kind == "type_change":
            values[name] = str(values[name]) if hit < incident["size"] else values[name]
        elif kind == "sentinel":
            values[name] = -99999 if hit < incident["size"] else values[name]
        elif kind == "missing" and hit < incident["size"]:
            del values[name]
        elif kind == "swap":
            other = incident["subjects"][1]
            values[name], values[other] = values[other], values[name]

    def shift_output(self, incident, logit):
        kind = incident["kind"]
        if kind == "out_shift":
            return logit + .8
        if kind == "class_mix":
            return logit + (1.6 if self.rng.random() < .5 else 0)
        return .2 * logit if kind == "confidence" else logit


def make_features(rng, null_type, count=0, table=None):
    if table:
        more = {"discrete": ["count", "tied"], "heavy_tails": ["heavy", "heavy"], "constant": ["constant", "almost"],
                "high_cardinality": ["merchant"]}.get(null_type, []) + ["category"] + rng.choices([[], ["lognormal"]])[0]
        return table.features + [Feature(f"{kind}_{i}", kind, rng) for i, kind in enumerate(more)]
    kinds = ["normal"] * 4 + ["lognormal", "count", "flag", "category"] + rng.choices(
        ["normal", "tied", "almost", "heavy", "category"], k=rng.randint(0, 4))
    kinds += {"discrete": ["count", "tied", "tied", "count"], "heavy_tails": ["heavy"] * 3, "constant": ["constant", "almost"],
              "high_cardinality": ["merchant", "merchant"]}.get(null_type, [])
    kinds = (kinds * (count // len(kinds) + 1))[:count] if count else kinds
    return [Feature(f"{kind}_{i}", kind, rng) for i, kind in enumerate(kinds)]


def gap(rng, rate, mode, time):
    """Milliseconds to the next event: Poisson, in some modes with the hour's rhythm."""
    if mode in ("daily", "weekday"):
        rate *= 1 + .6 * math.sin(2 * math.pi * (time % DAY) / DAY - 1.5)
    return max(1, round(1000 * rng.expovariate(rate)))


def make_incident(world, rng, number, kind, span, rate, name, share=0):
    numeric = [i for i, f in enumerate(world.features) if f.kind in ("normal", "lognormal")]
    categories = [i for i, f in enumerate(world.features) if f.kind == "category"]
    spoiled, _ = drift_spoils.SPOILS.get(kind, ("", None))
    column = rng.choice(categories if kind in ("new_category", "category_mix") or spoiled == "category" else numeric)
    other = rng.choice([i for i in numeric if i != column])
    if kind == "corr_break" and world.table:
        column, other = world.table.related(rng)
    elif kind == "corr_break" or kind.startswith("odd_vector"):
        world.loading[column] = world.loading[other] = .97
    world.embedded = world.embedded or "embedding" in (kind, spoiled)
    sizes = {"mean_small": .25, "mean_medium": .5, "mean_large": rng.choice([1, 1.5, 2]), "scale": rng.choice([.5, 1.6, 2]),
             "ramp": 1.2, "segment": 1.5, "temporary": 1, "null_5": .05, "null_40": .4, "new_category": rng.choice([.03, .1]),
             "type_change": rng.choice([.1, 1]), "sentinel": .03, "missing": rng.choice([.1, 1]),
             **dict.fromkeys(["odd_score", "odd_score_client", "odd_vector", "odd_vector_client"], share)}
    recovers = kind == "temporary" or rng.random() < .6  # early enough to see the alert close
    first = span[0] + (span[1] - span[0]) * (rng.uniform(.15, .22) if recovers else rng.uniform(.3, .5))
    last = span[0] + (span[1] - span[0]) * rng.uniform(.4, .46)
    subjects = {"out_shift": ["score", "label", "confidence"], "class_mix": ["label", "score"],
                "confidence": ["confidence", "entropy", "score"], "embedding": ["embedding"],
                **dict.fromkeys(["concept", "concept_flip"], ["label", "accuracy", "error", "performance", "loss"]),
                "swap": [world.features[column].name, world.features[other].name],
                "corr_break": [world.features[column].name, world.features[other].name]}
    principal = f"svc-{rng.getrandbits(20):05x}" if kind == "client_flood" else None
    if kind.startswith("odd_") and kind.endswith("_client"):
        principal = rng.choice(world.clients)
    subject = subjects.get(kind, drift_spoils.SUBJECTS.get(spoiled, [world.features[column].name]))
    usual = world.usual(column) if spoiled == "number" else {}
    return {"id": f"{name}-i{number}", "kind": kind, "family": (KINDS | APART)[kind], "subjects": ([principal] if principal else []) + subject,
            "also": CONSEQUENCES + ([f.name for f in world.features] if kind == "client_flood" else []),
            "segment": {"region": "latam"} if kind == "segment" else None, "principal": principal, "start": int(first),
            "end": int(last if recovers else span[1] + 1000), "recovers": recovers, "magnitude": f"{kind} {sizes.get(kind, '')}".strip(),
            "grace_ms": int(1500 / rate * 1000), **usual, "column": column, "other": other, "size": sizes.get(kind, 0), "stuck": 1.2345}


def write_events(path, world, times, incidents):
    """Events in order of arrival; labels come minutes after the inference they belong to."""
    labels = []
    with gzip.GzipFile(path, "wb", compresslevel=1, mtime=0) as out:
        def put(event):
            out.write((json.dumps(event, separators=(",", ":")) + "\n").encode())
        for time in times:
            event, truth = world.row(time, incidents)
            while labels and labels[0]["time"] <= time:
                put(labels.pop(0))
            put(event)
            if world.labelled and world.rng.random() < .8:
                bisect.insort(labels, {"schema": "vedette/1", "kind": "label", "id": "l" + event["id"],
                                       "time": time + 5000 + int(world.rng.expovariate(1 / 60000)), "model": world.model,
                                       "inference_id": event["id"], "label": truth}, key=lambda label: label["time"])


def write_stream(folder, name, seed, mode, null_type=None, kind=None, rate=1.5, baseline=4000, events=5000, features=0,
                 labels=False, table=None, share=0):
    rng = random.Random(f"{seed}/{name}")
    labelled = null_type == "labels" or kind in ("concept", "concept_flip", "wrong_labels", "swapped_answers") or rng.random() < .2 or labels
    world = World(name, rng, mode, make_features(rng, null_type or ("high_cardinality" if rng.random() < .2 else None), features, table),
                  labelled, table)
    before, after, time = [], [], START
    while len(before) < baseline:
        time -= gap(rng, rate, mode, time)
        before.append(time)
    time = START
    while len(after) < events:
        time += gap(rng, rate, mode, time)
        after.append(time)
    incidents = [make_incident(world, rng, 0, kind, (after[0], after[-1]), rate, name, share)] if kind else []
    if kind == "client_flood":  # the flood comes on top of the others' traffic
        extra = [t for t in after if incidents[0]["start"] <= t < incidents[0]["end"]]
        after = sorted(after + [t + 1 for t in extra if rng.random() < .65])
    path = os.path.join(folder, name)
    write_events(path + ".baseline.jsonl.gz", world, sorted(before), [])
    write_events(path + ".jsonl.gz", world, after, incidents)
    for incident in incidents:
        incident["events"] = sum(incident["start"] <= t < incident["end"] for t in after)
        for inner in ("column", "other", "size", "stuck", "mean", "sd", "high"):
            incident.pop(inner, None)
    truth = {"stream": name, "model": world.model, "pool": "synthetic", "events": len(after), "start": after[0], "end": after[-1],
             "rate": rate, "null_type": None if kind else null_type or mode, "mode": "autocorrelated" if mode == "ar1" else mode,
             "labelled": labelled, "features": [f.name for f in world.features], "incidents": incidents, "clock": after[::100]}
    with open(path + ".truth.json", "w") as out:
        json.dump(truth, out)


def write_mixed(args):
    kinds = [args.kind] if args.kind else list(drift_spoils.SPOILS if args.others else KINDS)
    tables = [drift_rows.Table(path, args.period) for path in args.table]
    quiet, made = 0, 0
    for number in range(args.count):
        rng = random.Random(f"{args.seed}/plan/{number}")
        name = f"t{number:03d}"
        if args.quiet or not args.kind and not args.others and number % 3 == 0:
            null_type = NULLS[quiet % len(NULLS)]
            quiet += 1
            kind = None
        else:
            kind, null_type = kinds[made % len(kinds)], None
            made += 1
        mode = null_type if null_type in ("autocorrelated", "daily", "weekday", "sessions") else rng.choice(
            ["iid", "iid", "iid", "autocorrelated", "sessions", "daily"]) if kind else "iid"
        size = {"daily": dict(rate=.05, baseline=8600, events=6500), "weekday": dict(rate=.02, baseline=17300, events=6000)}.get(
            mode, dict(rate=rng.choice([.1, .4, 1.5, 4, 16]), baseline=rng.choice([4000, 6000]), events=rng.choice([5000, 7000, 10000])))
        size["baseline"] = round(size["baseline"] * args.baseline_factor)
        if args.table and mode not in ("daily", "weekday"):
            size["events"] = rng.choice([5000, 5000, 7000, 10000, 20000])
        table = tables[number % len(tables)] if tables else None
        write_stream(args.out, name, args.seed, mode, null_type, kind, labels=args.labels, table=table, share=args.share, **size)


def write_null(args):
    seconds = 7 * 86_400
    mode = {"iid": "iid", "daily": "daily", "ar1": "ar1", "burst": "sessions"}[args.null]
    write_stream(args.out, f"null-{args.null}-{args.seed}", args.seed, mode, args.null, None, args.rate,
                 int(args.rate * seconds * args.baseline_weeks), int(args.rate * seconds * args.weeks), args.features,
                 args.labels)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("out", nargs="?", help="folder to write to")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--count", type=int, default=60)
    parser.add_argument("--kind", choices=[*KINDS, *APART])
    parser.add_argument("--quiet", action="store_true", help="no incidents in a mixed set")
    parser.add_argument("--others", action="store_true", help="kinds of incident apart from the usual ones")
    parser.add_argument("--labels", action="store_true", help="labels in every stream")
    parser.add_argument("--null", choices=["iid", "daily", "ar1", "burst"])
    parser.add_argument("--weeks", type=float, default=1)
    parser.add_argument("--baseline-weeks", type=float, default=1)
    parser.add_argument("--baseline-factor", type=float, default=1, help="longer baselines for a mixed set")
    parser.add_argument("--rate", type=float, default=.5)
    parser.add_argument("--share", type=float, default=.03, help="of all events, for kinds of single odd events")
    parser.add_argument("--features", type=int, default=0)
    parser.add_argument("--table", action="append", default=[], help="CSV of real rows; the last column is the truth, 0 or 1")
    parser.add_argument("--period", type=int, default=48, help="rows of a table in a day, for daily rhythm")
    parser.add_argument("--list", action="store_true", help="kinds of incidents")
    args = parser.parse_args()
    if args.list or not args.out:
        print("\n".join(f"{kind}: {family}" for kind, family in (KINDS | APART).items()))
    else:
        os.makedirs(args.out, exist_ok=True)
        write_null(args) if args.null else write_mixed(args)
