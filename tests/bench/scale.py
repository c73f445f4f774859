#!/usr/bin/env python3
"""What many names cost on a real Kafka broker: how soon the daemon is ready again with a million keys, and the memory
that invented clients take.

Usage: scale.py BUILD_DIR BROKERS [--keys N] [--clients N] [--names N] [--rate N] [--case TEXT]
"""
import argparse, os, re, sys, tempfile, time, urllib.request

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import end_to_end as bench


def peak_mib(daemon):
    return int(re.search(r"VmHWM:\s+(\d+)", open(f"/proc/{daemon.process.pid}/status").read()).group(1)) / 1024


def ready_after(daemon, begun):
    """Seconds from the start of the process until /readyz says yes."""
    while time.time() - begun < 120:
        try:
            found = re.search(r"admin_port[=:\"\s]+(\d+)", open(daemon.log).read())
            if found and urllib.request.urlopen(f"http://127.0.0.1:{found.group(1)}/readyz", timeout=1).status == 200:
                return time.time() - begun
        except OSError:
            pass
        time.sleep(0.01)
    sys.exit("never ready: " + open(daemon.log).read()[-2000:])


def restart(a):
    """Clients that stay are keys of request_rate once `max_keys` has room for all of them."""
    topic = f"scale-keys-{int(time.time())}"
    with tempfile.TemporaryDirectory() as folder:
        config = bench.write_config(folder, a.brokers, topic, "7d", "true", ("request_rate",))
        with open(f"{folder}/detectors/request_rate.yaml", "a") as out:
            out.write(f"max_keys: {2 * a.keys}\n")
        # Each client some ten times within an hour.
        bench.load(a.build, a.brokers, topic, count=10 * a.keys, models=10, clients=a.keys // 10, span_hours=1, start_ms=bench.START)
        daemon = bench.Daemon(f"{a.build}/src/app/vedette", config, folder)
        daemon.until(10 * a.keys)
        keys = daemon.metrics().get("vedette_judged_keys", 0)
        first = peak_mib(daemon)
        daemon.stop()
        begun = time.time()
        daemon = bench.Daemon(f"{a.build}/src/app/vedette", config, folder)
        seconds = ready_after(daemon, begun)
        print(f"| ready after restart, {keys:,.0f} keys | {seconds:.2f} s | {first:.0f} MiB before, {peak_mib(daemon):.0f} MiB after |", flush=True)
        daemon.stop()


def protect(folder, field):
    with open(f"{folder}/detectors/fairness.yaml", "a") as out:
        out.write(f"protected: [{field}]\n")


def invented(a, name, records=1, **load):
    """Peaks of memory while every event has names of its own, all detectors as shipped and `fairness` watching a segment."""
    count, rate = load.pop("count", a.names), load.pop("rate", a.rate)
    topic = f"scale-{re.sub(r'[^a-z]+', '-', name)}-{int(time.time())}"
    with tempfile.TemporaryDirectory() as folder:
        config = bench.write_config(folder, a.brokers, topic, "7d", "true")
        protect(folder, "place")
        bench.load(a.build, a.brokers, topic, count=count, span_hours=count / rate / 3600, start_ms=bench.START, **load)
        daemon = bench.Daemon(f"{a.build}/src/app/vedette", config, folder)
        steps = []
        for part in (4, 2, 1):
            daemon.until(records * count // part)
            steps.append(f"{count // part / 1e6:g} M: {peak_mib(daemon):.0f}")
        state = sum(os.path.getsize(os.path.join(at, file)) for at, _, files in os.walk(f"{folder}/state") for file in files)
        print(f"| {name} | {', '.join(steps)} | {state / 2**20:.0f} |", flush=True)
        daemon.stop()


def cases(a):
    """What is invented, and the load that does it."""
    some = dict(models=100, clients=50)
    return {
        "clients": dict(models=100, clients=0, count=a.clients, rate=50_000),
        "clients, of labelled events": dict(models=100, clients=0, labels=1, records=2),
        "models": dict(models=100, clients=0, labels=1, records=2, invent="models"),
        "versions and digests": dict(some, labels=1, records=2, invent="versions,digests"),
        "segments": dict(some, labels=1, records=2, invent="segments"),
        "feature names": dict(some, labels=1, records=2, invent="features"),
        "texts, answers and labels": dict(some, labels=1, records=2, invent="texts,answers,labels"),
        "all of it": dict(models=100, clients=0, labels=1, records=2,
                          invent="models,versions,digests,segments,features,texts,answers,labels"),
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("build")
    parser.add_argument("brokers")
    parser.add_argument("--keys", type=int, default=1_000_000)
    parser.add_argument("--clients", type=int, default=20_000_000, help="invented clients")
    parser.add_argument("--names", type=int, default=400_000, help="events with any other invented name")
    parser.add_argument("--rate", type=int, default=2_000, help="of those in a second of event time")
    parser.add_argument("--case", help="only this one, without the restart")
    a = parser.parse_args()
    if a.keys and not a.case:
        print("| what | figure | |\n|---|---|---|")
        restart(a)
    print("\n| invented for each event | peak MiB after so many events | state on disk, MiB |\n|---|---|---|")
    for name, load in cases(a).items():
        if a.case in (None, name):
            invented(a, name, **load)


if __name__ == "__main__":
    main()
