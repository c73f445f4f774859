#pragma once

#include <memory>
#include <vector>

#include "core/config.h"
#include "pipeline/delivery.h"

namespace vedette {

/// Who takes what from the outbox: one subscription per configured sink, and one for
/// dead letters if they go anywhere.
std::vector<Outbox::Subscription> subscriptions(const Config& config);

/// One delivery stage for each of them. `reject` names the sink that cannot work.
Result<std::vector<std::unique_ptr<DeliveryStage>>> make_outlets(const Config& config, Outbox& outbox,
                                                                 const DeliveryStage::Surroundings& around);

}  // namespace vedette
