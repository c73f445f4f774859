#include "adapters/spdlog/spdlog_log.h"

#include <ctime>
#include <memory>
#include <mutex>
#include <string>

#include <spdlog/logger.h>
#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/ostream_sink.h>

#include "adapters/spdlog/log_line.h"
#include "adapters/spdlog/throttle.h"

namespace vedette {
namespace {

spdlog::level::level_enum level_of(LogLevel level) {
  switch (level) {
    case LogLevel::debug:
      return spdlog::level::debug;
    case LogLevel::info:
      return spdlog::level::info;
    case LogLevel::warning:
      return spdlog::level::warn;
    case LogLevel::error:
      break;
  }
  return spdlog::level::err;
}

/// `%*`: syslog's number of the level, see sd-daemon(3).
class JournalPriority final : public spdlog::custom_flag_formatter {
 public:
  void format(const spdlog::details::log_msg& line, const std::tm&, spdlog::memory_buf_t& out) override {
    const char digit = line.level >= spdlog::level::err    ? '3'
                       : line.level == spdlog::level::warn ? '4'
                       : line.level == spdlog::level::info ? '6'
                                                           : '7';
    out.push_back('<');
    out.push_back(digit);
    out.push_back('>');
  }
  std::unique_ptr<custom_flag_formatter> clone() const override {
    return std::make_unique<JournalPriority>();
  }
};

std::unique_ptr<spdlog::formatter> formatter_for(const LogOptions& options) {
  std::string pattern = options.journal_priority ? "%*" : "";
  pattern += options.form == LogOptions::Form::json ? R"({"time":"%Y-%m-%dT%H:%M:%S.%eZ","level":"%l",%v})"
                                                    : "%Y-%m-%dT%H:%M:%S.%eZ %l %v";
  auto formatter = std::make_unique<spdlog::pattern_formatter>(spdlog::pattern_time_type::utc, "\n");
  formatter->add_flag<JournalPriority>('*').set_pattern(pattern);
  return formatter;
}

class SpdlogLog final : public Log {
 public:
  SpdlogLog(const LogOptions& options, const Clock& clock, std::ostream& out)
      : options_(options),
        clock_(clock),
        throttle_(options.burst, options.window),
        logger_("vedette", std::make_shared<spdlog::sinks::ostream_sink_st>(out, true)) {
    logger_.set_formatter(formatter_for(options));
    logger_.set_level(spdlog::level::trace);
    logger_.set_error_handler([](const std::string&) {});
  }

  ~SpdlogLog() override {
    quietly([this] { report_suppressed(Duration::max()); });
  }

  void write(LogLevel level, std::string_view message, std::initializer_list<Field> fields) override {
    if (level < options_.level) return;
    quietly([&] {
      const Duration now = clock_.monotonic();
      report_suppressed(now);
      if (throttle_.admit(message, now)) put(level, message, fields);
    });
  }

 private:
  template <class Work>
  void quietly(Work work) {
    try {
      const std::lock_guard<std::mutex> hold(mutex_);
      work();
    } catch (...) {  // Out of memory, or a stream that throws: nobody is left to tell.
    }
  }

  void report_suppressed(Duration now) {
    throttle_.close_windows(now, [this](const std::string& text, std::uint64_t count) {
      put(LogLevel::warning, "messages suppressed", {{"text", text}, {"count", std::to_string(count)}});
    });
  }

  void put(LogLevel level, std::string_view message, std::initializer_list<Field> fields) {
    const std::string line =
        options_.form == LogOptions::Form::json ? json_members(message, fields) : text_line(message, fields);
    const spdlog::log_clock::time_point at{clock_.wall().time_since_epoch()};
    logger_.log(at, spdlog::source_loc{}, level_of(level), spdlog::string_view_t(line.data(), line.size()));
  }

  const LogOptions options_;
  const Clock& clock_;
  std::mutex mutex_;  ///< Guards throttle_ and logger_.
  Throttle throttle_;
  spdlog::logger logger_;
};

}  // namespace

std::unique_ptr<Log> make_log(const LogOptions& options, const Clock& clock, std::ostream& out) {
  return std::make_unique<SpdlogLog>(options, clock, out);
}

}  // namespace vedette
