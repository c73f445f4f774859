"""count_tests.py REPORT CTEST_STATUS RESULT: the result of a ctest run, from its JUnit report,
as a last line and in the file RESULT.

A test that could not be started counts as failed, one that skipped itself as neither. When
ctest failed without naming a test (no report, no tests), that is one failure.
"""

import sys
import xml.etree.ElementTree as xml


def outcome(case):
    skipped = case.find("skipped")
    if case.get("status") == "run":
        return "passed"
    if skipped is not None and skipped.get("message", "").startswith("SKIP_"):
        return "skipped"
    return "skipped" if case.get("status") == "disabled" else "failed"


def main():
    report, status, result = sys.argv[1], int(sys.argv[2]), sys.argv[3]
    names = {"passed": [], "skipped": [], "failed": []}
    try:
        for case in xml.parse(report).getroot().iter("testcase"):
            names[outcome(case)].append(case.get("name"))
    except (OSError, xml.ParseError) as error:
        print(f"no result from ctest: {error}")
        status = status or 1
    failed = len(names["failed"]) or (1 if status else 0)
    for kind in ("skipped", "failed"):
        for name in names[kind]:
            print(f"{kind}: {name}")
    line = f"{len(names['passed'])} passed, {failed} failed"
    with open(result, "w", encoding="utf-8") as file:
        file.write(line + "\n")
    print(line, flush=True)
    return 1 if failed else 0


sys.exit(main())
