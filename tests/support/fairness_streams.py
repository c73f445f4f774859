#!/usr/bin/env python3
"""Writes streams in which groups of people are treated alike, lawfully otherwise, or from some time on unfairly, and
runs `vedette backtest --detector fairness` over them.

  fairness_streams.py VEDETTE FOLDER --kind selection_70 --count 6    a stream each; tells what was found, and when
  fairness_streams.py VEDETTE FOLDER --kind lawful --weeks 4          nothing happens; tells false alerts per model-week
  fairness_streams.py VEDETTE FOLDER --null-streams STREAMS           streams of drift_streams.py, quiet ones

Groups are the values of segment.region; `yes` is favourable. Labels of 80 % of the answers come a minute later. Seeded:
the same arguments write the same bytes. Standard library only.
"""
import argparse
import bisect
import glob
import gzip
import json
import math
import os
import random
import subprocess

START = 1773619200000  # 2026-03-16T00:00:00Z: here baselines end.
WEEK = 7 * 86_400_000
GROUPS = [("eu", .42), ("us", .30), ("apac", .18), ("latam", .10)]
VICTIM = "latam"
BASE, RIGHT = .5, .8  # Of answers that are yes; that are right.
# kind -> factor of the victim's selection rate before and after the incident, points of its true positive rate lost
KINDS = {"fair": (1, 1, 0), "lawful": (.9, .9, 0), "always_70": (.7, .7, 0), "selection_70": (1, .7, 0), "selection_50": (1, .5, 0),
         "tpr_10": (1, 1, .1), "tpr_20": (1, 1, .2)}
QUIET = ["fair", "lawful"]
MODES = ["iid", "daily", "clients", "autocorrelated"]


class World:
    def __init__(self, kind, mode, rng):
        self.kind, self.mode, self.rng, self.serial, self.state = kind, mode, rng, 0, 0.0
        self.clients = [(f"svc-{i}", rng.gauss(0, .12)) for i in range(20)]
        self.client, self.left = self.clients[0], 0

    def rate(self, group, time, after):
        before, later, _ = KINDS[self.kind]
        rate = BASE * ((later if after else before) if group == VICTIM else 1)
        if self.mode == "daily":
            rate *= 1 + .25 * math.sin(2 * math.pi * (time % 86_400_000) / 86_400_000)
        if self.mode == "clients":  # whole sessions of one client, each with a rate of its own
            rate += self.client[1]
        if self.mode == "autocorrelated":
            rate += .06 * self.state
        return min(.98, max(.02, rate))

    def row(self, time, after):
        rng = self.rng
        self.serial += 1
        if self.left <= 0:
            self.client, self.left = rng.choice(self.clients), 1 + int(rng.expovariate(.1))
        self.left -= 1
        if self.mode == "autocorrelated":
            self.state = .995 * self.state + .1 * rng.gauss(0, 1)
        group = rng.choices([g for g, _ in GROUPS], [w for _, w in GROUPS])[0]
        rate = self.rate(group, time, after)
        said = rng.random() < rate
        # Where half of the answers are yes, the true positive rate is how often an answer is right.
        right = RIGHT - (KINDS[self.kind][2] if after and group == VICTIM else 0)
        truth = rng.random() < (right if said else 1 - right)
        event = {"schema": "vedette/1", "kind": "inference", "id": f"r{self.serial:x}", "time": time, "model": "loans",
                 "version": "1", "segment": {"region": group}, "principal": self.client[0],
                 "outputs": {"label": "yes" if said else "no"}, "status": 200}
        return event, "yes" if truth else "no"


def write_events(path, world, times, change):
    labels = []
    with gzip.GzipFile(path, "wb", compresslevel=1, mtime=0) as out:
        def put(event):
            out.write((json.dumps(event, separators=(",", ":")) + "\n").encode())
        for time in times:
            event, truth = world.row(time, time >= change)
            while labels and labels[0]["time"] <= time:
                put(labels.pop(0))
            put(event)
            if world.rng.random() < .8:
                bisect.insort(labels, {"schema": "vedette/1", "kind": "label", "id": "l" + event["id"],
                                       "time": time + 5000 + int(world.rng.expovariate(1 / 60000)), "model": "loans",
                                       "inference_id": event["id"], "label": truth}, key=lambda label: label["time"])


