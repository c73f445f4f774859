#include "core/drift_explain.h"
#include "core/drift_text.h"
#include "core/short_text.h"

namespace vedette::drift {

void name_client(const ClientStory& story, Finding& finding) {
  if (finding.phase == Finding::Phase::recovered || !(story.recent.total() > 0)) return;
  const auto part = [](const BusyClients& of, std::uint64_t principal) {
    return of.total() > 0 ? of.events_of(principal) / of.total() : 0;
  };
  const BusyClients::Client* most = nullptr;
  double growth = 0;
  for (const BusyClients::Client& client : story.recent.clients()) {
    const double grown = part(story.recent, client.principal) - part(story.usual, client.principal);
    if (grown <= growth) continue;
    growth = grown;
    most = &client;
  }
  if (most == nullptr) return;
  const double now = part(story.recent, most->principal);
  const double before = part(story.usual, most->principal);
  const std::string name = most->name.empty() ? story.prefix + hexadecimal(most->principal) : most->name;
  finding.subject = name;
  finding.subjects = {name};
  finding.top.insert(finding.top.begin(), {"client", name, growth, before, now});
  finding.reasons = {"CLIENT_SHARE"};
  finding.what = name + " sends " + percent(now) + " of the requests (baseline " + percent(before) +
                 ") since " + clock_text(finding.change_since.value_or(finding.start));
  finding.next_steps = "Ask whose client " + name +
                       " is and whether it should ask so much; what it asks is kept from looking like drift "
                       "of the model.";
}

}  // namespace vedette::drift
