#pragma once

namespace vedette {

/// Whether standard error is the stream that systemd connected to the journal, as its
/// variable JOURNAL_STREAM tells by device and inode.
bool stderr_is_journal();

}  // namespace vedette