def spread(rng, begin, end, rate):
    time, times = begin, []
    while (time := time + max(1, round(1000 * rng.expovariate(rate)))) < end:
        times.append(time)
    return times


def settings(folder, extra):
    os.makedirs(os.path.join(folder, "detectors"), exist_ok=True)
    with open(os.path.join(folder, "detectors", "fairness.yaml"), "w") as out:
        out.write("protected: [region]\nfavourable: [\"yes\"]\nbudget: 1\n" + extra)
    path = os.path.join(folder, "vedette.yaml")
    with open(path, "w") as out:
        out.write(f"detectors_dir: detectors\nstore: {{path: {folder}/state}}\n")
    return path


def alerts(vedette, config, stem):
    command = [vedette, "backtest", "--config", config, "--detector", "fairness", "--input", stem + ".jsonl.gz", "--alerts", "-"]
    if os.path.exists(stem + ".baseline.jsonl.gz"):
        command += ["--baseline", stem + ".baseline.jsonl.gz"]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return [a for a in map(json.loads, done.stdout.splitlines()) if a["activity_id"] == 1]


def examine(args, config):
    for number in range(args.count):
        mode = args.mode or MODES[number % len(MODES)]
        stem = os.path.join(args.folder, f"{args.kind}-{mode}-{args.seed}-{number}")
        rng = random.Random(stem.rsplit("/", 1)[-1])
        world = World(args.kind, mode, rng)
        end = START + round(args.weeks * WEEK)
        change = end if args.kind in QUIET else START + (end - START) // 4
        write_events(stem + ".baseline.jsonl.gz", world, spread(rng, START - round(args.baseline_weeks * WEEK), START, args.rate), end)
        times = spread(rng, START, end, args.rate)
        write_events(stem + ".jsonl.gz", world, times, change)
        found = alerts(args.vedette, config, stem)
        hits = [a for a in found if a["time"] >= change and args.kind not in QUIET]
        delay = bisect.bisect(times, hits[0]["time"]) - bisect.bisect(times, change) if hits else None
        print(f"{args.kind:13} {mode:15} {'false' if args.kind in QUIET else 'before'} {len(found) - len(hits)} in {args.weeks} weeks, "
              f"{'found after ' + str(delay) + ' events' if hits else '-'}", flush=True)
        for alert in found if args.show else []:
            print("   ", alert["message"], alert["evidences"][0]["data"]["reasons"])


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("vedette")
    parser.add_argument("folder")
    parser.add_argument("--kind", choices=KINDS, default="fair")
    parser.add_argument("--mode", choices=MODES)
    parser.add_argument("--null-streams")
    parser.add_argument("--count", type=int, default=4)
    parser.add_argument("--weeks", type=float, default=1)
    parser.add_argument("--baseline-weeks", type=float, default=1)
    parser.add_argument("--rate", type=float, default=.1)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--settings", default="", help="further lines of the detector's file")
    parser.add_argument("--show", action="store_true", help="what the alerts say")
    args = parser.parse_args()
    os.makedirs(args.folder, exist_ok=True)
    config = settings(os.path.abspath(args.folder), args.settings.replace("\\n", "\n"))
    if not args.null_streams:
        return examine(args, config)
    for path in sorted(glob.glob(os.path.join(args.null_streams, "*.truth.json"))):
        truth = json.load(open(path))
        found = alerts(args.vedette, config, path.removesuffix(".truth.json"))
        print(f"{truth['stream']:20} {len(found)} false in {(truth['end'] - truth['start']) / WEEK:.2f} weeks", flush=True)
        for alert in found if args.show else []:
            print("   ", alert["message"], alert["evidences"][0]["data"]["reasons"])


if __name__ == "__main__":
    main()
