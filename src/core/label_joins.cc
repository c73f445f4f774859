#include "core/label_joins.h"

#include "core/drift_partial.h"

namespace vedette::labels {
namespace {

constexpr std::size_t kUnlabelled = 16;  ///< So much sooner is a model without labels thinned out.

}  // namespace

bool is_scope(std::string_view scope) {
  ByteReader names(scope);
  for (int part = 0; part < drift::kScopeParts; ++part) names.text();
  return names.done();
}

Joins::Model& Joins::model_of(const std::string& name) {
  return models_.try_emplace(name, name, bounds_).first->second;
}

void Joins::forget(const std::string& name, Verdicts& out) {
  const auto leaves = models_.find(name);
  leaves->second.join.forget(out);
  out.put("n" + ModelJoin::key_of(name), {});
  models_.erase(leaves);
  touched_.erase(name);
}

void Joins::make_room(Verdicts& out) {
  while (models_.size() > static_cast<std::size_t>(common_.max_keys))
    for (const std::string& name :
         least(models_, [](const Model& one) { return std::pair(one.join.labelled(), one.join.seen()); })) {
      forget(name, out);
      ++tally_.evicted;
    }
  tally_.keys = models_.size();
}

Status Joins::load(std::string_view key, std::string_view bytes) {
  if (key.empty()) return Status::reject("empty key of labels");
  const char part = key[0];
  ByteReader names(key.substr(1));
  const std::string name(names.text());
  if (!names.ok() || std::string_view("mnpw").find(part) == std::string_view::npos)
    return Status::reject("damaged key of labels");
  Model& model = model_of(name);
  if (part != 'n') return model.join.load(part, names.rest(), bytes);
  ByteReader in(bytes);
  model.names.decode(in);
  return in.done() ? Status{} : Status::reject("damaged names of labels of " + name);
}

Status Joins::merge(Time pane_end, std::string_view scope, std::string_view partial) {
  Result<Records> decoded = decode_records(partial);
  if (!decoded.ok()) return decoded.status();
  if (!is_scope(scope)) return Status::reject("predictions and labels of a damaged scope");
  pending_[pane_end][std::string(scope)].merge(std::move(*decoded));
  return {};
}

std::optional<Time> Joins::ripe(Time watermark) const {
  if (pending_.empty() || pending_.begin()->first + common_.lateness > watermark) return std::nullopt;
  return pending_.begin()->first;
}

/// Answers the labels of every model that is in the pane.
Joins::Truths Joins::take(Time end, Pane& pane, Reader& reader) {
  Truths truths;
  for (auto& [scope, records] : pane) {
    const Entity entity = drift::entity_of(scope);
    records.settle();
    tally_.counted += records.predictions.size() + records.truths.size();
    Model& model = model_of(entity.model);
    touched_.insert(entity.model);
    // Of what was kept only: what else was seen depends on the split.
    const auto learn = [&model, &kept = records.names](Name name) {
      if (kept.has(name) && model.names.add(name, kept.text(name))) model.names_changed = true;
    };
    for (const Prediction& prediction : records.predictions) for_names(prediction, learn);
    for (const Truth& truth : records.truths) for_names(truth, learn);
    model.join.expire(end);
    if (!records.predictions.empty()) {
      reader.predicted(end, scope, records.predictions);
      reader.waiting(end, scope, model.join.put(end, entity.version, std::move(records.predictions)));
    }
    std::vector<Truth>& all = truths[entity.model];
    all.insert(all.end(), records.truths.begin(), records.truths.end());
  }
  return truths;
}

/// All models together have a limit too; those without labels and the largest give way.
void Joins::limit_waiting(Time end) {
  const auto waiting = [this] {
    std::size_t all = 0;
    for (const auto& [name, model] : models_) all += model.join.size();
    return all;
  };
  const std::size_t most = kModels * bounds_.predictions;
  if (waiting() <= most) return;
  for (auto& [name, model] : models_) {
    model.join.expire(end);
    touched_.insert(name);
  }
  while (waiting() > most) {
    const auto weight = [](const auto& entry) {
      return entry.second.join.size() * (entry.second.join.labelled() ? 1 : kUnlabelled);
    };
    const auto gives = std::max_element(models_.begin(), models_.end(),
                                        [&](const auto& a, const auto& b) { return weight(a) < weight(b); });
    gives->second.join.thin();
  }
}

void Joins::close(Reader& reader, Verdicts& out) {
  auto first = pending_.extract(pending_.begin());
  const Time end = first.key();
  for (const auto& [name, labels] : take(end, first.mapped(), reader)) {
    Model& model = model_of(name);
    for (const Joined& joined : model.join.join(end, labels)) reader.joined(end, name, joined, model.names);
  }
  limit_waiting(end);
  make_room(out);
  ++tally_.panes;
}

void Joins::save(Verdicts& out) {
  for (const std::string& name : touched_) {
    Model& model = model_of(name);
    model.join.save(out);
    if (!model.names_changed) continue;
    std::string bytes;
    ByteWriter writer(bytes);
    model.names.encode(writer);
    out.put("n" + ModelJoin::key_of(name), bytes);
    model.names_changed = false;
  }
  touched_.clear();
}

void Joins::clear(Verdicts& out) {
  pending_.clear();
  while (!models_.empty()) forget(std::string(models_.begin()->first), out);
}

}  // namespace vedette::labels
