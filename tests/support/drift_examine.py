#!/usr/bin/env python3
"""Runs `vedette backtest` over streams of drift_streams.py and tells what was found and what was false.

  drift_examine.py VEDETTE STREAMS [--config config/vedette.yaml] [--detail] [--plain]

Shipped settings; the baseline of each stream is learned from its own recording. An incident is found if an alert is
created from its start to its end and a grace; an alert created outside of every incident is false. Its subject is right
if the alert, or a later line of it, says a name of the truth as its subject; `where` is the segment or the client.
Closed counts alerts of incidents that end, closed within two graces after. Standard library only.
"""
import argparse
import bisect
import collections
import concurrent.futures
import glob
import json
import os
import re
import statistics
import subprocess
import tempfile


def settings(path, folder, plain):
    """The shipped file with a state and an alert file of its own."""
    text = open(path).read().replace("/var/lib/vedette", folder).replace("/var/log/vedette", folder)
    detectors = os.path.join(os.path.dirname(os.path.abspath(path)), "detectors")
    out = os.path.join(folder, "vedette.yaml")
    with open(out, "w") as file:
        file.write(text.replace("detectors_dir: detectors", f"detectors_dir: {detectors}"))
        if plain:
            file.write("\nprivacy:\n  principals: plain\n")
    return out


def words(value):
    """All names in a subject, an entity or a list of contributions, whole and by word."""
    if isinstance(value, str):
        return {value} | set(re.split(r"[\s,:/|=.]+", value))
    parts = value.values() if isinstance(value, dict) else value if isinstance(value, list) else []
    return set().union(*map(words, parts))


def alerts_of(vedette, config, plain, stream):
    """What happened to each alert of a stream: when it was created and closed, and the names it gave."""
    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run([vedette, "backtest", "--config", settings(config, folder, plain), "--baseline",
                               stream + ".baseline.jsonl.gz", "--input", stream + ".jsonl.gz", "--alerts", "-"],
                              capture_output=True, text=True, timeout=1800)
    assert done.returncode == 0, f"{stream}: {done.stderr}"
    alerts = {}
    for line in map(json.loads, done.stdout.splitlines()):
        data = line["evidences"][0]["data"]
        alert = alerts.setdefault(line["finding_info"]["uid"], {"subjects": set(), "top": set(), "closed": None})
        if line["activity_id"] == 1:
            alert.update(created=line["time"], detector=line["finding_info"]["analytic"]["uid"])
        if line["activity_id"] == 3:
            alert["closed"] = line["time"]
        alert["subjects"] |= words(data.get("subject")) | words(data.get("entity"))
        alert["top"] |= words([part.get("name", "") for part in data.get("top") or []])
    return list(alerts.values())


def within(truth, incident, time):
    last = incident["end"] >= truth["end"]  # Panes close after the last event.
    return incident["start"] <= time and (last or time <= incident["end"] + incident["grace_ms"])


def event_at(truth, time):
    """Number of the event at a time, to a hundred."""
    return min(truth["events"], 100 * bisect.bisect_left(truth["clock"], time))


def quiet_events(truth):
    ends = [(incident, min(truth["end"], incident["end"] + incident["grace_ms"])) for incident in truth["incidents"]]
    return truth["events"] - sum(event_at(truth, end) - event_at(truth, incident["start"]) for incident, end in ends)


def judge(truth, incident, alerts):
    """What became of one incident."""
    hits = [alert for alert in alerts if within(truth, incident, alert["created"])]
    want = set(incident["subjects"]) | ({incident["principal"]} if incident["principal"] else set())
    where = set(incident["segment"].values()) if incident["segment"] else {incident["principal"]}
    result = {"kind": incident["kind"], "found": bool(hits), "subject": any(want & alert["subjects"] for alert in hits),
              "where": None, "delay": None, "closed": [], "detectors": sorted({alert["detector"] for alert in hits})}
    if incident["segment"] or incident["principal"]:
        result["where"] = any(where & (alert["subjects"] | alert["top"]) for alert in hits)
    if hits:
        result["delay"] = max(0, event_at(truth, min(alert["created"] for alert in hits)) - event_at(truth, incident["start"]))
    until = incident["end"] + 2 * incident["grace_ms"]
    if incident["recovers"] and until <= truth["end"]:
        result["closed"] = [incident["end"] <= (alert["closed"] or 0) <= until for alert in hits]
    return result


def share(values):
    values = [value for value in values if value is not None]
    return f"{sum(values) / len(values):.2f}" if values else "-"


def print_kinds(results):
    print(f"{'kind':16} {'n':>3} {'found':>6} {'subject':>8} {'where':>6} {'delay':>6}")
    for kind in sorted({result["kind"] for result in results}):
        of = [result for result in results if result["kind"] == kind]
        delays = [result["delay"] for result in of if result["found"]]
        print(f"{kind:16} {len(of):3} {share(r['found'] for r in of):>6} {share(r['subject'] for r in of):>8} "
              f"{share(r['where'] for r in of):>6} {statistics.median(delays) if delays else '-':>6}")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("vedette")
    parser.add_argument("streams", nargs="+")
    parser.add_argument("--config", default="config/vedette.yaml")
    parser.add_argument("--detail", action="store_true")
    parser.add_argument("--plain", action="store_true", help="clients by name, as with privacy.principals: plain")
    args = parser.parse_args()
    paths = [path for folder in args.streams for path in sorted(glob.glob(os.path.join(folder, "*.truth.json")))]
    results, false, events, quiet = [], collections.Counter(), collections.Counter(), 0
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        run = lambda path: alerts_of(args.vedette, args.config, args.plain, path.removesuffix(".truth.json"))
        for path, alerts in zip(paths, pool.map(run, paths)):
            truth = json.load(open(path))
            for incident in truth["incidents"]:
                results.append(judge(truth, incident, alerts))
                if args.detail:
                    print(incident["id"], truth["mode"], incident["magnitude"], results[-1])
            name = truth["null_type"] or "with incidents"
            false[name] += sum(not any(within(truth, incident, alert["created"]) for incident in truth["incidents"])
                               for alert in alerts)
            events[name] += truth["events"]
            quiet += quiet_events(truth)
    print_kinds(results)
    for kind, count in sorted(false.items()):
        print(f"{kind:16} {count:3} false in {events[kind]:7} events")
    hits, wrong = sum(result["found"] for result in results), sum(false.values())
    precision, recall = hits / max(1, hits + wrong), hits / max(1, len(results))
    delays = [result["delay"] for result in results if result["found"]]
    print(f"incidents {len(results)}, found {recall:.2f}, precision {precision:.2f}, "
          f"F1 {2 * precision * recall / max(1e-9, precision + recall):.3f}, subject {share(r['subject'] for r in results)}, "
          f"where {share(r['where'] for r in results)}, closed {share(c for r in results for c in r['closed'])}, "
          f"median delay {statistics.median(delays) if delays else '-'} events, "
          f"{wrong} false in {quiet} quiet events")


if __name__ == "__main__":
    main()
