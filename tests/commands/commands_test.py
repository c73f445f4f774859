"""The commands that work on files, called as a user would call them."""
import json, os, random, subprocess, tempfile, unittest

START = 1772323200000


def write_events(path, first, count, low, seed, version="1"):
    rng = random.Random(seed)
    with open(path, "w") as out:
        for i in range(first, first + count):
            out.write(json.dumps({"schema": "vedette/1", "kind": "inference", "time": START + i * 6000, "model": "scorer", "version": version,
                                  "features": {"age": low + rng.randrange(50), "country": rng.choice(["DE", "FR", "US"])},
                                  "outputs": {"score": round(rng.random(), 4)}}) + "\n")


class Commands(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        self.config("vedette.yaml")
        write_events(self.path("march.jsonl"), 0, 4000, 20, 1)
        write_events(self.path("april.jsonl"), 4000, 2000, 20, 2)
        write_events(self.path("drift.jsonl"), 4000, 4000, 40, 3)

    def path(self, name):
        return os.path.join(self.folder.name, name)

    def config(self, name, extra=""):
        with open(self.path(name), "w") as out:
            out.write(f"store:\n  path: {self.path('state')}\n{extra}")
        return self.path(name)

    def call(self, *arguments, code=0):
        done = subprocess.run([os.environ["VEDETTE"], *arguments], capture_output=True, text=True, timeout=120)
        self.assertEqual(done.returncode, code, f"{arguments}\n{done.stdout}\n{done.stderr}")
        return done.stdout if code == 0 else done.stderr

    def baseline(self, command, *arguments, code=0):
        return self.call("baseline", command, *arguments, "--config", self.path("vedette.yaml"), code=code)

    def test_compare(self):
        strict = self.config("strict.yaml", "detectors_dir: strict\n")
        os.mkdir(self.path("strict"))
        with open(self.path("strict/feature_drift.yaml"), "w") as out:
            out.write("enabled: false\n")
        said = self.call("backtest", "--config", self.path("vedette.yaml"), "--baseline", self.path("march.jsonl"),
                         "--input", self.path("drift.jsonl"), "--compare", strict)
        self.assertRegex(said, r"(?m)^lost .*feature_drift .*age")
        self.assertRegex(said, r"(?m)^feature_drift +1 +0 +0 +0 +1 +0$")
        said = self.call("backtest", "--config", self.path("vedette.yaml"), "--baseline", self.path("march.jsonl"),
                         "--input", self.path("drift.jsonl"), "--compare", self.path("vedette.yaml"))
        self.assertNotRegex(said, r"(?m)^(lost|gained|moved)")
        self.call("backtest", "--config", self.path("vedette.yaml"), "--input", "-", "--compare", strict, code=1)

    def test_secrets(self):
        """Only who uses a secret needs it: systemd shows it to the running service alone."""
        config = self.config("vedette.yaml", "privacy:\n  key_file: gone\ntopics:\n  - topic: events\nsinks:\n  - {name: all, path: alerts.jsonl}\n")
        missing = f"{config}:4: {self.path('gone')} cannot be read: No such file or directory\n"
        self.assertEqual(self.call("check", "--config", config, code=1), missing)
        self.assertEqual(self.call("run", "--config", config, code=2), missing)
        self.assertRegex(self.call("check", "--without-secrets", "--config", config), "good: 1 topics, 1 sinks")
        self.assertRegex(self.baseline("learn", "--input", self.path("march.jsonl"), code=1), "key_file: .*gone: cannot be read")
        with open(self.path("gone"), "w") as out:
            out.write("sixteen bytes and more")
        self.baseline("learn", "--input", self.path("march.jsonl"))
        os.remove(self.path("gone"))
        self.assertRegex(self.baseline("list"), "scorer")
        self.assertRegex(self.baseline("retire", "scorer@1"), "is retired")

    def test_wrong_configuration(self):
        """`run` answers that another try is of no use, whoever notices what is wrong."""
        sound = "topics:\n  - topic: events\nsinks:\n  - {name: all, path: alerts.jsonl}\n"
        for wrong, said in [("bugdet: 1\n" + sound, "did you mean 'budget'"), ("budget: 1\n", "no topics"),
                            ("kafka.properties: {no.such.property: 1}\n" + sound, "No such configuration property")]:
            config = self.config("wrong.yaml", wrong)
            for command, code in [("check", 1), ("run", 2)]:
                self.assertIn(said, self.call(command, "--config", config, code=code))

    def scenario(self, name, text):
        with open(self.path(name), "w") as out:
            out.write(text)

    def run_scenarios(self):
        done = subprocess.run([os.environ["VEDETTE"], "test", self.path("scenarios"), "--config", self.path("vedette.yaml")],
                              capture_output=True, text=True, timeout=120)
        return done.returncode, done.stdout, done.stderr

    def test_scenarios(self):
        os.mkdir(self.path("scenarios"))
        self.scenario("scenarios/older.yaml", """detector: feature_drift
settings: {learn_for: 6h}
streams:
  - {model: scorer, until: 9, every: 6, features: {age: normal 40 10}}
  - {model: scorer, from: 9, until: 12, every: 6, features: {age: normal 50 10}}
alerts:
  - {model: scorer, subject: age, after: 9, before: 10.5}
""")
        self.scenario("scenarios/recorded.yaml", """detector: feature_drift
settings: {learn_for: 6h}
start: 2026-03-01T00:00:00Z
events: ../march.jsonl
alerts: []
""")
        code, said, _ = self.run_scenarios()
        self.assertRegex(said, r"(?s)^passed \S+older.yaml\npassed \S+recorded.yaml\n2 passed, 0 failed\n$")
        self.assertEqual(code, 0)
        self.scenario("scenarios/wrong.yaml", """detector: feature_drift
settings: {learn_for: 6h}
events: ../march.jsonl
alerts:
  - {model: scorer, subject: country}
""")
        code, said, _ = self.run_scenarios()
        self.assertRegex(said, r"failed \S+wrong.yaml: missing: scorer country\n2 passed, 1 failed\n$")
        self.assertEqual(code, 1)
        self.scenario("scenarios/wrong.yaml", "detector: feature_drift\nevnts: ../march.jsonl\nalerts: []\n")
        code, said, complaint = self.run_scenarios()
        self.assertIn("wrong.yaml:2: unknown setting 'evnts' (did you mean 'events'?)", complaint)
        self.assertEqual((code, said), (2, ""))
        self.assertEqual(subprocess.run([os.environ["VEDETTE"], "test", self.path("none"), "--config", self.path("vedette.yaml")],
                                        capture_output=True, timeout=120).returncode, 2)

    def test_tune(self):
        with open(self.path("known.csv"), "w") as out:
            out.write("2026-03-01T06:40:00Z,2026-03-01T13:20:00Z,older people\n")
        said = self.call("tune", "scorer", "--config", self.path("vedette.yaml"), "--baseline", self.path("march.jsonl"),
                         "--input", self.path("drift.jsonl"), "--incidents", self.path("known.csv"))
        rows = [line.split() for line in said.splitlines() if line[:1] == " " and line.strip()[0].isdigit()]
        self.assertEqual(len(rows), 12, said)
        self.assertTrue(all(row[4] == "1" for row in rows), said)
        self.assertRegex(said, r"Proposed: budget: [\d.]+ in vedette.yaml, min_effect: 0.1")
        said = self.call("tune", "scorer", "--config", self.path("vedette.yaml"), "--baseline", self.path("march.jsonl"),
                         "--input", self.path("april.jsonl"))
        self.assertIn("the most sensitive that keeps its budget", said)

    def test_new_version(self):
        write_events(self.path("eight.jsonl"), 4000, 2000, 40, 3, version="8")
        write_events(self.path("same.jsonl"), 4000, 2000, 20, 3, version="8")
        backtest = ("backtest", "--config", self.path("vedette.yaml"), "--baseline", self.path("march.jsonl"), "--detector", "feature_drift")
        said = self.call(*backtest, "--input", self.path("eight.jsonl"), "--alerts", "-")
        alerts = [json.loads(line) for line in said.splitlines() if line.startswith("{")]
        self.assertTrue(alerts, said)
        data = alerts[0]["evidences"][0]["data"]
        self.assertEqual((data["subject"], data["baseline_version"], data["provisional"]), ("age", "1", True))
        self.assertIn("OTHER_VERSION", data["reasons"])
        self.assertEqual({alert["severity"] for alert in alerts}, {"Low"}, "one below the detector's, however strong")
        self.assertIn("; compared with version 1, since version 8 has no baseline of its own yet", alerts[0]["message"])
        self.call(*backtest, "--input", self.path("same.jsonl"), "--alerts", self.path("none.jsonl"))
        self.assertEqual(os.path.getsize(self.path("none.jsonl")), 0)

    def test_baselines(self):
        said = self.baseline("learn", "--input", self.path("march.jsonl"), "--by", "alice")
        self.assertIn("scorer@1 is in force", said)
        said = self.baseline("learn", "--input", self.path("drift.jsonl"), "--candidate")
        self.assertIn("scorer@2 waits", said)
        said = self.baseline("list")
        self.assertRegex(said, r"scorer@1 +active +4000 events .* by alice from \S+march.jsonl sha256 [0-9a-f]{12}")
        self.assertRegex(said, r"scorer@2 +candidate ")
        said = self.baseline("diff", "scorer@1", "scorer@2")
        self.assertRegex(said, r"(?s)feature_drift scorer v1: \d+ events against \d+\n  age .*  1 the same")
        self.assertRegex(self.baseline("show", "scorer@2"), r"(?s)sha256 of its source: [0-9a-f]{64}.*age: numeric")
        self.baseline("promote", "scorer@2")
        said = self.baseline("list")
        self.assertRegex(said, r"scorer@1 +replaced ")
        self.assertRegex(said, r"scorer@2 +active ")
        self.assertNotIn("age ", self.baseline("diff", "scorer@2"))
        self.baseline("retire", "scorer@2")
        self.assertNotRegex(self.baseline("list"), r"(?m)^feature_drift")
        self.assertIn("no version", self.baseline("promote", "scorer@9", code=1))

    def test_imports(self):
        rng = random.Random(4)
        with open(self.path("train.csv"), "w", newline="") as out:
            out.write('age,"home, country",zip,score\r\n')
            for _ in range(2000):
                out.write(f'{rng.gauss(40, 9):.1f},"{rng.choice(["DE", "the ""old"" one"])}",0{rng.randint(1000, 1004)},{rng.random():.3f}\r\n')
        said = self.baseline("import", "--model", "m", "--output", "score", "--input", self.path("train.csv"))
        self.assertIn("m@1 is in force", said)
        said = self.baseline("show", "m@1")
        for part in ('age: numeric', 'home, country: categorical', '01000 ', 'score: numeric'):
            self.assertIn(part, said)
        with open(self.path("statistics.json"), "w") as out:
            json.dump({"features": [{"name": "age", "numerical_statistics": {
                "common": {"num_present": 1500, "num_missing": 500},
                "distribution": {"kll": {"buckets": [{"lower_bound": 0, "upper_bound": 10, "count": 500},
                                                     {"lower_bound": 10, "upper_bound": 20, "count": 1000}]}}}}]}, out)
        self.config("vedette.yaml", "baselines:\n  approval: true\n")
        self.assertIn("s@1 waits", self.baseline("import", "--model", "s", "--input", self.path("statistics.json")))
        self.assertRegex(self.baseline("show", "s@1"), r"age: numeric, no rhythm; null 25 %, new 0 %; quantiles 10 %: 3.*50 %: 12.5")
        for name, text, reason in (("bad.csv", "a,b\n1,2\n3\n", "row 3: 1 values, but 2 columns"),
                                   ("bad.jsonl", '{"a":1}\n[2]\n', "row 2: no JSON object"),
                                   ("nested.jsonl", '{"a":{"b":1}}\n', "'a' is an object"),
                                   ("bad.json", "{}", "no statistics"), ("bad.txt", "", "want .csv")):
            with open(self.path(name), "w") as out:
                out.write(text)
            self.assertIn(reason, self.baseline("import", "--model", "m", "--input", self.path(name), code=1))
        self.assertEqual([f for f in os.listdir(self.path("state")) if f.startswith("import")], [])


if __name__ == "__main__":
    unittest.main()
