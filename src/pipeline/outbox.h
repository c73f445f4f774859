#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "vedette/clock.h"
#include "vedette/settings.h"
#include "vedette/store.h"

namespace vedette {

class OutboxReader;
class OutboxWriter;

/// One thing to deliver, as its writer encoded it.
struct OutboxEntry {
  std::int64_t writer = 0;
  std::int64_t sequence = 0;
  Time appended_at{};  ///< Wall time.
  std::string bytes;
};

/// Durable queue between those who decide and those who deliver. Every writer has a queue of
/// its own in the Store, so that what is committed is also what a reader can pass; every reader (a
/// sink) has a durable cursor of its own, and an entry goes when all readers of its kind have passed
/// it. Owned by the app; thread-safe; writers and readers belong to one thread each.
class Outbox {
 public:
  enum class Kind : char { alert = 'a', dead_letter = 'd' };
  struct Subscription {
    std::string sink;
    Kind kind = Kind::alert;
  };

  Outbox(Store& store, const Clock& clock, ByteSize cap) : store_(store), clock_(clock), cap_(cap) {}
  /// Once, before anything else: reads what is stored. Entries that nobody subscribes to and cursors
  /// of sinks that are gone are erased. A new sink begins with the oldest entry that is still there.
  Status open(const std::vector<Subscription>& sinks);

  /// For thread `index` of those that write this kind. Sequences go on above all that was ever passed.
  OutboxWriter writer(Kind kind, std::int64_t index);
  /// `sink` must be one of those given to `open`.
  OutboxReader reader(const std::string& sink);

  /// Whoever feeds writers has to stop reading until this is over. Nothing is dropped.
  bool full() const { return bytes() >= cap_.bytes; }
  std::uint64_t bytes() const;
  void wake();  ///< Ends every reader's `wait`.

 private:
  friend class OutboxReader;
  friend class OutboxWriter;
  using Queue = std::pair<Kind, std::int64_t>;          ///< Kind and writer.
  using Cursor = std::map<std::int64_t, std::int64_t>;  ///< Writer -> next sequence.
  struct Sink {
    Subscription subscription;
    Cursor durable;
    std::atomic<std::int64_t> depth{0};
  };

  struct Trimmed {
    std::map<Queue, std::int64_t> reached;
    std::int64_t bytes = 0;
    bool more = false;  ///< Some are left: the number in one commit is bounded.
  };

  Status load_cursors(const std::vector<Subscription>& sinks);
  Status load_entries();
  bool wanted(Kind kind) const;
  std::int64_t passed_by_all(const Queue& queue) const;
  std::vector<std::int64_t> writers(Kind kind) const;
  void published(const OutboxWriter& writer);
  Status trim(const Queue& queue, Changes& changes, Trimmed& trimmed) const;
  Status commit_trim(Kind kind, Changes& changes, bool& more);
  Status commit_cursor(Sink& sink, const Cursor& cursor, bool& more);

  Store& store_;
  const Clock& clock_;
  ByteSize cap_;
  std::vector<std::unique_ptr<Sink>> sinks_;
  std::atomic<std::int64_t> bytes_{0};
  std::mutex commit_mutex_;  ///< Guards durable cursors and trimmed_; held over a commit.
  std::map<Queue, std::int64_t> trimmed_;
  mutable std::mutex mutex_;  ///< Guards tails_ and version_.
  std::condition_variable_any changed_;
  std::map<Queue, std::int64_t> tails_;  ///< Next sequence of each queue.
  std::uint64_t version_ = 0;
};

/// Appends to one queue. Used by one thread.
class OutboxWriter {
 public:
  /// Becomes visible with the commit of `changes`. Nothing happens if no sink wants this kind.
  void append(Changes& changes, std::string_view bytes);
  /// To be called after the commit: succeeded, or will never be tried again.
  void committed();
  void discarded() { entries_ = bytes_ = 0; }

 private:
  friend class Outbox;
  OutboxWriter(Outbox& outbox, Outbox::Queue queue, std::int64_t next)
      : outbox_(&outbox), queue_(queue), next_(next) {}
  Outbox* outbox_;
  Outbox::Queue queue_;
  std::int64_t next_;
  std::int64_t entries_ = 0;
  std::int64_t bytes_ = 0;
};

/// Reads behind one sink's cursor. Used by one thread.
class OutboxReader {
 public:
  /// Entries not passed yet, in order for each writer; the first in any case, more up to both limits.
  Status read(std::size_t max_entries, std::size_t max_bytes, std::vector<OutboxEntry>& out);
  /// Done with this entry; in the order of reading.
  void pass(const OutboxEntry& entry);
  /// Makes what was passed durable and frees what all sinks have passed.
  Status commit();
  bool dirty() const { return dirty_; }
  std::uint64_t depth() const;
  std::uint64_t outbox_bytes() const { return outbox_->bytes(); }
  void wake() { outbox_->wake(); }  ///< From any thread.
  /// Waits until something was appended since the last `read`, `wake`, stop, or `at_most`.
  void wait(const std::stop_token& stop, Duration at_most);

 private:
  friend class Outbox;
  Status recover();
  OutboxReader(Outbox& outbox, Outbox::Sink& sink) : outbox_(&outbox), sink_(&sink), next_(sink.durable) {}
  Outbox* outbox_;
  Outbox::Sink* sink_;
  Outbox::Cursor next_;
  std::int64_t first_writer_ = 0;  ///< Where the next read begins, so that no writer starves another.
  std::uint64_t seen_ = 0;
  bool dirty_ = false;
  bool stuck_ = false;  ///< The store has failed, and perhaps nobody else would open it again.
};

}  // namespace vedette
