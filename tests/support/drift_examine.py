#!/usr/bin/env python3
"""Runs `vedette backtest` over streams of drift_streams.py and tells what was found and what was false.

  drift_examine.py VEDETTE STREAMS [--config config/vedette.yaml] [--detail]

Shipped settings; the baseline of each stream is learned from its own recording. An incident is found if an alert is
created from its start to its end and a grace; an alert created outside of every incident is false. Standard library only.
"""
import argparse
import collections
import glob
import json
import os
import subprocess
import tempfile


def settings(path, folder):
    """The shipped file with a state and an alert file of its own."""
    text = open(path).read().replace("/var/lib/vedette", folder).replace("/var/log/vedette", folder)
    detectors = os.path.join(os.path.dirname(os.path.abspath(path)), "detectors")
    out = os.path.join(folder, "vedette.yaml")
    with open(out, "w") as file:
        file.write(text.replace("detectors_dir: detectors", f"detectors_dir: {detectors}"))
    return out


def created(vedette, config, stream):
    """Times and subjects of the alerts that are created on a stream."""
    done = subprocess.run([vedette, "backtest", "--config", config, "--baseline", stream + ".baseline.jsonl.gz",
                           "--input", stream + ".jsonl.gz", "--alerts", "-"], capture_output=True, text=True, timeout=600)
    assert done.returncode == 0, f"{stream}: {done.stderr}"
    alerts = [json.loads(line) for line in done.stdout.splitlines()]
    return [(alert["time"], alert["evidences"][0]["data"].get("subject")) for alert in alerts if alert["activity_id"] == 1]


def within(truth, incident, time):
    last = incident["end"] >= truth["end"]  # Panes close after the last event.
    return incident["start"] <= time and (last or time <= incident["end"] + incident["grace_ms"])


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("vedette")
    parser.add_argument("streams")
    parser.add_argument("--config", default="config/vedette.yaml")
    parser.add_argument("--detail", action="store_true")
    args = parser.parse_args()
    found, named, modes, false, events = (collections.defaultdict(list), collections.Counter(), collections.defaultdict(list),
                                          collections.Counter(), collections.Counter())
    with tempfile.TemporaryDirectory() as folder:
        config = settings(args.config, folder)
        for path in sorted(glob.glob(os.path.join(args.streams, "*.truth.json"))):
            truth = json.load(open(path))
            alerts = created(args.vedette, config, path.removesuffix(".truth.json"))
            for incident in truth["incidents"]:
                hits = [alert for alert in alerts if within(truth, incident, alert[0])]
                found[incident["kind"]].append(bool(hits))
                modes[truth["mode"]].append(bool(hits))
                named[incident["kind"]] += any(subject in incident["subjects"] for _, subject in hits)
                if args.detail:
                    print(incident["id"], truth["mode"], incident["magnitude"], "found" if hits else "MISSED", hits[:3])
            false[truth["null_type"] or "with incidents"] += sum(
                not any(within(truth, incident, time) for incident in truth["incidents"]) for time, _ in alerts)
            events[truth["null_type"] or "with incidents"] += truth["events"]
    for kind, hits in sorted(found.items()):
        print(f"{kind:16} {sum(hits):3} of {len(hits):3} found, {named[kind]:3} by their subject")
    for mode, hits in sorted(modes.items()):
        print(f"{mode:16} {sum(hits):3} of {len(hits):3} found")
    for kind, count in sorted(false.items()):
        print(f"{kind:16} {count:3} false in {events[kind]:7} events")
    hits, all_of = sum(map(sum, found.values())), sum(map(len, found.values()))
    wrong = sum(false.values())
    precision, recall = hits / max(1, hits + wrong), hits / max(1, all_of)
    print(f"recall {recall:.2f}, precision {precision:.2f}, F1 {2 * precision * recall / max(1e-9, precision + recall):.2f}")


if __name__ == "__main__":
    main()
