#include "formats/formats.h"

#include "formats/clean_text.h"
#include "formats/ocsf.h"

namespace vedette {

Result<Format> find_format(std::string_view name, const FormatOptions& options) {
  if (name == "ocsf") return Format(ocsf);
  if (name == "syslog")
    return Format([identity = options.syslog](const Alert& alert, Time logged_at) {
      return syslog_rfc5424(alert, logged_at, identity);
    });
  if (name == "terminal")
    return Format([style = options.terminal](const Alert& alert, Time) { return terminal(alert, style); });
  return Status::reject("unknown format '" + clean_text(name, 64) + "'; known are ocsf, syslog, terminal");
}

}  // namespace vedette
