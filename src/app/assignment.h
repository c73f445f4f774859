#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "core/consumer.h"
#include "core/log.h"
#include "pipeline/board.h"
#include "pipeline/worker.h"

namespace vedette {

/// Hands partitions to workers and takes them back. Called on the consumer's thread
/// only; the workers it names must outlive it.
class Assignment final : public PartitionListener {
 public:
  struct Topics {
    std::map<std::string, StreamOptions> by_name;
    const std::vector<BuiltDetector>* detectors = nullptr;
  };
  Assignment(Topics topics, const Store& store, Board& board, Log& log)
      : topics_(std::move(topics)), store_(store), board_(board), log_(log) {}
  void use(std::vector<Worker*> workers) { workers_ = std::move(workers); }

  std::vector<Start> assigned(std::span<const PartitionId> partitions) override;
  void revoked(std::span<const PartitionId> partitions, bool lost) override;
  void gap(const PartitionId& partition, std::int64_t from, std::int64_t to) override;

  /// Why a stored position could not be taken up; such a store must not be used.
  const Status& failure() const { return failure_; }
  bool any() const { return !owners_.empty(); }

 private:
  Topics topics_;
  const Store& store_;
  Board& board_;
  Log& log_;
  std::vector<Worker*> workers_;
  std::map<PartitionId, Worker*> owners_;
  Status failure_;
};

}  // namespace vedette
