#!/usr/bin/env python3
"""quality.py VEDETTE DATA SCORERS [--keep DIR] [--jobs N]: how well the series engine finds labelled anomalies.

Runs `vedette backtest --scores` with its default settings over every series of DATA/nab (Numenta Anomaly Benchmark) and
DATA/kpi/aiops, DATA/kpi/wsd (labelled KPI curves), one run each, as metric samples, and scores the CSV files with
SCORERS/nab_score.py (column `incident`) and SCORERS/kpi_score.py (`onset` for F1, `score` for AUPRC). Prints one table.
"""
import argparse
import concurrent.futures
import csv
import datetime
import gzip
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile

UTC = datetime.timezone.utc
MINUTE = 60_000


def milliseconds(text):
    return int(datetime.datetime.fromisoformat(text.strip()).replace(tzinfo=UTC).timestamp() * 1000)


def nab_series(folder):
    """(name, [(milliseconds, value)]) of each file; names as in the labels."""
    for path in sorted((folder / "data").rglob("*.csv")):
        with open(path, newline="") as file:
            rows = [(milliseconds(row["timestamp"]), row["value"]) for row in csv.DictReader(file)]
        yield path.relative_to(folder / "data").as_posix(), rows


def kpi_series(folder):
    for path in sorted(folder.glob("*.csv.gz")):
        with gzip.open(path, "rt") as file:
            about = dict(word.split("=", 1) for word in file.readline()[1:].split())
            columns = file.readline().strip().split(",")
            rows = [dict(zip(columns, line.strip().split(","))) for line in file if line.strip()]
        start, step = int(about["t0"]) * 1000, int(about["interval"]) * 1000
        yield path.name.removesuffix(".csv.gz"), [
            (int(row["timestamp"]) * 1000 if about["irregular"] == "1" else start + i * step, row["value"]) for i, row in enumerate(rows)]


def write_events(name, rows, path):
    labels = json.dumps({"curve": name})
    with open(path, "w") as file:
        for i, (time, value) in enumerate(rows):
            number = json.dumps(float(value)) if value not in ("", "nan", "NaN") else "null"
            file.write(f'{{"schema":"vedette/1","kind":"metric","id":"{i}","time":{time},"name":"curve","labels":{labels},"value":{number}}}\n')


def lines_by_row(rows, path):
    """The CSV's line for each row: of several samples in a minute the last one has it, late ones have none."""
    row_of, latest = {}, None
    for i, (time, _) in enumerate(rows):
        if latest is None or time >= latest:
            row_of[time - time % MINUTE] = i
            latest = time
    lines = [{} for _ in rows]
    with open(path, newline="") as file:
        for line in csv.DictReader(file):
            lines[row_of[milliseconds(line["time"].rstrip("Z"))]] = line
    return lines


class Bench:
    def __init__(self, arguments, place):
        self.vedette = os.path.abspath(arguments.vedette)
        self.scorers = pathlib.Path(arguments.scorers)
        self.place = place
        self.config = place / "vedette.yaml"
        self.config.write_text(f"store:\n  path: {place}/state\n")

    def backtest(self, name, rows):
        folder = pathlib.Path(tempfile.mkdtemp(dir=self.place))
        write_events(name, rows, folder / "events.jsonl")
        done = subprocess.run([self.vedette, "backtest", "--config", self.config, "--detector", "metric_anomaly", "--input", folder / "events.jsonl", "--scores", folder / "scores"],
                              capture_output=True, text=True)
        if done.returncode != 0:
            sys.exit(f"{name}: {done.stderr}")
        files = list((folder / "scores").iterdir())
        if len(files) != 1:
            sys.exit(f"{name}: {len(files)} series instead of one")
        lines = lines_by_row(rows, files[0])
        subprocess.run(["rm", "-r", folder], check=True)
        return lines

    def run_nab(self, name, rows):
        category, file = os.path.split(name)
        out = self.place / "nab" / "vedette" / category
        out.mkdir(parents=True, exist_ok=True)
        with open(out / f"vedette_{file}", "w") as result:
            result.write("timestamp,value,anomaly_score\n")
            for (time, value), line in zip(rows, self.backtest(name, rows)):
                stamp = datetime.datetime.fromtimestamp(time / 1000, UTC).strftime("%Y-%m-%d %H:%M:%S")
                result.write(f"{stamp},{value},{line.get('incident') or 0}\n")

    def run_kpi(self, kind, name, rows):
        out = self.place / kind
        out.mkdir(exist_ok=True)
        with open(out / f"{name}.csv", "w") as result:
            result.write("score,onset\n")
            for line in self.backtest(name, rows):
                result.write(f"{line.get('score', '')},{line.get('onset', '')}\n")

    def score(self, scorer, *arguments):
        done = subprocess.run([sys.executable, self.scorers / scorer, *map(str, arguments)], capture_output=True, text=True)
        if done.returncode != 0:
            sys.exit(done.stderr)
        return done.stdout


def report(bench, data):
    print(f"{'set':8s} {'measure':34s} {'found':>8s}")
    has_nab = (bench.place / "nab").is_dir()
    text = bench.score("nab_score.py", data / "nab", bench.place / "nab" / "vedette") if has_nab else ""
    for profile, score, threshold in re.findall(r"vedette +(\w+) +score= *([\d.-]+) threshold=([\d.e-]+)", text):
        print(f"{'NAB':8s} {profile + ', at ' + threshold:34s} {float(score):8.2f}")
    for kind in ("aiops", "wsd"):
        if not (bench.place / kind).is_dir():
            continue
        onset = bench.score("kpi_score.py", data / "kpi" / kind, bench.place / kind, "--column", "onset", "--threshold", 1.65)
        odd = bench.score("kpi_score.py", data / "kpi" / kind, bench.place / kind, "--column", "score")
        for measure, pattern, source in (("k7 F1, best threshold", r"global k7 F1 ([\d.]+)", onset), ("k7 F1, threshold 1.65", r"at threshold 1.65: k7 F1 ([\d.]+)", onset),
                                         ("mean AUPRC", r"mean AUPRC ([\d.]+)", odd)):
            print(f"{kind.upper():8s} {measure:34s} {float(re.search(pattern, source).group(1)):8.4f}")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("vedette")
    parser.add_argument("data", type=pathlib.Path)
    parser.add_argument("scorers")
    parser.add_argument("--keep", type=pathlib.Path, help="folder for the scored files")
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    parser.add_argument("--only", choices=["nab", "aiops", "wsd"], help="one set alone")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        place = arguments.keep or pathlib.Path(temporary)
        place.mkdir(parents=True, exist_ok=True)
        bench = Bench(arguments, place.resolve())
        with concurrent.futures.ThreadPoolExecutor(arguments.jobs) as pool:
            jobs = []
            if arguments.only in (None, "nab"):
                jobs += [pool.submit(bench.run_nab, name, rows) for name, rows in nab_series(arguments.data / "nab")]
            for kind in ("aiops", "wsd"):
                if arguments.only in (None, kind):
                    jobs += [pool.submit(bench.run_kpi, kind, name, rows) for name, rows in kpi_series(arguments.data / "kpi" / kind)]
            for job in jobs:
                job.result()
        report(bench, arguments.data)


if __name__ == "__main__":
    main()
