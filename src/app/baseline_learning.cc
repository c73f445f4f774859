// `vedette baseline learn` and `import`.
#include <array>
#include <filesystem>
#include <fstream>
#include <iostream>

#include "adapters/systemd/real_clock.h"
#include "app/commands.h"
#include "app/setup.h"
#include "app/trial.h"
#include "app/workbench.h"
#include "decode/table_rows.h"
#include "formats/clean_text.h"

namespace vedette {
namespace {

constexpr std::size_t kChunk = 1 << 16;

/// Calls for each part of a file.
template <class Take>
Status read_parts(const std::string& path, Take&& take) {
  std::ifstream in(path, std::ios::binary);
  std::string part(kChunk, '\0');
  while (in) {
    in.read(part.data(), static_cast<std::streamsize>(part.size()));
    const auto size = static_cast<std::size_t>(in.gcount());
    if (size == 0) break;
    const Status status = take(std::string_view(part).substr(0, size));
    if (!status.ok()) return status;
  }
  return in.eof() && !in.bad() ? Status{} : Status::stop("cannot be read");
}

Result<std::string> digest_of(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in) return Status::stop(path + ": cannot be read");
  std::string part(kChunk, '\0');
  return sha256_hex(
      [&in, &part] {
        in.read(part.data(), static_cast<std::streamsize>(part.size()));
        return std::string_view(part).substr(0, static_cast<std::size_t>(in.gcount()));
      },
      64);
}

/// Events of an imported table; the file goes with this.
class EventFile {
 public:
  explicit EventFile(const std::string& folder) : path_(folder + "/import.jsonl") {}
  EventFile(const EventFile&) = delete;
  EventFile& operator=(const EventFile&) = delete;
  ~EventFile() {
    std::error_code ignored;
    std::filesystem::remove(path_, ignored);
  }
  const std::string& path() const { return path_; }
  Status write(const std::vector<std::string>& events) const {
    std::ofstream out(path_, std::ios::binary | std::ios::trunc);
    std::error_code refused;
    std::filesystem::permissions(
        path_, std::filesystem::perms::owner_read | std::filesystem::perms::owner_write, refused);
    for (const std::string& event : events) out << event << '\n';
    out.close();
    return out && !refused ? Status{} : Status::stop(path_ + ": cannot be written");
  }

