#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "core/dead_letter.h"
#include "core/log.h"
#include "core/metrics.h"
#include "pipeline/outbox.h"
#include "vedette/sink.h"

namespace vedette {

/// Entry -> message; not ok for an entry that cannot be read.
using Render = std::function<Result<Message>(const OutboxEntry& entry)>;
Render render_alerts(Format format);
Render render_dead_letters(std::function<Message(const DeadLetter& letter, Time logged_at)> format);

/// A message that is given up, as a line for the sink's dead-letter file.
using Epitaph =
    std::function<std::string(const Message&, std::string_view sink, std::string_view why, Time at)>;

struct DeliveryOptions {
  std::string sink = {};
  std::size_t batch = 512;
  ByteSize batch_bytes{1 << 20};
  Duration first_pause{200};  ///< After the first failure; doubles, with jitter, up to `longest_pause`.
  Duration longest_pause = 30 * kSecond;
  Duration cursor_interval = kSecond;
  Duration reject_age{0};                ///< A message that is refused for so long is given up; 0: at once.
  std::optional<Duration> max_age = {};  ///< So is one that is so old when the receiver fails; empty: never.
  Duration stop_within = 2 * kSecond;    ///< For what is still waiting when it stops.
  std::uint64_t seed = 0;                ///< Of the jitter.
};

/// Brings one sink everything of its kind in the outbox, in order, at least once. Owned by the app;
/// `step` and `run` belong to one thread, the rest may be called by any. Failure of the sink stays here:
/// it pauses, tries again for as long as it takes, and no other sink notices.
class DeliveryStage {
 public:
  struct Parts {
    OutboxReader reader;
    std::unique_ptr<Sink> sink;
    Render render;
    std::unique_ptr<Sink> dead_letters;  ///< Null: what is given up is logged and counted only.
    Epitaph epitaph;
  };
  struct Surroundings {
    const Clock& clock;
    Log& log;
    Metrics& metrics;
  };
  struct State {
    std::string sink;
    std::uint64_t depth = 0;
    std::string trouble;  ///< Why it does not deliver; empty = it does.
  };

  DeliveryStage(DeliveryOptions options, Parts parts, const Surroundings& surroundings);

  /// Delivers one batch, if there is one and it is time. Answers how long nothing will be due,
  /// unless something is appended.
  Duration step();
  /// Steps until stopped; then delivers what is waiting for a short while and saves the cursor.
  void run(const std::stop_token& stop);
  /// The sink reopens before it delivers next.
  void reopen();
  State state() const;

 private:
  struct Pending {
    OutboxEntry entry;
    Status broken;  ///< Why it cannot be rendered.
  };
  struct Meters {
    Metric& depth;
    Metric& oldest;
    Metric& delivered;
    Metric& dead_letters;
    Metric& outbox_bytes;
    Metric& up;
  };

  enum class CursorPolicy : unsigned char { when_due, now };

  static Meters make_meters(Metrics& metrics, const std::string& sink);
  Status fill();
  void deliver();
  void pass(std::size_t messages);
  void failed(const Status& status);
  void recovered();
  Status give_up(const std::string& why);
  /// Gives up what may be given up after a failure; not ok: `status`, or why even that fails.
  Status give_up_overdue(const Status& status);
  void pause(const Status& status);
  void save_cursor(CursorPolicy policy);
  Duration until_due() const;
  void measure();

  DeliveryOptions options_;
  Parts parts_;
  Surroundings surroundings_;
  Meters meters_;
  std::vector<Message> messages_;  ///< Read and not passed: from `front_` on, beside pending_.
  std::vector<Pending> pending_;
  std::size_t front_ = 0;
  bool more_ = true;            ///< The last read may have left something.
  std::uint64_t failures_ = 0;  ///< In a row.
  std::uint64_t draws_ = 0;
  Duration not_before_;
  Duration cursor_saved_;
  std::optional<Duration> refused_since_;
  std::atomic<bool> reopen_{false};
  mutable std::mutex mutex_;  ///< Guards trouble_.
  std::string trouble_;
};

}  // namespace vedette
