#include "pipeline/patient_store.h"

#include "pipeline/durable.h"

namespace vedette {

template <class Read>
Status PatientStore::patiently(const Read& read) const {
  return attempt_patiently(
      inner_, read, [](const Status& status) { return status.code() == Code::retry; },
      "cannot read the state; waiting until it works", stop_.get_token(), log_);
}

Status PatientStore::commit(const Changes& changes) {
  return stop_.stop_requested() ? Status::stop("the state is no longer read") : inner_.commit(changes);
}

Result<std::optional<std::string>> PatientStore::get(std::string_view key) const {
  std::optional<std::string> found;
  const Status status = patiently([&] {
    auto read = inner_.get(key);
    if (read.ok()) found = std::move(*read);
    return read.status();
  });
  if (!status.ok()) return status;
  return found;
}

Status PatientStore::scan(std::string_view from, std::string_view to, const Visit& visit) const {
  bool begun = false;  // What was visited must not come again.
  Status broken;
  const Status status = patiently([&] {
    const Status scanned = inner_.scan(from, to, [&](std::string_view key, std::string_view value) {
      begun = true;
      return visit(key, value);
    });
    if (!begun || scanned.ok()) return scanned;
    broken = scanned;
    return Status{};
  });
  return broken.ok() ? status : broken;
}

}  // namespace vedette
