#!/usr/bin/env python3
"""Public recordings as native events, to see the daemon at work on data that nobody made for it.

Usage: recorded_streams.py KIND FILE [--start RFC3339] [--step SECONDS] [--stretch FACTOR] > events.jsonl
KIND: `electricity` (Elec2: period, prices and demands of two states, transfer; is the price going up),
      `weather` (NOAA, Offutt: eight daily readings; did it rain),
      `llm` (Azure LLM inference trace 2023: arrival, prompt tokens, answer tokens).
Rows of the first two have no time of their own: one comes every STEP seconds. The model's answer is
"as last time", which is what a person would first compare with.
"""
import argparse, csv, datetime, gzip, json, sys

COLUMNS = {
    "electricity": ["period", "nsw_price", "nsw_demand", "vic_price", "vic_demand", "transfer"],
    "weather": ["temperature", "dew_point", "sea_level_pressure", "visibility", "wind_speed", "max_wind_speed", "max_temperature", "min_temperature"],
}


def rows(path):
    with gzip.open(path, "rt") as file:
        yield from csv.DictReader(file)


def classified(kind, path, start, step):
    last = "0"
    for number, row in enumerate(rows(path)):
        values = list(row.values())
        yield {"time": start + int(number * step * 1000), "id": f"{kind}-{number}", "model": kind, "version": "1",
               "principal": "scheduler", "tenant": "recorded",
               "features": dict(zip(COLUMNS[kind], map(float, values))), "outputs": {"label": last}, "status": 200}
        last = values[-1]


def requests(path, start, stretch):
    first = None
    for number, row in enumerate(rows(path)):
        seconds = datetime.datetime.fromisoformat(row["TIMESTAMP"][:26]).timestamp()
        first = seconds if first is None else first
        yield {"time": start + int((seconds - first) * stretch * 1000), "id": f"llm-{number}", "model": "llm", "version": "1",
               "principal": "conversations", "tenant": "recorded",
               "features": {"prompt_tokens": int(row["ContextTokens"])}, "outputs": {"value": int(row["GeneratedTokens"])}, "status": 200}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("kind", choices=[*COLUMNS, "llm"])
    parser.add_argument("file")
    parser.add_argument("--start", default="2026-01-05T00:00:00+00:00")
    parser.add_argument("--step", type=float, default=60)
    parser.add_argument("--stretch", type=float, default=1)
    a = parser.parse_args()
    start = int(datetime.datetime.fromisoformat(a.start).timestamp() * 1000)
    events = requests(a.file, start, a.stretch) if a.kind == "llm" else classified(a.kind, a.file, start, a.step)
    for event in events:
        sys.stdout.write(json.dumps({"schema": "vedette/1", "kind": "inference", **event}) + "\n")


if __name__ == "__main__":
    main()
