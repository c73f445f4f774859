#pragma once

#include <algorithm>
#include <cstddef>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "vedette/sink.h"

namespace vedette {

/// What RecordingSinks do and what they have got; outlives them, so that a test can look after the
/// sink has gone to its owner. Thread-safe.
class SinkRecord {
 public:
  /// From now on every delivery answers `retry`, after taking `messages` once.
  void fail(std::string why, std::size_t after_messages = 0) {
    const std::lock_guard<std::mutex> hold(mutex_);
    failure_ = std::move(why);
    still_taken_ = after_messages;
  }
  void recover() {
    const std::lock_guard<std::mutex> hold(mutex_);
    failure_.reset();
  }
  /// Messages with these bytes are refused for good.
  void refuse(const std::string& bytes) {
    const std::lock_guard<std::mutex> hold(mutex_);
    refused_.insert(bytes);
  }
  std::vector<std::string> received() const {
    const std::lock_guard<std::mutex> hold(mutex_);
    return received_;
  }
  std::size_t attempts() const {
    const std::lock_guard<std::mutex> hold(mutex_);
    return attempts_;
  }
  std::size_t reopened() const {
    const std::lock_guard<std::mutex> hold(mutex_);
    return reopened_;
  }

 private:
  friend class RecordingSink;
  mutable std::mutex mutex_;  ///< Guards all below.
  std::vector<std::string> received_;
  std::set<std::string> refused_;
  std::optional<std::string> failure_;
  std::size_t still_taken_ = 0;
  std::size_t attempts_ = 0;
  std::size_t reopened_ = 0;
};

/// A Sink that keeps what it is given.
class RecordingSink final : public Sink {
 public:
  explicit RecordingSink(SinkRecord& record) : record_(record) {}

  Delivery deliver(std::span<const Message> messages) override {
    const std::lock_guard<std::mutex> hold(record_.mutex_);
    ++record_.attempts_;
    Delivery result;
    for (const Message& message : messages) {
      if (record_.failure_ && record_.still_taken_ == 0) {
        result.rest = Status::retry(*record_.failure_);
      } else if (record_.refused_.contains(message.bytes)) {
        result.rest = Status::reject("refused");
      }
      if (!result.rest.ok()) break;
      record_.received_.push_back(message.bytes);
      ++result.delivered;
      if (record_.failure_) --record_.still_taken_;
    }
    return result;
  }

  void reopen() override {
    const std::lock_guard<std::mutex> hold(record_.mutex_);
    ++record_.reopened_;
  }

 private:
  SinkRecord& record_;
};

}  // namespace vedette
