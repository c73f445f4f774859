#include "pipeline/delivery.h"

#include <algorithm>
#include <span>
#include <utility>

#include "vedette/bytes.h"
#include "vedette/hash.h"

namespace vedette {
namespace {

const char* outcome_name(Code code) {
  switch (code) {
    case Code::reject:
      return "reject";
    case Code::degrade:
      return "degrade";
    case Code::stop:
      return "stop";
    default:
      return "retry";
  }
}

}  // namespace

Render render_alerts(Format format) {
  return [format = std::move(format)](const OutboxEntry& entry) -> Result<Message> {
    ByteReader in(entry.bytes);
    const Alert alert = decode_alert(in);
    if (!in.done()) return Status::reject("the stored alert cannot be read");
    return Message{alert.uid, format(alert, entry.appended_at), {}};
  };
}

Render render_dead_letters(std::function<Message(const DeadLetter&, Time)> format) {
  return [format = std::move(format)](const OutboxEntry& entry) -> Result<Message> {
    ByteReader in(entry.bytes);
    const DeadLetter letter = decode_dead_letter(in);
    if (!in.done()) return Status::reject("the stored dead letter cannot be read");
    return format(letter, entry.appended_at);
  };
}

DeliveryStage::DeliveryStage(DeliveryOptions options, Parts parts, const Surroundings& surroundings)
    : options_(std::move(options)),
      parts_(std::move(parts)),
      surroundings_(surroundings),
      meters_(make_meters(surroundings.metrics, options_.sink)),
      not_before_(surroundings.clock.monotonic()),
      cursor_saved_(not_before_) {
  measure();
}

DeliveryStage::Meters DeliveryStage::make_meters(Metrics& metrics, const std::string& sink) {
  const MetricLabels of_sink = {{"sink", sink}};
  return {metrics.gauge("vedette_outbox_depth", "Entries that wait for this sink.", of_sink),
          metrics.gauge("vedette_outbox_oldest_seconds", "Age of the oldest entry that waits for this sink.",
                        of_sink),
          metrics.counter("vedette_sink_delivered_total", "Messages that this sink took.", of_sink),
          metrics.counter("vedette_dead_letters_total", "Messages given up for this sink.", of_sink),
          metrics.gauge("vedette_outbox_bytes", "Size of the outbox."),
          metrics.gauge("vedette_sink_up", "1 while this sink takes what it is given.", of_sink)};
}

Duration DeliveryStage::step() {
  const Duration now = surroundings_.clock.monotonic();
  if (reopen_.exchange(false)) {
    parts_.sink->reopen();
    if (parts_.dead_letters) parts_.dead_letters->reopen();
    not_before_ = now;
  }
  if (now >= not_before_) {
    if (Status status = fill(); !status.ok()) {
      pause(status);
    } else if (front_ < messages_.size()) {
      deliver();
    }
  }
  save_cursor(CursorPolicy::when_due);
  measure();
  return until_due();
}

void DeliveryStage::run(const std::stop_token& stop) {
  while (!stop.stop_requested()) {
    if (const Duration idle = step(); idle > Duration{0}) parts_.reader.wait(stop, idle);
  }
  const Duration limit = surroundings_.clock.monotonic() + options_.stop_within;
  while (failures_ == 0 && surroundings_.clock.monotonic() < limit) {
    step();
    if (front_ == messages_.size() && !more_) break;
  }
  save_cursor(CursorPolicy::now);
}

void DeliveryStage::reopen() {
  reopen_ = true;
  parts_.reader.wake();
}

DeliveryStage::State DeliveryStage::state() const {
  const std::lock_guard<std::mutex> hold(mutex_);
  return {options_.sink, parts_.reader.depth(), trouble_};
}

Status DeliveryStage::fill() {
  if (front_ < messages_.size()) return {};
  messages_.clear();
  pending_.clear();
  front_ = 0;
  std::vector<OutboxEntry> entries;
  Status status = parts_.reader.read(options_.batch, options_.batch_bytes.bytes, entries);
  if (!status.ok()) return status;
  more_ = !entries.empty();
  for (OutboxEntry& entry : entries) {
    Result<Message> message = parts_.render(entry);
    messages_.push_back(message.ok() ? std::move(*message) : Message{{}, entry.bytes, {}});
    pending_.push_back({std::move(entry), message.status()});
  }
  return {};
}

void DeliveryStage::deliver() {
  if (!pending_[front_].broken.ok()) {
    if (Status status = give_up(pending_[front_].broken.message()); !status.ok()) pause(status);
    return;
  }
  const auto from = pending_.begin() + static_cast<std::ptrdiff_t>(front_);
  const auto to =
      std::find_if(from, pending_.end(), [](const Pending& pending) { return !pending.broken.ok(); });
  const auto offered = static_cast<std::size_t>(to - from);
  Delivery result = parts_.sink->deliver(std::span(messages_).subspan(front_, offered));
  const std::size_t taken = std::min(result.delivered, offered);
  pass(taken);
  meters_.delivered.add(static_cast<double>(taken));
  if (taken == 0 && result.rest.ok()) result.rest = Status::retry("the sink took nothing and gave no reason");
  if (result.rest.ok()) {
    recovered();
  } else {
    if (taken > 0) failures_ = 0;
    failed(result.rest);
  }
}

void DeliveryStage::pass(std::size_t messages) {
  if (messages > 0) refused_since_.reset();
  for (; messages > 0; --messages) parts_.reader.pass(pending_[front_++].entry);
}

void DeliveryStage::failed(const Status& status) {
  surroundings_.metrics
      .counter("vedette_sink_failures_total", "Attempts that this sink did not complete.",
               {{"sink", options_.sink}, {"outcome", outcome_name(status.code())}})
      .add();
  if (status.code() == Code::reject && front_ < messages_.size()) {
    const Duration now = surroundings_.clock.monotonic();
    if (!refused_since_) refused_since_ = now;
    const bool enough = now - *refused_since_ >= options_.reject_age;
    const Status given_up = enough ? give_up(status.message()) : status;
    if (!given_up.ok()) pause(given_up);
    return;
  }
  pause(give_up_overdue(status));
}

Status DeliveryStage::give_up_overdue(const Status& status) {
  if (!options_.max_age) return status;
  const Time limit = surroundings_.clock.wall() - *options_.max_age;
  while (front_ < messages_.size() && pending_[front_].entry.appended_at <= limit) {
    if (Status written = give_up("too old: " + status.message()); !written.ok()) return written;
  }
  return status;
}

Status DeliveryStage::give_up(const std::string& why) {
  if (parts_.dead_letters) {
    const std::string line =
        parts_.epitaph(messages_[front_], options_.sink, why, surroundings_.clock.wall());
    const Message message{{}, line, {}};
    const Delivery written = parts_.dead_letters->deliver(std::span(&message, 1));
    if (!written.rest.ok()) return written.rest.in("dead-letter file");
  }
  surroundings_.log.error("message given up",
                          {{"sink", options_.sink}, {"alert", messages_[front_].key}, {"why", why}});
  meters_.dead_letters.add();
  pass(1);
  return {};
}

void DeliveryStage::pause(const Status& status) {
  if (failures_++ == 0)
    surroundings_.log.warning("sink does not deliver", {{"sink", options_.sink}, {"why", status.message()}});
  const auto doublings = static_cast<int>(std::min<std::uint64_t>(failures_ - 1, 20));
  const Duration longest =
      std::min(options_.first_pause * (std::int64_t{1} << doublings), options_.longest_pause);
  // Between half and all of it, so that sinks of one receiver do not come back in step.
  const std::uint64_t draw = mix64(options_.seed + ++draws_) % 1024;
  not_before_ =
      surroundings_.clock.monotonic() + longest / 2 + longest * static_cast<std::int64_t>(draw) / 2048;
  meters_.up.set(0);
  const std::lock_guard<std::mutex> hold(mutex_);
  trouble_ = status.message();
}

void DeliveryStage::recovered() {
  if (failures_ > 0) surroundings_.log.info("sink delivers again", {{"sink", options_.sink}});
  failures_ = 0;
  meters_.up.set(1);
  const std::lock_guard<std::mutex> hold(mutex_);
  trouble_.clear();
}

void DeliveryStage::save_cursor(CursorPolicy policy) {
  const Duration now = surroundings_.clock.monotonic();
  if (!parts_.reader.dirty()) return;
  if (policy == CursorPolicy::when_due && now - cursor_saved_ < options_.cursor_interval) return;
  cursor_saved_ = now;
  if (const Status status = parts_.reader.commit(); !status.ok())
    surroundings_.log.warning("cursor not saved; delivered alerts may come again after a restart",
                              {{"sink", options_.sink}, {"why", status.message()}});
}

Duration DeliveryStage::until_due() const {
  const Duration now = surroundings_.clock.monotonic();
  Duration idle = kHour;
  if (now < not_before_) {
    idle = not_before_ - now;
  } else if (front_ < messages_.size() || more_) {
    return Duration{0};
  }
  if (parts_.reader.dirty()) idle = std::min(idle, cursor_saved_ + options_.cursor_interval - now);
  return std::max(idle, Duration{1});
}

void DeliveryStage::measure() {
  Duration oldest{0};
  if (front_ < pending_.size()) oldest = surroundings_.clock.wall() - pending_[front_].entry.appended_at;
  meters_.depth.set(static_cast<double>(parts_.reader.depth()));
  meters_.oldest.set(static_cast<double>(std::max(oldest, Duration{0}).count()) / 1000);
  meters_.outbox_bytes.set(static_cast<double>(parts_.reader.outbox_bytes()));
}

}  // namespace vedette
