#include "pipeline/patient_store.h"

#include <algorithm>

#include "pipeline/durable.h"

namespace vedette {

template <class Read>
Status PatientStore::patiently(const Read& read) const {
  Duration pause{50};
  Status status = read();
  while (status.code() == Code::retry && !stop_.stop_requested()) {
    log_.error("cannot read the state; waiting until it works", {{"reason", status.message()}});
    pause_for(pause, stop_.get_token());
    pause = std::min(pause * 2, Duration{2000});
    const Status opened = inner_.reopen();
    status = opened.ok() ? read() : opened;
  }
  return status;
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