 private:
  std::string path_;
};

/// What was learned, and whether it is in the workbench's own store already.
struct Learned {
  std::map<std::string, BaselineKeys> models;
  Time from{};
  Time to{};
  std::uint64_t records = 0;
  bool in_place = false;
};

Result<Learned> learn_apart(const Config& config, const std::vector<std::string>& only,
                            const std::string& input) {
  Trial trial;
  Status status = trial.open(config, only, true);
  if (status.ok()) status = trial.replay().learn(input);
  if (!status.ok()) return status;
  auto models = learned_baselines(trial.store(), trial.detectors(), trial.judge());
  if (!models.ok()) return models.status();
  const Replay& replay = trial.replay();
  return Learned{std::move(*models), replay.begin(), replay.end(), replay.records(), false};
}

/// Into a new store all detectors learn; into one that has judged already only those whose
/// baselines can take the place of others.
Result<Learned> learn_in_place(Workbench& bench, const Config& config, const std::string& input) {
  const auto seen = bench.learn(config, input);
  if (!seen.ok()) return seen.status();
  auto models = learned_baselines(bench.store(), bench.detectors(), bench.judge());
  if (!models.ok()) return models.status();
  return Learned{std::move(*models), seen->begin, seen->end, seen->records, true};
}

Status keep(Workbench& bench, const Learned& learned, BaselineVersion origin, bool candidate) {
  for (const auto& [model, keys] : learned.models) {
    Changes changes;
    BaselineVersion version = origin;
    version.model = model;
    version.from = learned.from;
    version.to = learned.to;
    version.records = learned.records;
    Status status = bench.archive().add(version, keys, changes);
    if (status.ok() && !candidate) {
      if (!learned.in_place) status = bench.adopt(keys, changes).status();
      if (status.ok()) status = bench.archive().activate(version, changes);
    }
    if (status.ok()) status = bench.store().commit(changes);
    if (!status.ok()) return status;
    std::cout << clean_text(name_of(version))
              << (candidate ? " waits for vedette baseline promote\n" : " is in force\n");
  }
  if (!candidate) bench.each(print_line);
  return {};
}

Result<BaselineVersion> origin_of(const BaselineArguments& arguments) {
  BaselineVersion origin;
  origin.by = arguments.by.empty() ? user_name() : arguments.by;
  origin.source = arguments.input;
  origin.made = RealClock().wall();
  auto digest = digest_of(arguments.input);
  if (!digest.ok()) return digest.status();
  origin.sha256 = *digest;
  return origin;
}

Status learn_events(const BaselineArguments& arguments, const Config& config) {
  const auto origin = origin_of(arguments);
  if (!origin.ok()) return origin.status();
  const bool candidate = arguments.candidate || config.baselines.approval;
  Workbench bench;
  const Status opened = bench.open(config, candidate ? Workbench::Use::change : Workbench::Use::learn);
  if (!opened.ok()) return opened;
  const auto learned = bench.is_new() && !candidate ? learn_in_place(bench, config, arguments.input)
                                                    : learn_apart(config, {}, arguments.input);
  return learned.ok() ? keep(bench, *learned, *origin, candidate) : learned.status();
}

Status read_table(const std::string& path, TableRows& table) {
  if (path.ends_with(".csv")) {
    const Status status = read_parts(path, [&table](std::string_view part) { return table.add_csv(part); });
    return status.ok() ? table.end_csv() : status;
  }
  if (path.ends_with(".json")) {
    std::string document;
    const Status status = read_parts(path, [&document](std::string_view part) {
      document += part;
      return document.size() <= (std::size_t{64} << 20) ? Status{} : Status::reject("larger than 64 MiB");
    });
    return status.ok() ? table.add_statistics(document) : status;
  }
  if (!path.ends_with(".jsonl")) return Status::reject("want .csv, .jsonl or SageMaker's statistics.json");
  std::ifstream in(path, std::ios::binary);
  if (!in) return Status::stop("cannot be read");
  for (std::string line; std::getline(in, line);) {
    if (line.empty()) continue;
    const Status status = table.add_json(line);
    if (!status.ok()) return status;
  }
  return in.bad() ? Status::stop("cannot be read") : Status{};
}

Status import_table(const BaselineArguments& arguments, const Config& config) {
  const auto origin = origin_of(arguments);
  if (!origin.ok()) return origin.status();
  TableRows table({arguments.model, arguments.model_version, arguments.outputs, arguments.time_column});
  const Status read = read_table(arguments.input, table);
  if (!read.ok()) return read.in(arguments.input);
  if (table.rows() == 0) return Status::reject(arguments.input + ": a table without rows");
  Workbench bench;
  const Status opened = bench.open(config, Workbench::Use::change);
  if (!opened.ok()) return opened;
  const EventFile events(config.store.path);
  const Status written = events.write(table.events(RealClock().wall()));
  if (!written.ok()) return written;
  // A table says how features and outputs are spread; of clients, rates and labels it says nothing, and
  // statistics say nothing of what goes with what.
  std::vector<std::string> only{"feature_drift", "output_drift"};
  if (!arguments.input.ends_with(".json")) only.emplace_back("multivariate_drift");
  const auto learned = learn_apart(config, only, events.path());
  if (!learned.ok()) return learned.status();
  if (learned->models.empty())
    return Status::reject(arguments.input + ": too few rows to make a baseline of, or the detectors " +
                          "feature_drift and output_drift are off");
  return keep(bench, *learned, *origin, arguments.candidate || config.baselines.approval);
}

int explain(const Status& status) {
  if (status.ok()) return 0;
  std::cerr << "vedette: " << status.message() << '\n';
  return 1;
}

}  // namespace

int learn_baseline(const BaselineArguments& arguments) {
  const LoadedConfig loaded = load_or_explain(arguments.config_path);
  return loaded.ok ? explain(learn_events(arguments, loaded.config)) : 1;
}

int import_baseline(const BaselineArguments& arguments) {
  const LoadedConfig loaded = load_or_explain(arguments.config_path);
  return loaded.ok ? explain(import_table(arguments, loaded.config)) : 1;
}

}  // namespace vedette
