#pragma once

#include "core/drift_binning.h"
#include "core/drift_watch.h"
#include "vedette/finding.h"

namespace vedette::drift {

/// What an explanation draws on. All references outlive the call.
struct Story {
  const Entity& entity;
  const Binning& binning;
  const Watch& watch;
  bool provisional = false;
  Time pane_end{};  ///< Of the pane that closed last.
};

/// The finding of a transition: from what to what, since when, how sure.
Finding explain(const Story& story, const Transition& transition);
/// The same for an engine whose columns have a meaning of their own.
using Explain = Finding (*)(const Story& story, const Transition& transition);

/// Says that the comparison is with the baseline of `version`, not with one of the entity's own.
void name_baseline(const std::string& version, Finding& finding);

/// Who asked lately and who used to; `prefix` makes a pseudonym of a client without a name.
struct ClientStory {
  const BusyClients& recent;
  const BusyClients& usual;
  const std::string& prefix;
};
/// Makes a finding about the mix of clients one about the client that grew most.
void name_client(const ClientStory& story, Finding& finding);

}  // namespace vedette::drift
