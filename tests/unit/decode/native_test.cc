#include "decode/native.h"

#include <gtest/gtest.h>

#include <string>

#include "decode/pseudonym.h"
#include "vedette/dictionary.h"

namespace vedette {
namespace {

const std::string kHead =
    R"({"schema":"vedette/1","kind":"inference","time":"2026-03-02T10:15:42.123Z","model":"fraud")";

struct Fixture {
  explicit Fixture(DecodeOptions with = {}) : options(std::move(with)) {
    options.key = {0x0706050403020100ULL, 0x0f0e0d0c0b0a0908ULL};
    decoder = native_kind.create(options);
  }
  /// Twice, so that the second time takes the fast path where there is one.
  Verdict decode(const std::string& text) {
    Verdict verdict;
    for (int i = 0; i < 2; ++i) verdict = decoder->decode({41, kDawn, text}, batch);
    return verdict;
  }
  const Event& event() const { return batch.events.back(); }
  Value value(Section section, std::string_view name) const {
    for (std::size_t i = 0; i < event().count; ++i) {
      const Field& field = names.field(batch.keys_of(event())[i]);
      if (field.section == section && field.name == name) return batch.values_of(event())[i];
    }
    ADD_FAILURE() << "no value " << name;
    return {};
  }
  std::string_view word(Section section, std::string_view name) const {
    const Value item = value(section, name);
    return item.type() == Value::Type::word ? batch.text(item.index()) : "not a word";
  }

