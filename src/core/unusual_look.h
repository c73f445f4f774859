#pragma once

#include <optional>
#include <vector>

#include "core/unusual_windows.h"

namespace vedette::unusual {

struct Rules {
  Duration pane{};
  Duration learn_for{};
  double min_share = 0;
  double min_client_share = 0;
  double alone_below = 0;
  double budget = 1;       ///< False alerts per model version and week.
  bool recording = false;  ///< A recorded baseline is being read: learn until it ends.
  bool approval = false;   ///< What is learned live is in force once it is promoted.
};

/// What one client, or one segment, did to a window.
struct Part {
  std::uint32_t bucket = 0;
  std::uint64_t principal = 0;
  std::string name;
  double share = 0;         ///< Of the odd events beyond what is usual.
  double rate = 0;          ///< Of odd ones among its own events,
  double usual = 0;         ///< in the baseline.
  double rate_without = 0;  ///< Of odd ones among all others' events.
};

/// More odd events than ever, in a window of all events, or of one client's.
struct Look {
  int length = 0;
  std::size_t level = 0;
  bool of_client = false;  ///< The numbers are those of `client` alone.
  Time start{};
  Time end{};
  Time since{};
  double events = 0;
  double odd = 0;
  double share = 0;
  double usual = 0;
  double threshold = 0;  ///< Least share that is worth an alert.
  double p_value = 1;
  double alpha = 1;
  std::optional<Part> client;   ///< Who sends most of them,
  std::optional<Part> segment;  ///< or where most of them are.
  Counts window;
};

/// What the quarters of a window show, at the first level that shows anything; of all events first, then of
/// each client. Nothing where a shift of all events explains it, or most events are odd: that is drift.
std::optional<Look> look(const Norm& norm, const std::vector<const Span*>& quarters, int length,
                         const Rules& rules);

/// Whether what was told is over: the share fell to less than half of what was worth an alert.
bool is_over(const Norm& norm, const Look& told, const Counts& window);

/// How much more often events are odd because all of them have moved: the upper half holds more than half.
double shift_factor(const Norm& norm, const Counts& window);

}  // namespace vedette::unusual
