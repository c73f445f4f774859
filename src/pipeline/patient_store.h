#pragma once

#include <stop_token>

#include "core/log.h"
#include "vedette/store.h"

namespace vedette {

/// Reads that wait while the store cannot be used for a while (a full disk), so that
/// nobody takes a failed read for nothing found. After `give_up` they fail, and so does
/// every commit from then on: it might rest on what could not be read. Thread-safe;
/// `inner` outlives this.
class PatientStore final : public Store {
 public:
  PatientStore(Store& inner, Log& log) : inner_(inner), log_(log) {}

  void give_up() { stop_.request_stop(); }
  Status commit(const Changes& changes) override;
  Result<std::optional<std::string>> get(std::string_view key) const override;
  Status scan(std::string_view from, std::string_view to, const Visit& visit) const override;
  Status reopen() override { return inner_.reopen(); }
  std::size_t size_bytes() const override { return inner_.size_bytes(); }

 private:
  template <class Read>
  Status patiently(const Read& read) const;

  Store& inner_;
  Log& log_;
  std::stop_source stop_;
};

}  // namespace vedette
