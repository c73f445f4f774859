#!/usr/bin/env python3
"""Integration tests on a real Apache Kafka broker.  cases.py CASE [KAFKA_VERSION]; `cases.py list` names them.

Exit code 0 passed, 77 skipped (with the reason), anything else failed.
"""
import json, os, random, re, signal, socket, socketserver, subprocess, sys, threading, time

from harness import LOAD, ROOT, VEDETTE, Place, counters, wait_for

SEED = int(os.environ.get("SEED", "20261"))
TOPIC = "events"
DRIFTING = dict(partitions=4, models=20, span_hours=12, drift_at=0.6)


class Skipped(Exception):
    pass


def created(alerts, detector=None):
    return [a for a in alerts.values() if a["activity_id"] == 1 and (detector is None or a["finding_info"]["analytic"]["uid"] == detector)]


def subjects(alerts):
    return {(a["resources"][0]["name"], a["evidences"][0]["data"]["subject"]) for a in created(alerts, "feature_drift")}


def recorded(place, topic, path):
    """The topic's records in order of time, as a file for `backtest`."""
    lines = place.broker.read(topic)
    lines.sort(key=lambda line: json.loads(line)["time"])
    with open(path, "w") as out:
        out.writelines(line + "\n" for line in lines)


def backtest_ids(place, daemon, path):
    done = subprocess.run([VEDETTE, "backtest", "--config", f"{daemon.folder}/vedette.yaml", "--input", path, "--alerts", "-"], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return {json.loads(line)["metadata"]["uid"] for line in done.stdout.splitlines()}


def million(place):
    """1 M events over 4 partitions: exact counts, the drift is found, ids as in backtest, alerts on the topic."""
    place.broker.load(TOPIC, 1000000, **DRIFTING)
    place.broker.create("alerts")
    sinks = "  - name: topic\n    type: kafka\n    topic: alerts\n"
    daemon = place.daemon("million", TOPIC, sinks=sinks).start()
    metrics = daemon.finish(1000000)
    daemon.stop()
    assert sum(v for k, v in metrics.items() if k.startswith("vedette_events_total")) == 1000000
    on_topic = {json.loads(line)["metadata"]["uid"] for line in place.broker.read("alerts")}
    in_file = daemon.alerts()
    assert ("model-0", "f0") in subjects(in_file), subjects(in_file)
    assert on_topic == set(in_file), "the topic and the file hold different alerts"
    recorded(place, TOPIC, f"{place.folder}/recorded.jsonl")
    assert backtest_ids(place, daemon, f"{place.folder}/recorded.jsonl") == on_topic, "backtest gives other ids"


def same_alerts(one, other):
    one, other = one.alerts(), other.alerts()
    apart = sorted((alert["time"], "first" if uid in one else "second", alert["finding_info"]["analytic"]["uid"], alert["activity_name"], alert["message"])
                   for uid, alert in {**one, **other}.items() if (uid in one) != (uid in other))
    assert not apart, f"other alerts: {apart}"


def kills(place, times=20):
    """SIGKILL at random points: the same alerts and counters as an uninterrupted run."""
    count = 400000
    place.broker.load(TOPIC, count, **DRIFTING)
    calm = place.daemon("calm", TOPIC).start()
    expected = counters(calm.finish(count))
    calm.stop()
    chance = random.Random(SEED)
    print("seed", SEED)
    shaken = place.daemon("shaken", TOPIC)
    for _ in range(times):
        shaken.start()
        time.sleep(chance.uniform(0.3, 1.6))
        shaken.kill()
    shaken.start()
    found = counters(shaken.finish(count))
    shaken.stop()
    same_alerts(calm, shaken)
    assert shaken.alerts() == calm.alerts(), "other content"
    assert calm.alerts(), "nothing was found, so nothing was compared"
    assert found == expected, {k: (v, found.get(k)) for k, v in expected.items() if found.get(k) != v}


def broker_restart(place):
    """The broker is killed and comes back: the daemon stays, says so, and goes on."""
    place.broker.load(TOPIC, 200000, **DRIFTING)
    daemon = place.daemon("patient", TOPIC).start()
    wait_for("first events", lambda: daemon.total("vedette_events_total") > 0)
    place.broker.kill()
    wait_for("not ready", lambda: "broker_unreachable" in daemon.get("/readyz"), 60)
    place.broker.start_again()
    place.broker.load(TOPIC, 50000, create=0, seed=2, start_ms=1772323200000 + 12 * 3600000, span_hours=1)
    daemon.finish(250000)
    wait_for("ready again", lambda: json.loads(daemon.get("/readyz") or "{}").get("ok") or '"ready":true' in daemon.get("/readyz"), 60)
    daemon.stop()


def poison(place):
    """10 % malformed records: the same alerts as without them, every dead letter there once."""
    count = 200000
    place.broker.load("clean", count, **DRIFTING)
    place.broker.load("dirty", count, poison=0.1, **DRIFTING)
    clean = place.daemon("clean", "clean").start()
    clean.finish(count)
    clean.stop()
    place.broker.create("dead")
    dirty = place.daemon("dirty", "dirty", extra="dead_letter:\n  topic: dead\n").start()
    metrics = dirty.finish(count)
    dirty.stop()
    rejected = sum(v for k, v in metrics.items() if k.startswith("vedette_rejected_records_total"))
    dead = place.broker.read("dead", "%h\\n")
    assert len(dead) == rejected > 0.05 * count, (len(dead), rejected)
    assert len(set(dead)) == len(dead), "a dead letter came twice"
    same_alerts(clean, dirty)


def baseline(daemon, *arguments):
    done = subprocess.run([VEDETTE, "baseline", *arguments, "--config", f"{daemon.folder}/vedette.yaml"], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout


def approval(place):
    """What was learned live waits, judges nothing, and does once it is approved."""
    drifting = dict(models=1, create=0, span_hours=6, drift_at=0.4)
    place.broker.load(TOPIC, 60000, partitions=4, models=1, span_hours=6)
    place.broker.load(TOPIC, 60000, seed=2, start_ms=1772323200000 + 6 * 3600000, **drifting)
    daemon = place.daemon("approval", TOPIC, extra="baselines:\n  approval: true\n").start()
    metrics = daemon.finish(120000)
    daemon.stop()
    assert metrics['vedette_waiting_baselines{detector="feature_drift"}'] == 1, metrics
    assert not created(daemon.alerts(), "feature_drift"), "judged before it was approved"
    assert " waiting " in baseline(daemon, "list"), baseline(daemon, "list")
    assert "model-0@1 is in force" in baseline(daemon, "promote", "model-0", "--by", "alice")
    listed = baseline(daemon, "list")
    assert " waiting " not in listed and "by alice from live events" in listed, listed
    place.broker.load(TOPIC, 60000, seed=3, start_ms=1772323200000 + 12 * 3600000, **drifting)
    daemon.start().finish(180000)
    daemon.stop()
    assert ("model-0", "f0") in subjects(daemon.alerts()), subjects(daemon.alerts())


def demo(_place):
    """`vedette demo`, with a broker of its own: all that was injected is found, and nothing else fires."""
    done = subprocess.run([VEDETTE, "demo", "--seconds", "20"], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-2000:]
    rows = re.findall(r"(?m)^.{44} \S+ +\S+ +(yes|NO)$", done.stdout)
    assert len(rows) >= 5 and set(rows) == {"yes"}, done.stdout[-3000:]
    assert "alerts that nothing explains: 0\n" in done.stdout, done.stdout[-3000:]


def reload(place):
    """SIGHUP under load: a valid change is taken up, one that is invalid or cannot start leaves the old one running; nothing is lost."""
    count = 300000
    place.broker.load(TOPIC, count, **DRIFTING)
    daemon = place.daemon("reloaded", TOPIC).start()
    wait_for("first events", lambda: daemon.total("vedette_events_total") > 0)
    daemon.write("vedette.yaml", daemon.base + "bugdet: 2\n")
    daemon.process.send_signal(signal.SIGHUP)
    wait_for("the refusal", lambda: "did you mean 'budget'" in daemon.log())
    daemon.alive()
    daemon.write("vedette.yaml", daemon.base.replace("  group:", "  properties: {no.such.property: 1}\n  group:"))
    daemon.process.send_signal(signal.SIGHUP)
    wait_for("the refusal by a component", lambda: "No such configuration property" in daemon.log())
    daemon.alive()
    with socket.create_server(("127.0.0.1", 0)) as taken:
        daemon.write("vedette.yaml", daemon.base.replace("127.0.0.1:0", f"127.0.0.1:{taken.getsockname()[1]}"))
        daemon.process.send_signal(signal.SIGHUP)
        wait_for("the way back", lambda: "going back to the old one" in daemon.log() and daemon.log().count(" running ") >= 2)
    daemon.alive()
    daemon.write("vedette.yaml", daemon.base + "budget: 2\n")
    daemon.process.send_signal(signal.SIGHUP)
    wait_for("the next generation", lambda: daemon.log().count(" running ") >= 3)
    metrics = daemon.finish(count)
    assert sum(v for k, v in metrics.items() if k.startswith("vedette_events_total")) == count
    daemon.stop()


def full_disk(place):
    """The state's disk is full for a while: nothing is lost, the daemon recovers by itself."""
    count = 200000
    mount = f"{place.folder}/disk"
    os.makedirs(mount)
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=192m", "tmpfs", mount], capture_output=True).returncode != 0:
        raise Skipped("mounting a tmpfs is not permitted here")
    try:
        place.broker.load(TOPIC, count, **DRIFTING)
        reference = place.daemon("reference", TOPIC).start()
        expected = counters(reference.finish(count))
        reference.stop()
        daemon = place.daemon("cramped", TOPIC, state=f"{mount}/state").start()
        wait_for("first events", lambda: daemon.total("vedette_events_total") > 0)
        subprocess.run(["dd", "if=/dev/zero", f"of={mount}/ballast", "bs=64k"], capture_output=True)
        wait_for("a failed commit", lambda: daemon.alive() and "cannot commit" in daemon.log(), 60)
        os.remove(f"{mount}/ballast")
        assert counters(daemon.finish(count)) == expected
        daemon.stop()
        assert set(daemon.alerts()) == set(reference.alerts())
    finally:
        subprocess.run(["umount", "-l", mount], check=False)


class SyslogReceiver(socketserver.ThreadingTCPServer):
    """Takes octet-counted syslog messages (RFC 6587) and keeps them."""
    allow_reuse_address = True
    daemon_threads = True

    def __init__(self):
        self.messages = []
        receiver = self

        class Connection(socketserver.StreamRequestHandler):
            def handle(self):
                while True:
                    size = b""
                    while (byte := self.rfile.read(1)) and byte != b" ":
                        size += byte
                    if not byte:
                        return
                    receiver.messages.append(self.rfile.read(int(size)).decode())

        super().__init__(("127.0.0.1", 0), Connection)
        threading.Thread(target=self.serve_forever, daemon=True).start()


def sinks(place):
    """A syslog receiver gets every alert while another sink is down the whole time."""
    count = 200000
    place.broker.load(TOPIC, count, **DRIFTING)
    receiver = SyslogReceiver()
    text = (f"  - name: siem\n    type: syslog\n    address: 127.0.0.1:{receiver.server_address[1]}\n    transport: tcp\n"
            "  - name: dead\n    type: syslog\n    address: 127.0.0.1:9\n    transport: tcp\n")
    daemon = place.daemon("sinks", TOPIC, sinks=text).start()
    daemon.finish(count)
    alerts = daemon.alerts()
    wait_for("all alerts at the receiver", lambda: len(receiver.messages) >= len(alerts))
    metrics = daemon.metrics()
    daemon.stop()
    receiver.shutdown()
    for uid in alerts:
        assert any(uid in message for message in receiver.messages), uid
    assert alerts and metrics['vedette_outbox_depth{sink="dead"}'] == len(alerts), metrics
    assert all(message.startswith("<") and ">1 " in message for message in receiver.messages)


def contract(place):
    """The contract of the Kafka consumer and of secured connections, on the real broker."""
    program = os.environ.get("CONTRACT", "")
    if not os.access(program, os.X_OK):
        raise Skipped("CONTRACT names no built program of the contract tests")
    allowed = {**os.environ, "VEDETTE_TEST_KAFKA": place.broker.address, "VEDETTE_TEST_KAFKA_DIR": place.broker.folder,
               "KAFKA_VERSION": place.broker.version}
    done = subprocess.run([program, "--gtest_filter=*/broker*:KafkaSecurity*", "--gtest_brief=1"], capture_output=True, text=True, env=allowed)
    print(done.stdout[-4000:])
    assert done.returncode == 0, done.stderr[-2000:]
    assert "SKIPPED" not in done.stdout, "tests were skipped although there is a broker"


def recorded_market(place):
    """The Elec2 recording with the shipped configuration: the day on which another state joined the market is told."""
    data = os.environ.get("VEDETTE_DATA", "")
    recording = f"{data}/drift/elec.csv.gz"
    if not os.path.exists(recording):
        raise Skipped("set VEDETTE_DATA to a folder with drift/elec.csv.gz (Elec2)")
    place.broker.create(TOPIC)
    events = f"{place.folder}/events.jsonl"
    with open(events, "w") as out:
        subprocess.run([sys.executable, f"{ROOT}/tests/support/recorded_streams.py", "electricity", recording], stdout=out, check=True)
    subprocess.run(["kcat", "-P", "-b", place.broker.address, "-t", TOPIC, "-p", "0", "-l", events], check=True)
    daemon = place.daemon("market", TOPIC, learn="7d").start()
    daemon.finish(45312)
    alerts = daemon.alerts()
    daemon.stop()
    joined = 1767571200000 + 17424 * 60000  # The row from which the other state's columns move.
    told = [a for a in created(alerts, "feature_drift") if joined <= a["time"] <= joined + 2 * 3600000]
    assert told and "vic_price" in told[0]["evidences"][0]["data"]["subjects"], [a["message"] for a in created(alerts)]
    assert len(created(alerts, "feature_drift")) <= 4, [a["message"] for a in created(alerts)]


CASES = {"million": million, "kills": kills, "broker_restart": broker_restart, "poison": poison, "reload": reload, "full_disk": full_disk, "sinks": sinks,
         "contract": contract, "recorded_market": recorded_market, "approval": approval, "demo": demo,
         "soak": lambda place: kills(place, 100)}


def main():
    if len(sys.argv) < 2 or sys.argv[1] == "list":
        print("\n".join(CASES))
        return 0
    for needed in (VEDETTE, LOAD):
        if not os.access(needed, os.X_OK):
            print(f"{needed} is not built")
            return 1
    version = sys.argv[2] if len(sys.argv) > 2 else "3.9.1"
    try:
        with Place(version) as place:
            CASES[sys.argv[1]](place)
    except Skipped as reason:
        print(f"skipped: {reason}")
        return 77
    print(f"{sys.argv[1]} on Kafka {version}: passed")
    return 0


if __name__ == "__main__":
    sys.exit(main())
