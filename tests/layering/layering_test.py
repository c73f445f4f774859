#!/usr/bin/env python3
"""Each rule finds the break that it is for, and nothing in a tree without one."""
import pathlib
import tempfile
import unittest

import layering

GOOD = {
    "src/core/pane.h": "#pragma once\n\n#include <string>\n\nnamespace vedette {\nint pane(std::string name);\n}\n",
    "src/core/pane.cc": '#include "core/pane.h"\n\nint pane(std::string) {\n  return 1;  // a new throw\n}\n',
    "src/core/README.md": "# core\n" * 6,
    "detectors/drift.cc": "// Detects: a\n// Reads: b\n// State per key: c\n// Blind to: d\n// Source: e\n#include <Eigen/Dense>\n",
    "detectors/README.md": "# detectors\n" * 6,
    "tests/README.md": "",
}
BREAKS = {
    "folders": ("src/core/x.cc", '#include "pipeline/worker.h"\n'),
    "libraries": ("src/core/x.cc", "#include <yaml-cpp/yaml.h>\n"),
    "words": ("src/core/x.cc", "int* x = new int;\n"),
    "sizes": ("src/core/x.cc", "int x() {\n" + "  y();\n" * 90 + "}\n"),
    "readmes": ("src/sinks/x.cc", "int x;\n"),
    "headers": ("src/core/x.h", "int x();\n"),
    "names": ("src/core/x.cc", "class PaneManager {};\n"),
    "prose": ("src/core/x.cc", "// TODO later\n"),
    "detectors": ("detectors/x.cc", "// Detects: a\n#include <string>\n"),
}


def found(rule, files):
    with tempfile.TemporaryDirectory() as root:
        for name, text in files.items():
            path = pathlib.Path(root) / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        checkout = layering.Checkout(root)
        layering.RULES[rule](checkout)
        return checkout.found


class Layering(unittest.TestCase):
    def test_a_good_tree_breaks_no_rule(self):
        for rule in layering.RULES:
            self.assertEqual(found(rule, GOOD), [], rule)

    def test_each_rule_finds_its_break(self):
        self.assertEqual(set(BREAKS), set(layering.RULES))
        for rule, (name, text) in BREAKS.items():
            self.assertEqual(len(found(rule, GOOD | {name: text})), 1, rule)

    def test_words_in_comments_and_texts_do_not_count(self):
        code = '// throw new\nconst char* x = "std::regex";\n/* getenv\n goto */\n'
        self.assertEqual(found("words", GOOD | {"src/core/x.cc": code}), [])

    def test_every_word_of_the_table_is_found(self):
        for word in ("auto t = std::chrono::system_clock::now();", "throw 1;", "getenv(name);", "std::regex r;",
                     "std::shared_ptr<int> p;", "try {", "std::thread t(run);", "std::mt19937 random;", "#define X 1",
                     "std::cout << 1;", "std::printf(text);", "std::this_thread::sleep_for(wait);"):
            self.assertEqual(len(found("words", GOOD | {"src/core/x.cc": word + "\n"})), 1, word)


if __name__ == "__main__":
    unittest.main()
