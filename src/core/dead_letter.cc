#include "core/dead_letter.h"

namespace vedette {

void encode(const DeadLetter& letter, ByteWriter& out) {
  out.text(letter.position.partition.topic);
  out.i64(letter.position.partition.partition);
  out.i64(letter.position.offset);
  out.i64(to_ms(letter.broker_time));
  out.text(letter.reason);
  out.text(letter.detail);
  out.text(letter.bytes);
}

DeadLetter decode_dead_letter(ByteReader& in) {
  DeadLetter letter;
  letter.position.partition.topic = in.text();
  letter.position.partition.partition = static_cast<std::int32_t>(in.i64());
  letter.position.offset = in.i64();
  letter.broker_time = from_ms(in.i64());
  letter.reason = in.text();
  letter.detail = in.text();
  letter.bytes = in.text();
  return letter;
}

}  // namespace vedette
