#!/usr/bin/env python3
"""layering.py ROOT RULE: prints every break of the rule as `file:line: what`; fails if there is any."""
import pathlib
import re
import sys

import tables

CODE = (".h", ".cc")
TREES = ("include", "src", "detectors", "tests")
STRIP = re.compile(r'//[^\n]*|/\*.*?\*/|R"(\w*)\(.*?\)\1"|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])\'', re.S)
INCLUDE = re.compile(r'^#include ([<"])([^>"]+)[>"]')
CONTROL = re.compile(r"^(?:if|for|while|switch|else|do|return|namespace|class|struct|enum|union|extern|catch|try|case)\b")


class Checkout:
    """The files under one root and what was found in them."""

    def __init__(self, root):
        self.root = pathlib.Path(root)
        self.found = []

    def files(self, *suffixes, trees=TREES):
        for tree in trees:
            for path in sorted((self.root / tree).rglob("*")):
                if path.is_file() and path.suffix in suffixes:
                    yield path.relative_to(self.root).as_posix(), path.read_text(encoding="utf-8", errors="replace")

    def fail(self, file, line, what):
        self.found.append(f"{file}:{line}: {what}")


def code_only(text):
    """The text with comments and literals blanked, line by line as before."""
    return STRIP.sub(lambda m: re.sub(r"[^\n]", " ", m.group(0)), text)


def row_of(table, file):
    matches = [prefix for prefix in table if file.startswith(prefix + "/")]
    return max(matches, key=len) if matches else None


def includes(text):
    for number, line in enumerate(text.splitlines(), 1):
        match = INCLUDE.match(line)
        if match:
            yield number, match.group(1) == '"', match.group(2)


def folders(checkout):
    """Which folder includes which."""
    for file, text in checkout.files(*CODE):
        folder = row_of(tables.INCLUDES, file)
        if folder is None:
            checkout.fail(file, 1, "the folder has no row in INCLUDES")
            continue
        for number, own, header in includes(text):
            if own and not any(header.startswith(prefix) for prefix in tables.INCLUDES[folder]):
                checkout.fail(file, number, f"{folder} may not include {header}")


def libraries(checkout):
    """Whose headers appear where."""
    for file, text in checkout.files(*CODE):
        for number, own, header in includes(text):
            rows = [row for row in tables.LIBRARIES if header == row or (row.endswith("/") and header.startswith(row))]
            if own or (not rows and "/" not in header and not header.endswith(".h")):
                continue
            if not rows and not file.startswith("tests/") and ("/" in header):
                checkout.fail(file, number, f"<{header}> has no row in LIBRARIES")
            for row in rows:
                if not any(file.startswith(place) for place in tables.LIBRARIES[row]):
                    checkout.fail(file, number, f"<{header}> may not appear here")


def words(checkout):
    """Words that need a reason."""
    patterns = [(re.compile(word), places) for word, places in tables.WORDS.items()]
    for file, text in checkout.files(*CODE):
        for number, line in enumerate(code_only(text).splitlines(), 1):
            for pattern, places in patterns:
                match = pattern.search(line)
                if match and not any(file.startswith(place) for place in places):
                    checkout.fail(file, number, f"'{match.group(0).strip()}' may not appear here")


def functions(text):
    """(line, length) of each function body, by its braces: layout is clang-format's."""
    stack, head, head_line = [], "", 1
    for number, line in enumerate(code_only(text).splitlines(), 1):
        if line.lstrip().startswith("#"):
            continue
        for char in line:
            if char == "{":
                signature = head.strip()
                is_function = re.search(r"\)(?: const| noexcept| override| final|\s|&|->.*|:.*)*$", signature, re.S) and not CONTROL.match(signature)
                stack.append(head_line if is_function else None)
                head = ""
            elif char == "}":
                start = stack.pop() if stack else None
                if start is not None:
                    yield start, number - start + 1
                head = ""
            elif char == ";":
                head = ""
            else:
                if not head.strip() and not char.isspace():
                    head_line = number
                head += char
        head += "\n"


def sizes(checkout):
    """Files, headers and functions that are too long."""
    for file, text in checkout.files(*CODE):
        lines = text.count("\n")
        limit = tables.HEADER_LINES if file.endswith(".h") and not file.startswith("tests/") else tables.FILE_LINES
        limit = tables.DETECTOR_LINES if file.startswith("detectors/") else limit
        if lines > limit:
            checkout.fail(file, lines, f"{lines} lines; at most {limit}")
        for start, length in functions(text):
            if length > tables.FUNCTION_LINES and not file.startswith("tests/"):
                checkout.fail(file, start, f"a function of {length} lines; at most {tables.FUNCTION_LINES}")