  DecodeOptions options;
  Dictionary names{{1, 2}};
  Batch batch{names};
  std::unique_ptr<Decoder> decoder;
};

Reject reason_of(const std::string& text) { return Fixture().decode(text).reason; }

TEST(Native, inference_event_is_read_as_documented) {
  Fixture f;
  const Verdict verdict = f.decode(
      R"({"schema":"vedette/1","kind":"inference","id":"req-7c1e9a","time":"2026-03-02T10:15:42.123Z",)"
      R"("model":"fraud-scorer","version":"7","segment":{"region":"eu"},"principal":"svc-checkout",)"
      R"("tenant":"retail-eu","source_ip":"203.0.113.45","user_agent":"python-requests/2.32.3",)"
      R"("features":{"age":31,"income":52000.5,"region":"eu","vip":true,"bureau_score":null},)"
      R"("embedding":[0.125,-0.5],"outputs":{"label":"fraud","score":0.83,)"
      R"("probabilities":{"fraud":0.83,"ok":0.17},"topic":{"money":1}},"status":200,"latency_ms":12.5,)"
      R"("bytes_in":310,"bytes_out":96,"tokens_in":1,"tokens_out":2,"cost_usd":0.5,"model_digest":"sha256:9f2c"})");
  ASSERT_TRUE(verdict.ok()) << verdict.detail;
  EXPECT_EQ(f.decoder->slow_records(), 1u);
  const Event& event = f.event();
  EXPECT_EQ(event.kind, EventKind::inference);
  EXPECT_EQ(to_ms(event.time), 1772446542123);
  EXPECT_EQ(event.offset, 41);
  EXPECT_EQ(f.batch.name(event.model), "fraud-scorer");
  EXPECT_EQ(f.batch.name(event.version), "7");
  EXPECT_EQ(f.batch.name(event.tenant), "retail-eu");
  EXPECT_EQ(f.batch.text(event.id), "req-7c1e9a");
  EXPECT_EQ(f.batch.text(event.user_agent), "python-requests/2.32.3");
  EXPECT_EQ(f.batch.text(event.model_digest), "sha256:9f2c");
  EXPECT_EQ(event.principal, pseudonym(f.options.key, "svc-checkout"));
  EXPECT_EQ(event.source, pseudonym(f.options.key, "203.0.113.45"));
  EXPECT_EQ(event.principal_name, 0u);
  EXPECT_EQ(event.status, 200);
  EXPECT_EQ(event.latency_ms, 12.5);
  EXPECT_EQ(event.bytes_in, 310);
  EXPECT_EQ(event.bytes_out, 96);
  EXPECT_EQ(event.tokens_in, 1);
  EXPECT_EQ(event.tokens_out, 2);
  EXPECT_EQ(event.cost_usd, 0.5);
  EXPECT_EQ(event.count, 12u);
  EXPECT_EQ(f.value(Section::feature, "age").number(), 31);
  EXPECT_EQ(f.value(Section::feature, "income").number(), 52000.5);
  EXPECT_EQ(f.word(Section::feature, "region"), "eu");
  EXPECT_TRUE(f.value(Section::feature, "vip").boolean());
  EXPECT_EQ(f.value(Section::feature, "bureau_score").type(), Value::Type::null);
  const Value embedding = f.value(Section::feature, "embedding");
  ASSERT_EQ(embedding.type(), Value::Type::vector);
  const auto vector = f.batch.vectors[embedding.index()];
  ASSERT_EQ(vector.size(), 2u);
  EXPECT_EQ(vector[0], 0.125F);
  EXPECT_EQ(vector[1], -0.5F);
  EXPECT_EQ(f.word(Section::output, "label"), "fraud");
  EXPECT_EQ(f.value(Section::output, "score").number(), 0.83);
  EXPECT_EQ(f.value(Section::probability, "fraud").number(), 0.83);
  EXPECT_EQ(f.value(Section::probability, "topic.money").number(), 1);
  EXPECT_EQ(f.word(Section::segment, "region"), "eu");
}

TEST(Native, access_event_is_read_as_documented) {
  Fixture f;
  const Verdict verdict = f.decode(
      R"({"schema":"vedette/1","kind":"access","id":"a-1","time":1772446542123,"principal":"alice","tenant":"retail-eu",)"
      R"("action":"download","resource":"model:fraud-scorer:7","result":"success","source_ip":"203.0.113.45",)"
      R"("user_agent":"mlflow/2.9","method":"GET","path":"/get-artifact","status":200,"latency_ms":40,"bytes_out":73400320})");
  ASSERT_TRUE(verdict.ok()) << verdict.detail;
  EXPECT_EQ(f.decoder->slow_records(), 1u);
  const Event& event = f.event();
  EXPECT_EQ(event.kind, EventKind::access);
  EXPECT_EQ(f.batch.name(event.name), "download");
  EXPECT_EQ(f.batch.name(event.result), "success");
  EXPECT_EQ(f.batch.name(event.method), "GET");
  EXPECT_EQ(f.batch.text(event.resource), "model:fraud-scorer:7");
  EXPECT_EQ(f.batch.text(event.path), "/get-artifact");
  EXPECT_EQ(event.bytes_out, 73400320);
  EXPECT_EQ(event.model, 0u);
  EXPECT_EQ(event.count, 0u);
}

TEST(Native, label_is_text_number_or_boolean) {
  const std::string head =
      R"({"schema":"vedette/1","kind":"label","time":"2026-03-03T10:00:00Z","model":"m","inference_id":"req-1","label":)";
  Fixture f;
  ASSERT_TRUE(f.decode(head + "\"ok\"}").ok());
  EXPECT_EQ(f.batch.text(f.event().value.index()), "ok");
  EXPECT_EQ(f.batch.text(f.event().inference_id), "req-1");
  ASSERT_TRUE(f.decode(head + "2.5}").ok());
  EXPECT_EQ(f.event().value.number(), 2.5);
  ASSERT_TRUE(f.decode(head + "true}").ok());
  EXPECT_TRUE(f.event().value.boolean());
  EXPECT_EQ(f.decode(head + "null}").reason, Reject::missing_field);
  EXPECT_EQ(f.decode(head + "[1]}").reason, Reject::wrong_type);
}

TEST(Native, metric_value_may_be_missing_but_must_be_given) {
  const std::string head =
      R"({"schema":"vedette/1","kind":"metric","time":"2026-03-02T10:15:00Z","name":"gpu")";
  Fixture f;
  ASSERT_TRUE(f.decode(head + R"(,"labels":{"node":"gpu-3"},"value":0.97})").ok());
  EXPECT_EQ(f.batch.name(f.event().name), "gpu");
  EXPECT_EQ(f.event().value.number(), 0.97);
  EXPECT_EQ(f.word(Section::segment, "node"), "gpu-3");
  ASSERT_TRUE(f.decode(head + R"(,"value":null})").ok());
  EXPECT_EQ(f.event().value.type(), Value::Type::null);
  EXPECT_EQ(f.decode(head + "}").reason, Reject::missing_field);
  EXPECT_EQ(f.decode(head + R"(,"value":"high"})").reason, Reject::wrong_type);
}

TEST(Native, required_fields_are_required) {
  for (const std::string text :
       {R"({"schema":"vedette/1","kind":"inference","time":1772446542123})",
        R"({"schema":"vedette/1","kind":"inference","model":"m"})",
        R"({"schema":"vedette/1","kind":"inference","time":1772446542123,"model":""})",
        R"({"schema":"vedette/1","kind":"inference","time":1772446542123,"model":null})",
        R"({"schema":"vedette/1","time":1772446542123,"model":"m"})",
        R"({"kind":"inference","time":1772446542123,"model":"m"})",
        R"({"schema":"vedette/1","kind":"access","time":1772446542123,"principal":"p","action":"a"})",
        R"({"schema":"vedette/1","kind":"access","time":1772446542123,"principal":"p","resource":"a"})",
        R"({"schema":"vedette/1","kind":"access","time":1772446542123,"action":"p","resource":"a"})",
        R"({"schema":"vedette/1","kind":"label","time":1772446542123,"model":"m","label":1})",
        R"({"schema":"vedette/1","kind":"label","time":1772446542123,"model":"m","inference_id":"i"})",
        R"({"schema":"vedette/1","kind":"metric","time":1772446542123,"value":1})"})
    EXPECT_EQ(reason_of(text), Reject::missing_field) << text;
}

TEST(Native, other_schemas_and_kinds_are_unsupported) {
  EXPECT_EQ(reason_of(R"({"schema":"vedette/2","kind":"inference","time":1772446542123,"model":"m"})"),
            Reject::unsupported_schema);
  EXPECT_EQ(reason_of(R"({"schema":1,"kind":"inference","time":1772446542123,"model":"m"})"),
            Reject::unsupported_schema);
  EXPECT_EQ(reason_of(R"({"schema":"vedette/1","kind":"trace","time":1772446542123,"model":"m"})"),
            Reject::unsupported_schema);
}

TEST(Native, a_name_may_come_once_at_every_level) {
  for (const std::string rest :
       {R"(,"model":"fraud"})", R"(,"zone":1,"zone":1})", R"(,"tenant":null,"tenant":"a"})",
        R"(,"features":{"a":1,"a":1}})", R"(,"features":{"a":1},"features":{"b":1}})",
        R"(,"features":{"a":1,"\u0061":1}})", R"(,"features":{"embedding":[1]},"embedding":[1]})",
        R"(,"outputs":{"score":1,"score":1}})", R"(,"outputs":{"score":1,"score":{"a":1}}})",
        R"(,"outputs":{"p":{"a":1},"p":{"b":1}}})", R"(,"outputs":{"p":{"a":1,"a":1}}})",
        R"(,"segment":{"a":"x","a":"x"}})"})
    EXPECT_EQ(reason_of(kHead + rest), Reject::duplicate_key) << rest;
}

TEST(Native, a_known_layout_does_not_hide_a_duplicate) {
  Fixture f;
  ASSERT_TRUE(f.decode(kHead + R"(,"features":{"a":1,"b":2,"c":3}})").ok());
  ASSERT_TRUE(f.decode(kHead + R"(,"features":{"a":1,"c":2,"b":3}})").ok());
  EXPECT_EQ(f.decode(kHead + R"(,"features":{"a":1,"b":2,"c":3,"b":2,"c":3}})").reason,
            Reject::duplicate_key);
}

TEST(Native, defects_in_fields_nobody_reads_count) {
  EXPECT_EQ(reason_of(kHead + R"(,"zone":{"a":[1,2,}]}})"), Reject::malformed);
  EXPECT_EQ(reason_of(kHead + R"(,"zone":"a)" + std::string(1, '\x01') + "\"}"), Reject::malformed);
  EXPECT_EQ(reason_of(kHead + ",\"zone\":\"\xff\"}"), Reject::invalid_utf8);
  EXPECT_EQ(reason_of(kHead + R"(,"zone":1e400})"), Reject::bad_number);
  EXPECT_EQ(reason_of(kHead + R"(,"zone":01})"), Reject::bad_number);
}

TEST(Native, numbers_fit_a_double_or_are_refused) {
  Fixture f;
  ASSERT_TRUE(
      f.decode(kHead + R"(,"features":{"a":123456789012345678901234567890,"b":-9223372036854775809}})").ok());
  EXPECT_EQ(f.value(Section::feature, "a").number(), 123456789012345678901234567890.0);
  EXPECT_EQ(f.value(Section::feature, "b").number(), -9223372036854775809.0);
  for (const std::string number : {"1e400", "-1e309", "NaN", "Infinity", "-Infinity", "1.", ".5", "+1", "00"})
    EXPECT_FALSE(f.decode(kHead + ",\"features\":{\"a\":" + number + "}}").ok()) << number;
  for (const std::string number : {"\"NaN\"", "\"nan\"", "\"-inf\"", "\"Infinity\""})
    EXPECT_EQ(f.decode(kHead + ",\"features\":{\"a\":" + number + "}}").reason, Reject::bad_number) << number;
}

TEST(Native, time_outside_of_this_century_is_refused) {
  const auto with_time = [](const std::string& time) {
    return reason_of(R"({"schema":"vedette/1","kind":"inference","model":"m","time":)" + time + "}");
  };
  EXPECT_EQ(with_time("946684800000"), Reject::none);
  EXPECT_EQ(with_time("946684799999"), Reject::bad_time);
  EXPECT_EQ(with_time("4102444799999"), Reject::none);
  EXPECT_EQ(with_time("4102444800000"), Reject::bad_time);
  EXPECT_EQ(with_time("\"1999-12-31T23:59:59Z\""), Reject::bad_time);
  EXPECT_EQ(with_time("\"2026-03-02T10:15:42\""), Reject::bad_time);
  EXPECT_EQ(with_time("true"), Reject::bad_time);
}

TEST(Native, nesting_is_bounded_exactly) {
  const auto nested = [](int depth) {
    return kHead + ",\"zone\":" + std::string(static_cast<std::size_t>(depth), '[') +
           std::string(static_cast<std::size_t>(depth), ']') + "}";
  };
  EXPECT_EQ(reason_of(nested(15)), Reject::none);
  EXPECT_EQ(reason_of(nested(16)), Reject::too_deep);
  EXPECT_EQ(reason_of(nested(5000)), Reject::too_deep);
}

TEST(Native, size_and_number_of_values_are_bounded) {
  DecodeOptions options;
  options.max_values = 3;
  options.max_record_bytes = 200;
  Fixture f(options);
  EXPECT_TRUE(f.decode(kHead + R"(,"features":{"a":1,"b":2,"c":3}})").ok());
  EXPECT_EQ(f.decode(kHead + R"(,"features":{"a":1,"b":2,"c":3},"segment":{"d":"x"}})").reason,
            Reject::too_many_values);
  EXPECT_EQ(f.decode(kHead + std::string(200, ' ') + "}").reason, Reject::too_large);
  EXPECT_EQ(f.decode("").reason, Reject::empty);
  EXPECT_EQ(f.decode("  ").reason, Reject::empty);
}

TEST(Native, unknown_fields_are_ignored_and_counted) {
  Fixture f;
  ASSERT_TRUE(f.decode(kHead + R"(,"zone":{"a":[1,{"b":null}]},"labels":[],"extra":"x"})").ok());
  EXPECT_EQ(f.decoder->slow_records(), 1u);
  EXPECT_EQ(f.batch.unknown_fields, 6u);
  EXPECT_EQ(f.event().count, 0u);
}

TEST(Native, refused_record_leaves_the_batch_as_it_was) {
  Fixture f;
  ASSERT_TRUE(f.decode(kHead + R"(,"features":{"a":"x","b":[1,2]},"zone":1})").ok());
  const Batch before = f.batch;
  EXPECT_FALSE(f.decode(kHead + R"(,"features":{"a":"y","b":[3,4]},"zone":1,"status":"bad"})").ok());
  EXPECT_FALSE(f.decode(kHead + R"(,"features":{"a":"y","b":[3,4]},"zone":1,"zone":1})").ok());
  EXPECT_EQ(f.batch.events.size(), before.events.size());
  EXPECT_EQ(f.batch.values.size(), before.values.size());
  EXPECT_EQ(f.batch.keys.size(), before.keys.size());
  EXPECT_EQ(f.batch.words.size(), before.words.size());
  EXPECT_EQ(f.batch.vectors.size(), before.vectors.size());
  EXPECT_EQ(f.batch.unknown_fields, before.unknown_fields);
  EXPECT_EQ(f.word(Section::feature, "a"), "x");
}

TEST(Native, plain_principal_only_without_pseudonyms) {
  DecodeOptions options;
  options.pseudonymise = false;
  Fixture f(options);
  ASSERT_TRUE(f.decode(kHead + R"(,"principal":"alice"})").ok());
  EXPECT_EQ(f.batch.text(f.event().principal_name), "alice");
  EXPECT_EQ(f.event().principal, pseudonym(f.options.key, "alice"));
}

TEST(Native, identity_is_of_id_and_time_or_of_all_bytes) {
  Fixture f;
  const auto identity = [&f](const std::string& text) {
    EXPECT_TRUE(f.decode(text).ok());
    return f.event().identity;
  };
  EXPECT_EQ(identity(kHead + R"(,"id":"a"})"), identity(kHead + R"(,"id":"a","status":200})"));
  EXPECT_NE(identity(kHead + R"(,"id":"a"})"), identity(kHead + R"(,"id":"b"})"));
  EXPECT_NE(identity(kHead + R"(,"status":200})"), identity(kHead + R"(,"status":201})"));
}

TEST(Native, words_outlive_the_bytes_they_came_from) {
  Fixture f;
  for (int i = 0; i < 3; ++i) {
    std::string text = kHead + R"(,"id":"req-1","features":{"a":"first"}})";
    ASSERT_TRUE(f.decoder->decode({0, kDawn, text}, f.batch).ok());
    text.assign(text.size(), '#');
  }
  for (const Event& event : f.batch.events) EXPECT_EQ(f.batch.text(event.id), "req-1");
  EXPECT_EQ(f.word(Section::feature, "a"), "first");
}

}  // namespace
}  // namespace vedette
