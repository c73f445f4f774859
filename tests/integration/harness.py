"""What the integration tests stand on: a real broker, the real daemon, and what they leave behind.

All traffic stays on loopback; every process is one that a test started and ends by its own id.
"""
import json, os, re, shutil, signal, subprocess, tempfile, time, urllib.request

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
VEDETTE = os.environ.get("VEDETTE", f"{ROOT}/build/release/src/app/vedette")
LOAD = os.environ.get("EVENT_LOAD", f"{ROOT}/build/dev/tests/support/event_load")


def wait_for(what, condition, seconds=120, step=0.05):
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        value = condition()
        if value:
            return value
        time.sleep(step)
    raise AssertionError(f"waited {seconds} s in vain for: {what}")


class Broker:
    """One Apache Kafka node of the project's own start script."""

    def __init__(self, folder, version):
        self.folder, self.version = folder, version
        self.address = self.run("start", "0")

    def run(self, verb, *arguments):
        done = subprocess.run([f"{ROOT}/tests/support/kafka/broker", verb, self.folder, *arguments], capture_output=True, text=True,
                              env={**os.environ, "KAFKA_VERSION": self.version})
        assert done.returncode == 0, done.stderr[-2000:]
        return done.stdout.strip().splitlines()[-1] if done.stdout.strip() else ""

    def kill(self):
        self.run("kill")

    def stop(self):
        self.run("stop")

    def start_again(self):
        port = self.address.rsplit(":", 1)[1]
        assert self.run("start", port) == self.address

    def load(self, topic, count, **options):
        subprocess.run([LOAD, f"brokers={self.address}", f"topic={topic}", f"count={count}", *(f"{k}={v}" for k, v in options.items())], check=True)

    def create(self, topic):
        self.load(topic, 0, partitions=1)

    def read(self, topic, form="%s\\n"):
        done = subprocess.run(["kcat", "-b", self.address, "-C", "-t", topic, "-e", "-q", "-o", "beginning", "-f", form], capture_output=True, timeout=120)
        return done.stdout.decode(errors="replace").splitlines()


class Daemon:
    """`vedette run` with a configuration of its own; killed and started again as a test likes."""

    def __init__(self, folder, broker, topic, sinks="", learn="2h", extra="", state=None):
        self.folder, self.process, self.port = folder, None, None
        os.makedirs(f"{folder}/detectors", exist_ok=True)
        for name in ("feature_drift", "output_drift"):
            self.write(f"detectors/{name}.yaml", f"learn_for: {learn}\n")
        self.state = state or f"{folder}/state"
        self.base = (f"kafka:\n  brokers: {broker.address}\n  group: {os.path.basename(folder)}\n  start_at: beginning\n"
                     f"topics:\n  - topic: {topic}\nstore:\n  path: {self.state}\n  disk_reserve: 1MiB\n"
                     f"admin:\n  listen: 127.0.0.1:0\ntime:\n  idle_after: 1s\n{extra}"
                     f"sinks:\n  - name: file\n    type: file\n    path: {folder}/alerts.jsonl\n{sinks}")
        self.write("vedette.yaml", self.base)

    def write(self, name, text):
        with open(f"{self.folder}/{name}", "w") as out:
            out.write(text)

    def start(self):
        self.port = None
        self.log_from = os.path.getsize(f"{self.folder}/log") if os.path.exists(f"{self.folder}/log") else 0
        self.process = subprocess.Popen([VEDETTE, "run", "--config", f"{self.folder}/vedette.yaml"], stderr=open(f"{self.folder}/log", "a"))
        return self

    def log(self):
        with open(f"{self.folder}/log") as file:
            file.seek(self.log_from)
            return file.read()

    def get(self, path):
        ports = re.findall(r"admin_port[=:\"\s]+(\d+)", self.log())
        if not ports:
            return ""
        try:
            return urllib.request.urlopen(f"http://127.0.0.1:{ports[-1]}{path}", timeout=5).read().decode()
        except urllib.error.HTTPError as error:
            return error.read().decode()
        except OSError:
            return ""

    def metrics(self):
        values = {}
        for line in self.get("/metrics").splitlines():
            if line and not line.startswith("#"):
                name, value = line.rsplit(" ", 1)
                values[name] = float(value)
        return values

    def total(self, family):
        return sum(v for k, v in self.metrics().items() if k.split("{")[0] == family)

    def finish(self, count, seconds=300):
        """Waits until `count` events are durable and everything up to the last one is judged and delivered."""
        wait_for(f"{count} events", lambda: self.alive() and self.total("vedette_events_total") >= count, seconds)
        return self.settle()

    def settle(self):
        def quiet():
            before = self.metrics()
            time.sleep(2.5)
            after = self.metrics()
            names = [n for n in after if n.split("{")[0] in ("vedette_judged_panes_total", "vedette_alerts_total", "vedette_outbox_depth")]
            return before and all(before.get(n) == after[n] for n in names) and after
        return wait_for("quiet", quiet, 120)

    def alive(self):
        assert self.process.poll() is None, f"the daemon ended with {self.process.returncode}: {self.log()[-3000:]}"
        return True

    def stop(self):
        begun = time.monotonic()
        self.process.send_signal(signal.SIGTERM)
        code = self.process.wait(30)
        assert code == 0, f"exit code {code}: {self.log()[-2000:]}"
        assert time.monotonic() - begun < 10, "SIGTERM took longer than 10 s"

    def kill(self):
        self.process.kill()
        self.process.wait()

    def alerts(self):
        """Transitions by their id; repeated ones must be the same but for the time of logging."""
        found = {}
        for line in open(f"{self.folder}/alerts.jsonl"):
            event = json.loads(line)
            event["metadata"].pop("logged_time", None)
            uid = event["metadata"]["uid"]
            assert found.setdefault(uid, event) == event, f"{uid} came twice and differs"
        return found


COUNTERS = ("vedette_events_total", "vedette_rejected_records_total", "vedette_observed_events_total", "vedette_late_events_total",
            "vedette_findings_total", "vedette_alerts_total")


def counters(metrics):
    return {k: v for k, v in metrics.items() if k.split("{")[0] in COUNTERS}


class Place:
    """A temporary folder with a broker in it."""

    def __init__(self, version):
        self.version = version

    def __enter__(self):
        self.folder = tempfile.mkdtemp(prefix="vedette-test-")
        self.broker = Broker(f"{self.folder}/broker", self.version)
        self.daemons = []
        return self

    def daemon(self, name, topic, **options):
        os.makedirs(f"{self.folder}/{name}", exist_ok=True)
        daemon = Daemon(f"{self.folder}/{name}", self.broker, topic, **options)
        self.daemons.append(daemon)
        return daemon

    def __exit__(self, *error):
        for daemon in self.daemons:
            if daemon.process and daemon.process.poll() is None:
                daemon.kill()
        try:
            self.broker.kill()
        except AssertionError:
            pass
        shutil.rmtree(self.folder, ignore_errors=True)
