#!/usr/bin/env python3
"""End to end on a real Kafka broker: the daemon with all detectors against a bare consume-and-parse loop.

Usage: end_to_end.py BUILD_DIR BROKERS [--count N] [--rounds N] [--spine] [--case TEXT]
Prints a table of events per second and CPU seconds per million events, as ratios taken in the same round.
Rounds alternate between the two programs; the median of the rounds counts.
"""
import argparse, http.client, os, re, shutil, signal, statistics, subprocess, sys, tempfile, time, urllib.request


DRIFT = ("feature_drift", "output_drift", "multivariate_drift", "embedding_drift", "client_drift", "segment_drift",
         "segment_relations")
SPINE = ("feature_drift", "output_drift", "request_rate")


def write_config(folder, brokers, topic, learn, rates, only=()):
    """`rates`: whether request_rate runs; it would tell that the measured events come at another rate than the first ones."""
    os.makedirs(f"{folder}/detectors", exist_ok=True)
    shipped = os.listdir(os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../config/detectors"))
    for name in (file.removesuffix(".yaml") for file in shipped):
        on = (not only or name in only) and (name != "request_rate" or rates == "true")
        with open(f"{folder}/detectors/{name}.yaml", "w") as out:
            out.write(f"enabled: {str(on).lower()}\n" + (f"learn_for: {learn}\n" if name in DRIFT else ""))
    with open(f"{folder}/vedette.yaml", "w") as out:
        out.write(f"""kafka:
  brokers: {brokers}
  group: bench-{os.path.basename(folder)}
  start_at: beginning
topics:
  - topic: {topic}
store:
  path: {folder}/state
  disk_reserve: 1MiB
admin:
  listen: 127.0.0.1:0
sinks:
  - name: alerts
    type: file
    path: {folder}/alerts.jsonl
""")
    return f"{folder}/vedette.yaml"


class Daemon:
    """The real program, followed through its own metrics."""

    def __init__(self, program, config, folder):
        self.log = f"{folder}/log"
        self.process = subprocess.Popen([program, "run", "--config", config], stderr=open(self.log, "w"))
        self.port = None

    def metrics(self):
        if self.port is None:
            found = re.search(r"admin_port[=:\"\s]+(\d+)", open(self.log).read())
            if not found:
                return {}
            self.port = found.group(1)
        try:
            text = urllib.request.urlopen(f"http://127.0.0.1:{self.port}/metrics", timeout=2).read().decode()
        except (OSError, http.client.HTTPException):
            return {}
        sums = {}
        for line in text.splitlines():
            if line and not line.startswith("#"):
                name, value = line.rsplit(" ", 1)
                sums[name.split("{")[0]] = sums.get(name.split("{")[0], 0.0) + float(value)
        return sums

    def cpu(self):
        fields = open(f"/proc/{self.process.pid}/stat").read().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def until(self, count, timeout=3000):
        """Wall and CPU seconds from the first event to the last durable one, and peak memory in MiB."""
        deadline = time.time() + timeout
        while time.time() < deadline:
            if self.process.poll() is not None:
                sys.exit(f"the daemon ended: {open(self.log).read()[-2000:]}")
            if "assigned" in open(self.log).read():
                break
            time.sleep(0.005)
        begun, cpu = time.time(), self.cpu()
        while time.time() < deadline:
            if self.metrics().get("vedette_events_total", 0) >= count:
                wall = time.time() - begun
                peak = int(re.search(r"VmHWM:\s+(\d+)", open(f"/proc/{self.process.pid}/status").read()).group(1)) / 1024
                return wall, self.cpu() - cpu, peak
            time.sleep(0.02)
        sys.exit("the daemon did not finish in time: " + open(self.log).read()[-2000:])

    def settle(self):
        """Waits until the store has compacted what learning left, which is not the cost of the events that are timed."""
        for _ in range(300):
            before = self.cpu()
            time.sleep(1)
            if self.cpu() - before < 0.1:
                return

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(30)


def follow(build, config, folder, count, settle=False):
    daemon = Daemon(f"{build}/src/app/vedette", config, folder)
    try:
        taken = daemon.until(count)
        if settle:
            daemon.settle()
        return taken
    finally:
        daemon.stop()


def run_bare(build, brokers, topic, skip, count):
    out = subprocess.run([f"{build}/tests/support/bare_consume", brokers, topic, str(PARTITIONS), str(skip // PARTITIONS), str(count)],
                         capture_output=True, text=True, check=True)
    _, wall, cpu, _ = out.stdout.split()
    return float(wall), float(cpu), 0.0


def load(build, brokers, topic, **what):
    subprocess.run([f"{build}/tests/support/event_load", f"brokers={brokers}", f"topic={topic}", f"partitions={PARTITIONS}"] +
                   [f"{k}={v}" for k, v in what.items()], check=True)


PARTITIONS = 4
START = 1772323200000
# The daemon learns its baselines from events that come at `learn_rate` a second of event time; then others are timed, at `rate` a second.
# At many times the learned rate most of a client's events would be capped, and the daemon look faster than it is.
SMALL = dict(models=100, clients=50, learn_minutes=60, before_minutes=95, learn_rate=2000, rate=5000)
QUIET = dict(SMALL, learn_rate=500, rate=500)
# 720 recorded events of each model.
LARGE = dict(models=10000, clients=5, before_minutes=20, learn_rate=6000, recorded=True)
CASES = {
    "100 models": SMALL,
    # Events come as often as they were recorded, so that panes of a minute are judged while it is timed.
    "10,000 models": dict(LARGE, rate=6000),
    # For so long that a pane of a minute of each model is judged.
    "10,000 models, a live feed": dict(LARGE, rate=50000, count=5000000),
    "1 M clients": dict(SMALL, clients=10000),
    "a new client in every event": dict(SMALL, clients=0),
    "100 models, catching up on a quiet feed": QUIET,
    "100 models, still learning": dict(QUIET, before_minutes=0, learn_minutes=600),
}


def learn_recorded(build, brokers, topic, config, folder):
    """Baselines from the topic's records, as `vedette baseline learn` takes them from a file in order of time."""
    parts = [f"{folder}/recorded-{partition}" for partition in range(PARTITIONS)]
    for partition, path in enumerate(parts):
        subprocess.run(["kcat", "-C", "-b", brokers, "-t", topic, "-p", str(partition), "-e", "-q"], stdout=open(path, "w"), check=True)
    with open(f"{folder}/recorded.jsonl", "w") as out:  # The load deals its events out in turn.
        for lines in zip(*map(open, parts)):
            out.writelines(lines)
    subprocess.run([f"{build}/src/app/vedette", "baseline", "learn", "--config", config, "--input", f"{folder}/recorded.jsonl"],
                   check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def measure(a, name, count, before_minutes, rate, learn_rate, learn_minutes=60, recorded=False, **shape):
    """Rounds of (bare loop, daemon): wall seconds, CPU seconds, peak MiB."""
    topic = "bench-" + re.sub(r"\W+", "-", name) + f"-{int(time.time())}"
    before = before_minutes * 60 * learn_rate
    with tempfile.TemporaryDirectory() as folder:
        only = SPINE if a.spine else ()
        config = write_config(folder, a.brokers, topic, f"{learn_minutes}m", "false", only)
        load(a.build, a.brokers, topic, count=before, span_hours=before_minutes / 60, start_ms=START, **shape)
        live = dict(count=count, span_hours=count / rate / 3600, start_ms=START + before_minutes * 60000, seed=2, **shape)
        if recorded:
            learn_recorded(a.build, a.brokers, topic, config, folder)
            topic, before = f"{topic}-live", 0
        elif before:
            follow(a.build, config, folder, before, settle=True)
        load(a.build, a.brokers, topic, create=int(recorded), **live)
        rounds = []
        for number in range(a.rounds):
            mine = f"{folder}/{number}"
            mine_config = write_config(mine, a.brokers, topic, f"{learn_minutes}m", "true", only)
            if os.path.exists(f"{folder}/state"):
                shutil.copytree(f"{folder}/state", f"{mine}/state")
            rounds.append((run_bare(a.build, a.brokers, topic, before, count), follow(a.build, mine_config, mine, before + count)))
            shutil.rmtree(mine)
    return rounds


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("build")
    parser.add_argument("brokers")
    parser.add_argument("--count", type=int, default=1000000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--spine", action="store_true", help="feature_drift, output_drift and request_rate alone")
    parser.add_argument("--case", default="", help="only the case of this name, or else those whose name contains it")
    a = parser.parse_args()
    print("| case | bare: events/s, CPU s per M | vedette: events/s, CPU s per M | ratio wall | ratio CPU | peak MiB |\n|---|---|---|---|---|---|")
    for name, shape in CASES.items():
        if a.case != name and (a.case in CASES or a.case not in name):
            continue
        count = shape.get("count", a.count)
        rounds = measure(a, name, **{**shape, "count": count})
        median = lambda pick: statistics.median(pick(r) for r in rounds)
        speed = lambda i: count / median(lambda r: r[i][0])
        cpu = lambda i: median(lambda r: r[i][1]) * 1e6 / count
        print(f"| {name} | {speed(0):,.0f}, {cpu(0):.2f} | {speed(1):,.0f}, {cpu(1):.2f} | {median(lambda r: r[0][0] / r[1][0]):.2f} | "
              f"{median(lambda r: r[0][1] / r[1][1]):.2f} | {median(lambda r: r[1][2]):.0f} |", flush=True)


if __name__ == "__main__":
    main()
