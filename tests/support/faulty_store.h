#pragma once

#include <cstdint>
#include <mutex>
#include <optional>
#include <string>

#include "vedette/store.h"

namespace vedette {

/// Passes everything on to `inner`, until the commit that it was told to fail: from
/// there every call fails the same way, until `reopen`. `lasting` failures of `reopen`
/// can be set too. Thread-safe like the store that it stands before.
class FaultyStore final : public Store {
 public:
  explicit FaultyStore(Store& inner) : inner_(inner) {}

  /// The commit number `number` from now (1 = the next one) answers `why`.
  void fail_commit(std::uint64_t number, Status why) {
    const std::lock_guard<std::mutex> hold(mutex_);
    fail_at_ = commits_ + number;
    why_ = std::move(why);
  }
  /// As above, but the changes are written before the failure is told, as when a sync
  /// fails after its write: only `reopen` shows them.
  void fail_commit_after_write(std::uint64_t number, Status why) {
    fail_commit(number, std::move(why));
    const std::lock_guard<std::mutex> hold(mutex_);
    written_ = true;
  }
  /// The next `times` calls of `reopen` answer as the commit did.
  void fail_reopen(int times) {
    const std::lock_guard<std::mutex> hold(mutex_);
    failing_reopens_ = times;
  }
  std::uint64_t commits() const {
    const std::lock_guard<std::mutex> hold(mutex_);
    return commits_;
  }

  Status commit(const Changes& changes) override {
    const std::lock_guard<std::mutex> hold(mutex_);
    if (!failure_.ok()) return failure_;
    if (++commits_ != fail_at_) return inner_.commit(changes);
    if (written_) inner_.commit(changes).ignore("the failure is told instead");
    written_ = false;
    failure_ = why_;
    return failure_;
  }
  Result<std::optional<std::string>> get(std::string_view key) const override {
    if (Status failed = failure(); !failed.ok()) return failed;
    return inner_.get(key);
  }
  Status scan(std::string_view from, std::string_view to, const Visit& visit) const override {
    if (Status failed = failure(); !failed.ok()) return failed;
    return inner_.scan(from, to, visit);
  }
  Status reopen() override {
    const std::lock_guard<std::mutex> hold(mutex_);
    if (!failure_.ok() && failing_reopens_-- > 0) return failure_;
    failing_reopens_ = 0;
    failure_ = inner_.reopen();
    return failure_;
  }
  std::size_t size_bytes() const override { return inner_.size_bytes(); }

 private:
  Status failure() const {
    const std::lock_guard<std::mutex> hold(mutex_);
    return failure_;
  }

  Store& inner_;
  mutable std::mutex mutex_;  ///< Guards all below.
  std::uint64_t commits_ = 0;
  std::uint64_t fail_at_ = 0;
  bool written_ = false;
  int failing_reopens_ = 0;
  Status why_;
  Status failure_;
};

}  // namespace vedette
