"""What is allowed where. Paths are prefixes, relative to the checkout; the longest match counts."""

# Folder -> prefixes of our own headers that it may include.
INCLUDES = {
    "include/vedette": ["vedette/"],
    "detectors": ["vedette/"],
    "src/core": ["vedette/", "core/"],
    "src/decode": ["vedette/", "core/", "decode/"],
    "src/formats": ["vedette/", "core/", "formats/"],
    "src/sinks": ["vedette/", "core/", "sinks/"],
    "src/pipeline": ["vedette/", "core/", "pipeline/"],
    "src/scenario": ["vedette/", "core/", "decode/", "pipeline/", "scenario/"],
    "src/adapters/kafka": ["vedette/", "core/", "adapters/kafka/"],
    "src/adapters/prometheus": ["vedette/", "core/", "adapters/prometheus/"],
    "src/adapters/rocksdb": ["vedette/", "core/", "adapters/rocksdb/"],
    "src/adapters/spdlog": ["vedette/", "core/", "adapters/spdlog/"],
    "src/adapters/systemd": ["vedette/", "core/", "adapters/systemd/"],
    "src/adapters/yaml": ["vedette/", "core/", "adapters/yaml/"],
    "src/app": [""],
    "tests": [""],
}

# Library's headers -> where they may appear. Headers of the language need no row.
LIBRARIES = {
    "librdkafka/": ["src/adapters/kafka", "tests/support", "tests/bench"],
    "rocksdb/": ["src/adapters/rocksdb"],
    "yaml-cpp/": ["src/adapters/yaml"],
    "prometheus/": ["src/adapters/prometheus"],
    "httplib.h": ["src/adapters/prometheus", "tests/unit/prometheus"],
    "spdlog/": ["src/adapters/spdlog"],
    "systemd/": ["src/adapters/systemd"],
    "nlohmann/": ["src/formats", "src/adapters/prometheus", "tests"],
    "csv.h": ["src/decode"],
    "simdjson.h": ["src/decode", "tests/bench", "tests/support"],
    "CLI/": ["src/app"],
    "curl/": ["src/sinks"],
    "openssl/": ["src/core", "src/sinks", "tests"],
    "boost/": ["src/core"],
    "Eigen/": ["include/vedette", "src/core", "detectors"],
    "zlib.h": ["src/pipeline", "src/app", "tests"],
    "gtest/": ["tests"],
    "gmock/": ["tests"],
    "benchmark/": ["tests/bench"],
    # The operating system: where input and output happen.
    "sys/": ["src/adapters", "src/app", "src/sinks", "tests"],
    "linux/": ["src/adapters", "src/sinks"],
    "net/": ["src/adapters", "src/sinks", "tests"],
    "netinet/": ["src/adapters", "src/sinks", "tests"],
    "arpa/": ["src/adapters", "src/sinks", "tests"],
    "netdb.h": ["src/adapters", "src/sinks", "tests"],
    "pwd.h": ["src/app"],
    "unistd.h": ["src/adapters", "src/app", "src/sinks", "src/pipeline/record_file.cc", "tests"],
    "fcntl.h": ["src/adapters", "src/app", "src/sinks", "tests"],
    "poll.h": ["src/adapters", "src/app", "src/sinks", "tests"],
    "syslog.h": ["src/adapters", "src/sinks", "src/formats"],
    "pthread.h": ["src/adapters", "src/app"],
    "malloc.h": ["src/adapters", "src/app", "tests"],
    "fstream": ["src/adapters", "src/app", "src/pipeline", "src/sinks", "tests"],
    "iostream": ["src/app", "src/pipeline", "tests"],
    "thread": ["src/adapters", "src/app", "src/pipeline", "tests"],
    "random": ["src/app", "src/scenario", "tests"],
    "regex": [],
}

# Word (a regular expression over code without comments and texts) -> where it may appear.
WORDS = {
    r"system_clock::now": ["src/adapters/systemd/real_clock.cc"],
    # A library's call with a deadline of its own.
    r"steady_clock::now": ["src/adapters", "tests"],
    r"\bthrow\b": ["tests"],
    r"(?<!operator )\bnew\b": ["tests/bench"],
    r"\bgetenv\b": ["src/app/main.cc", "src/adapters/systemd/journal.cc", "tests"],
    r"std::regex": [],
    # Where a library's interface demands it.
    r"\bshared_ptr\b": ["src/adapters", "tests"],
    r"\b(?:try|catch)\b(?! *\))": ["src/adapters", "src/app/main.cc", "tests"],
    r"std::j?thread\b(?!::)": ["src/adapters", "src/app", "src/pipeline/delivery", "tests"],
    r"\b(?:mt19937(?:_64)?|random_device|rand)\b *[({_a-z]": ["src/app/simulation", "src/scenario", "tests"],
    r"^ *# *(?:define|ifdef|ifndef|undef)\b": [],
    r"std::c(?:out|err)\b|\b(?:f|v|vf)?printf\(": ["src/app", "tests"],
    r"\b(?:sleep_for|sleep_until|usleep|nanosleep)\b": ["tests/support", "tests/bench"],
    r"\bvolatile\b": [],
    r"\bgoto\b": [],
}

# Parts of names that say nothing.
EMPTY_NAMES = ["Manager", "Helper", "Util", "Utils", "Handler", "Processor", "Info", "Data", "Base", "Impl"]
# Terms of the field that hold such a word.
TERMS = ["data_quality"]

# In code, comments and documents alike.
PROSE = {
    r"\b(?:TODO|FIXME|HACK)\b": "what is left to do belongs into the list of work",
    r"(?<![\w.])/(?:work|home|root)/": "a path of one machine",
    r"(?i)\b(?:issue|bug|ticket) #?\d+": "a number that only its tracker can explain",
    r"(?i)\b(?:claude|copilot|chatgpt|language model wrote)\b": "who wrote it is in the history",
    r"(?i)\b(?:previously|used to be|no longer (?:uses|needs)|in an earlier version)\b": "history belongs into the commit",
}
# Files that quote those words as rules.
PROSE_EXEMPT = ["tests/layering/"]

FILE_LINES = 500
HEADER_LINES = 150
FUNCTION_LINES = 80
DETECTOR_LINES = 220
README_LINES = (5, 30)
DETECTOR_HEADINGS = ["Detects:", "Reads:", "State per key", "Blind to:", "Source:"]
README_FOLDERS = ["config", "detectors", "docs", "include/vedette", "scripts", "systemd"]
