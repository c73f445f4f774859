#include "pipeline/outbox.h"

#include <algorithm>
#include <cassert>
#include <limits>
#include <optional>
#include <set>

#include "pipeline/outbox_keys.h"

namespace vedette {
namespace {

constexpr std::size_t kTrimAtOnce = 65536;  // Bounds one commit after a sink was down for long.

std::string entry_key(Outbox::Kind kind, std::int64_t writer, std::int64_t sequence) {
  return keys::outbox_entry({static_cast<char>(kind), writer, sequence});
}

std::string cursor_key(const Outbox::Subscription& subscription) {
  return keys::outbox_cursor(static_cast<char>(subscription.kind), subscription.sink);
}

std::int64_t stored_bytes(std::string_view key, std::string_view value) {
  return static_cast<std::int64_t>(key.size() + value.size());
}

}  // namespace

Status Outbox::open(const std::vector<Subscription>& sinks) {
  if (Status status = load_cursors(sinks); !status.ok()) return status.in("outbox");
  if (Status status = load_entries(); !status.ok()) return status.in("outbox");
  for (const Kind kind : {Kind::alert, Kind::dead_letter}) {
    bool more = true;
    while (more) {
      Changes changes;
      if (Status status = commit_trim(kind, changes, more); !status.ok()) return status.in("outbox");
    }
  }
  return {};
}

Status Outbox::load_cursors(const std::vector<Subscription>& sinks) {
  std::set<std::string> wanted_keys;
  for (const Subscription& subscription : sinks) {
    auto sink = std::make_unique<Sink>();
    sink->subscription = subscription;
    wanted_keys.insert(cursor_key(subscription));
    const Result<std::optional<std::string>> stored = store_.get(cursor_key(subscription));
    if (!stored.ok()) return stored.status();
    if (*stored) {
      std::optional<Cursor> cursor = keys::decode_cursor(**stored);
      if (!cursor) return Status::stop("cursor of sink " + subscription.sink + " cannot be read");
      sink->durable = std::move(*cursor);
    }
    for (const auto& [writer, next] : sink->durable) {
      std::int64_t& tail = tails_[{subscription.kind, writer}];
      tail = std::max(tail, next);
    }
    sinks_.push_back(std::move(sink));
  }
  Changes stale;
  const Status scanned = store_.scan("c/", keys::after("c/"), [&](std::string_view key, std::string_view) {
    if (!wanted_keys.contains(std::string(key))) stale.erase(key);
    return true;
  });
  if (!scanned.ok() || stale.empty()) return scanned;
  return store_.commit(stale);
}

Status Outbox::load_entries() {
  bool readable = true;
  const Status scanned =
      store_.scan("x/", keys::after("x/"), [&](std::string_view key, std::string_view value) {
        const std::optional<keys::OutboxKey> entry = keys::parse_outbox_entry(key);
        readable = entry.has_value();
        if (!readable) return false;
        const Queue queue{static_cast<Kind>(entry->kind), entry->writer};
        std::int64_t& tail = tails_[queue];
        tail = std::max(tail, entry->sequence + 1);
        bytes_ += stored_bytes(key, value);
        for (const auto& sink : sinks_) {
          const bool ahead = entry->sequence >= keys::next_of(sink->durable, entry->writer);
          if (sink->subscription.kind == queue.first && ahead) ++sink->depth;
        }
        return true;
      });
  if (!scanned.ok()) return scanned;
  return readable ? Status{} : Status::stop("an entry's key cannot be read");
}

bool Outbox::wanted(Kind kind) const {
  return std::any_of(sinks_.begin(), sinks_.end(),
                     [kind](const auto& sink) { return sink->subscription.kind == kind; });
}

std::int64_t Outbox::passed_by_all(const Queue& queue) const {
  std::int64_t low = std::numeric_limits<std::int64_t>::max();
  for (const auto& sink : sinks_) {
    if (sink->subscription.kind == queue.first)
      low = std::min(low, keys::next_of(sink->durable, queue.second));
  }
  return low;
}

std::vector<std::int64_t> Outbox::writers(Kind kind) const {
  const std::lock_guard<std::mutex> hold(mutex_);
  std::vector<std::int64_t> all;
  for (const auto& [queue, tail] : tails_) {
    if (queue.first == kind) all.push_back(queue.second);
  }
  return all;
}

OutboxWriter Outbox::writer(Kind kind, std::int64_t index) {
  const std::lock_guard<std::mutex> hold(mutex_);
  return {*this, Queue{kind, index}, tails_[{kind, index}]};
}

OutboxReader Outbox::reader(const std::string& sink) {
  const auto found = std::find_if(sinks_.begin(), sinks_.end(),
                                  [&sink](const auto& other) { return other->subscription.sink == sink; });
  assert(found != sinks_.end());
  return {*this, **found};
}

std::uint64_t Outbox::bytes() const {
  // A reader may have passed an entry before its writer has counted it.
  return static_cast<std::uint64_t>(std::max<std::int64_t>(bytes_.load(), 0));
}

void Outbox::wake() {
  {
    const std::lock_guard<std::mutex> hold(mutex_);
    ++version_;
  }
  changed_.notify_all();
}

void Outbox::published(const OutboxWriter& writer) {
  bytes_ += writer.bytes_;
  for (const auto& sink : sinks_) {
    if (sink->subscription.kind == writer.queue_.first) sink->depth += writer.entries_;
  }
  {
    const std::lock_guard<std::mutex> hold(mutex_);
    tails_[writer.queue_] = writer.next_;
    ++version_;
  }
  changed_.notify_all();
}

Status Outbox::trim(const Queue& queue, Changes& changes, Trimmed& trimmed) const {
  const auto before = trimmed_.find(queue);
  const std::int64_t from = before == trimmed_.end() ? 0 : before->second;
  const auto [kind, writer] = queue;
  return store_.scan(entry_key(kind, writer, from), entry_key(kind, writer, passed_by_all(queue)),
                     [&, queue](std::string_view key, std::string_view value) {
                       trimmed.more = changes.size() >= kTrimAtOnce;
                       if (trimmed.more) return false;
                       changes.erase(key);
                       trimmed.bytes += stored_bytes(key, value);
                       trimmed.reached[queue] = keys::parse_outbox_entry(key)->sequence + 1;
                       return true;
                     });
}

Status Outbox::commit_trim(Kind kind, Changes& changes, bool& more) {
  Trimmed trimmed;
  for (const std::int64_t writer : writers(kind)) {
    if (trimmed.more) break;
    if (Status status = trim({kind, writer}, changes, trimmed); !status.ok()) return status;
  }
  more = trimmed.more;
  if (changes.empty()) return {};
  if (Status status = store_.commit(changes); !status.ok()) return status;
  for (const auto& [queue, sequence] : trimmed.reached) trimmed_[queue] = sequence;
  bytes_ -= trimmed.bytes;
  return {};
}

Status Outbox::commit_cursor(Sink& sink, const Cursor& cursor, bool& more) {
  const std::lock_guard<std::mutex> hold(commit_mutex_);
  Cursor before = std::exchange(sink.durable, cursor);
  Changes changes;
  changes.put(cursor_key(sink.subscription), keys::encode_cursor(cursor));
  Status status = commit_trim(sink.subscription.kind, changes, more);
  if (!status.ok()) sink.durable = std::move(before);
  return status;
}

void OutboxWriter::append(Changes& changes, std::string_view bytes) {
  if (!outbox_->wanted(queue_.first)) return;
  const std::string key = entry_key(queue_.first, queue_.second, next_++);
  std::string value;
  ByteWriter(value).fixed64(static_cast<std::uint64_t>(to_ms(outbox_->clock_.wall())));
  value.append(bytes);
  changes.put(key, value);
  ++entries_;
  bytes_ += stored_bytes(key, value);
}

void OutboxWriter::committed() {
  if (entries_ == 0) return;
  outbox_->published(*this);
  discarded();
}

Status OutboxReader::read(std::size_t max_entries, std::size_t max_bytes, std::vector<OutboxEntry>& out) {
  if (Status status = recover(); !status.ok()) return status;
  {
    const std::lock_guard<std::mutex> hold(outbox_->mutex_);
    seen_ = outbox_->version_;
  }
  const Outbox::Kind kind = sink_->subscription.kind;
  std::vector<std::int64_t> writers = outbox_->writers(kind);
  std::rotate(writers.begin(), std::lower_bound(writers.begin(), writers.end(), first_writer_),
              writers.end());
  std::size_t bytes = 0;
  for (const std::int64_t writer : writers) {
    if (out.size() >= max_entries || bytes >= max_bytes) break;
    const auto visit = [&](std::string_view key, std::string_view value) {
      if (!out.empty() && bytes + value.size() > max_bytes) bytes = max_bytes;
      if (out.size() >= max_entries || bytes >= max_bytes) return false;
      ByteReader in(value);
      const Time appended_at = from_ms(static_cast<std::int64_t>(in.fixed64()));
      out.push_back({writer, keys::parse_outbox_entry(key)->sequence, appended_at, std::string(in.rest())});
      bytes += value.size();
      return true;
    };
    const Status status = outbox_->store_.scan(entry_key(kind, writer, keys::next_of(next_, writer)),
                                               keys::outbox_end(static_cast<char>(kind), writer), visit);
    stuck_ = !status.ok();
    if (stuck_) return status;
    first_writer_ = writer + 1;
  }
  return {};
}

void OutboxReader::pass(const OutboxEntry& entry) {
  next_[entry.writer] = entry.sequence + 1;
  --sink_->depth;
  dirty_ = true;
}

Status OutboxReader::commit() {
  if (Status status = recover(); !status.ok()) return status;
  bool more = false;
  Status status = outbox_->commit_cursor(*sink_, next_, more);
  stuck_ = !status.ok();
  if (status.ok()) dirty_ = more;
  return status;
}

Status OutboxReader::recover() {
  if (!stuck_) return {};
  Status status = outbox_->store_.reopen();
  stuck_ = !status.ok();
  return status;
}

std::uint64_t OutboxReader::depth() const {
  return static_cast<std::uint64_t>(std::max<std::int64_t>(sink_->depth.load(), 0));
}

void OutboxReader::wait(const std::stop_token& stop, Duration at_most) {
  std::unique_lock<std::mutex> hold(outbox_->mutex_);
  outbox_->changed_.wait_for(hold, stop, at_most, [this] { return outbox_->version_ != seen_; });
  seen_ = outbox_->version_;
}

}  // namespace vedette