def readmes(checkout):
    """Every folder says what it is."""
    wanted = {pathlib.PurePosixPath(file).parent.as_posix() for file, _ in checkout.files(*CODE, trees=("src",))}
    wanted |= {path.relative_to(checkout.root).as_posix() for path in (checkout.root / "tests").iterdir() if path.is_dir() and any(path.iterdir())}
    wanted |= {folder for folder in tables.README_FOLDERS if (checkout.root / folder).is_dir()}
    low, high = tables.README_LINES
    for folder in sorted(folder for folder in wanted if "__pycache__" not in folder):
        readme = checkout.root / folder / "README.md"
        lines = readme.read_text().count("\n") if readme.is_file() else 0
        if not low <= lines <= high:
            checkout.fail(f"{folder}/README.md", 1, f"{lines} lines; {low} to {high} are expected")


def headers(checkout):
    """#pragma once, and own header first, so that each header is compiled alone."""
    for file, text in checkout.files(*CODE):
        if file.endswith(".h") and "#pragma once" not in text:
            checkout.fail(file, 1, "#pragma once is missing")
        own = file[:-3] + ".h"
        listed = [header for _, quoted, header in includes(text) if quoted]
        is_own = [header for header in listed if own.endswith("/" + header)]
        if file.endswith(".cc") and is_own and listed[0] != is_own[0]:
            checkout.fail(file, 1, f"{is_own[0]} must be included first")


def names(checkout):
    """Types and files whose name says nothing."""
    empty = "|".join(tables.EMPTY_NAMES)
    declared = re.compile(rf"\b(?:class|struct|enum class|using)\s+((?:[A-Z]\w*)?(?:{empty})(?![a-z])\w*)\s*(?:final\s*)?[:={{]")
    file_name = re.compile(rf"(?:^|_)(?:{empty.lower()})(?:_|$)")
    for file, text in checkout.files(*CODE):
        stem = pathlib.PurePosixPath(file).stem
        if stem not in tables.TERMS and file_name.search(stem):
            checkout.fail(file, 1, "the file's name says nothing")
        for number, line in enumerate(code_only(text).splitlines(), 1):
            match = declared.search(line)
            if match:
                checkout.fail(file, number, f"the name {match.group(1)} says nothing")


def prose(checkout):
    """What documents and comments must not say."""
    patterns = [(re.compile(pattern), why) for pattern, why in tables.PROSE.items()]
    suffixes = CODE + (".md", ".yaml", ".txt", ".py", ".cmake", ".service")
    trees = TREES + ("docs", "config", "cmake", "scripts", "systemd")
    texts = list(checkout.files(*suffixes, trees=trees))
    texts += [(path.name, path.read_text()) for path in checkout.root.glob("*.md")]
    for file, text in texts:
        if any(file.startswith(exempt) for exempt in tables.PROSE_EXEMPT):
            continue
        for number, line in enumerate(text.splitlines(), 1):
            for pattern, why in patterns:
                match = pattern.search(line)
                if match:
                    checkout.fail(file, number, f"'{match.group(0)}': {why}")


def detectors(checkout):
    """A detector begins with its headings, in order."""
    for file, text in checkout.files(".cc", trees=("detectors",)):
        comment = text.split("#include", 1)[0]
        places = [comment.find("// " + heading) for heading in tables.DETECTOR_HEADINGS]
        if -1 in places or places != sorted(places):
            checkout.fail(file, 1, "the comment on top needs " + ", ".join(tables.DETECTOR_HEADINGS))


RULES = {rule.__name__: rule for rule in (folders, libraries, words, sizes, readmes, headers, names, prose, detectors)}


def main():
    if len(sys.argv) != 3 or sys.argv[2] not in RULES:
        sys.exit(f"usage: layering.py ROOT {'|'.join(RULES)}")
    checkout = Checkout(sys.argv[1])
    RULES[sys.argv[2]](checkout)
    print("\n".join(checkout.found) or "good")
    sys.exit(1 if checkout.found else 0)


if __name__ == "__main__":
    main()
