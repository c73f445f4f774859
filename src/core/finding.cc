#include "vedette/finding.h"

namespace vedette {
namespace {

constexpr std::uint64_t kProvisional = 1;
constexpr std::uint64_t kOtherVersion = 2;

void encode(const Entity& entity, ByteWriter& out) {
  for (const EntityPart& part : kEntityParts) out.text(entity.*part.text);
}

Entity decode_entity(ByteReader& in) {
  Entity entity;
  for (const EntityPart& part : kEntityParts) entity.*part.text = in.text();
  return entity;
}

void encode_texts(const std::vector<std::string>& texts, ByteWriter& out) {
  out.u64(texts.size());
  for (const std::string& text : texts) out.text(text);
}

std::vector<std::string> decode_texts(ByteReader& in) {
  std::vector<std::string> texts(in.count());
  for (std::string& text : texts) text = in.text();
  return texts;
}

void encode_number(const std::optional<double>& number, ByteWriter& out) {
  out.flag(number.has_value());
  if (number) out.f64(*number);
}

std::optional<double> decode_number(ByteReader& in) {
  if (!in.flag()) return std::nullopt;
  return in.f64();
}

void encode_evidence(const Finding& finding, ByteWriter& out) {
  for (const double number :
       {finding.effect, finding.effect_threshold, finding.ratio, finding.baseline_n, finding.n})
    out.f64(number);
  encode_number(finding.p_value, out);
  encode_number(finding.log_e, out);
  out.u64(finding.top.size());
  for (const Contribution& part : finding.top) {
    out.text(part.kind);
    out.text(part.name);
    out.f64(part.share);
    out.f64(part.expected);
    out.f64(part.observed);
  }
  out.u64(finding.numbers.size());
  for (const auto& [name, number] : finding.numbers) {
    out.text(name);
    out.f64(number);
  }
}

void decode_evidence(ByteReader& in, Finding& finding) {
  for (double* number :
       {&finding.effect, &finding.effect_threshold, &finding.ratio, &finding.baseline_n, &finding.n})
    *number = in.f64();
  finding.p_value = decode_number(in);
  finding.log_e = decode_number(in);
  finding.top.resize(in.count(26));
  for (Contribution& part : finding.top) {
    part.kind = in.text();
    part.name = in.text();
    part.share = in.f64();
    part.expected = in.f64();
    part.observed = in.f64();
  }
  finding.numbers.resize(in.count(9));
  for (auto& [name, number] : finding.numbers) {
    name = in.text();
    number = in.f64();
  }
}

}  // namespace

void encode(const Finding& finding, ByteWriter& out) {
  out.u64(static_cast<std::uint64_t>(finding.phase));
  encode(finding.entity, out);
  out.text(finding.group);
  out.text(finding.subject);
  encode_texts(finding.subjects, out);
  for (const Time time : {finding.at, finding.start, finding.end}) out.i64(to_ms(time));
  out.flag(finding.change_since.has_value());
  if (finding.change_since) out.i64(to_ms(*finding.change_since));
  out.i64(finding.quiet_closes.count());
  out.u64((finding.provisional ? kProvisional : 0) | (finding.baseline_version.empty() ? 0 : kOtherVersion));
  if (!finding.baseline_version.empty()) out.text(finding.baseline_version);
  out.flag(finding.minor);
  out.text(finding.effect_name);
  encode_evidence(finding, out);
  encode_texts(finding.reasons, out);
  out.text(finding.what);
  out.text(finding.next_steps);
}

Finding decode_finding(ByteReader& in) {
  Finding finding;
  finding.phase = static_cast<Finding::Phase>(in.u64() % 3);
  finding.entity = decode_entity(in);
  finding.group = in.text();
  finding.subject = in.text();
  finding.subjects = decode_texts(in);
  for (Time* time : {&finding.at, &finding.start, &finding.end}) *time = from_ms(in.i64());
  if (in.flag()) finding.change_since = from_ms(in.i64());
  finding.quiet_closes = Duration{in.i64()};
  const std::uint64_t baseline = in.u64();
  finding.provisional = (baseline & kProvisional) != 0;
  if ((baseline & kOtherVersion) != 0) finding.baseline_version = in.text();
  finding.minor = in.flag();
  finding.effect_name = in.text();
  decode_evidence(in, finding);
  finding.reasons = decode_texts(in);
  finding.what = in.text();
  finding.next_steps = in.text();
  return finding;
}

}  // namespace vedette
