// The stream against the whole sequence, its state, and its memory.
#include <gtest/gtest.h>

#include <atomic>
#include <cstring>
#include <mutex>

#include "core/error.h"
#include "core/parallel.h"
#include "model/decoder.h"
#include "parallel/collective.h"
#include "small.h"

namespace corpuscope::model {
namespace {

using test_models::relative_error;

// Thousands of tiny steps: threads that wait for each other would take most of the time.
class Streaming : public testing::Test {
 protected:
  void SetUp() override { core::set_threads(1); }
  void TearDown() override { core::set_threads(0); }
};

// Surprisal in bits by the whole-sequence logits, in double.
std::vector<float> whole_surprisal(const Decoder& decoder, std::span<const std::int32_t> tokens) {
  const std::vector<float> logits = decoder.logits(tokens);
  const std::size_t vocab = std::size_t(decoder.config().vocab_size);
  std::vector<float> bits{float(std::log2(double(vocab)))};
  for (std::size_t t = 0; t + 1 < tokens.size(); ++t) {
    double sum = 0;
    for (std::size_t i = 0; i < vocab; ++i) sum += std::exp(double(logits[t * vocab + i]));
    bits.push_back(float((std::log(sum) - double(logits[t * vocab + std::size_t(tokens[t + 1])])) / std::log(2.0)));
  }
  return bits;
}

std::vector<float> streamed(const Decoder& decoder, std::span<const std::int32_t> tokens, std::int64_t chunk,
                            Reader& reader) {
  std::vector<float> bits(tokens.size());
  std::mt19937 random(3);
  for (std::size_t at = 0; at < tokens.size();) {
    const std::size_t wanted = chunk > 0 ? std::size_t(chunk) : 1 + random() % 90;  // 0: any lengths
    const std::size_t count = std::min(wanted, tokens.size() - at);
    reader.append(tokens.subspan(at, count), bits.data() + at);
    at += count;
  }
  EXPECT_EQ(reader.position(), std::int64_t(tokens.size()));
  EXPECT_EQ(std::int64_t(reader.next_logits().size()), decoder.config().vocab_size);
  return bits;
}

void expect_stream_equals_whole(const Config& config, std::int64_t length) {
  const Decoder decoder = test_models::decoder(config);
  const auto tokens = test_models::tokens(length, config.vocab_size);
  const std::vector<float> whole = whole_surprisal(decoder, tokens), logits = decoder.logits(tokens);
  const std::span<const float> last = std::span(logits).last(std::size_t(config.vocab_size));
  for (const std::int64_t chunk : {1, 7, 64, 0, 100'000}) {
    Reader reader(decoder);
    const std::vector<float> bits = streamed(decoder, tokens, chunk, reader);
    EXPECT_LT(relative_error<float>(bits, whole), 1e-5) << "chunk " << chunk;
    EXPECT_LT(relative_error<float>(reader.next_logits(), last), 1e-5) << "chunk " << chunk;
  }
}

TEST_F(Streaming, equals_the_whole_sequence_for_any_chunking) {
  for (const Position position : {Position::none, Position::rope, Position::xpos, Position::per_level})
    for (const RotaryLayout layout : {RotaryLayout::half, RotaryLayout::interleaved}) {
      Config config = test_models::config(position);
      config.rotary_layout = layout;
      SCOPED_TRACE(int(position));
      expect_stream_equals_whole(config, 333);
    }
}

// Segments of 16 and 64 tokens from 192 on see nothing before it: what begins there reads as what read all.
TEST_F(Streaming, begins_inside_of_a_sequence_as_if_there_were_nothing_before) {
  for (const Position position : {Position::none, Position::rope, Position::xpos, Position::per_level}) {
    SCOPED_TRACE(int(position));
    Config config = test_models::config(position);
    config.attention.staggered = false;
    const Decoder decoder = test_models::decoder(config);
    const auto tokens = test_models::tokens(300, config.vocab_size);
    const auto whole = decoder.surprisal(tokens);
    for (const std::int64_t chunk : {1, 7, 200}) {
      Reader reader(decoder, 192);
      std::vector<float> bits(108);
      for (std::int64_t at = 0; at < 108; at += chunk) {
        const std::int64_t count = std::min(chunk, 108 - at);
        reader.append(std::span(tokens).subspan(std::size_t(192 + at), std::size_t(count)), bits.data() + at);
      }
      EXPECT_EQ(reader.position(), 300);
      EXPECT_LT(relative_error<float>(std::span(bits).subspan(1), std::span(whole).subspan(193)), 1e-5) << "chunk " << chunk;
      EXPECT_THROW(reader.save(), core::Error);
    }
    // Inside of segments: as if the hidden part of them were not there, which no two positions in a row can tell.
    Reader one(decoder, 200), other(decoder, 200);
    std::vector<float> at_once(100), bit_by_bit(100);
    one.append(std::span(tokens).subspan(200), at_once.data());
    for (std::size_t i = 0; i < 100; ++i) other.append(std::span(tokens).subspan(200 + i, 1), &bit_by_bit[i]);
    EXPECT_LT(relative_error<float>(bit_by_bit, at_once), 1e-5);
  }
}

TEST_F(Streaming, equals_the_whole_sequence_with_sub_layernorm_gelu_bias_and_an_output_of_its_own) {
  Config config = test_models::config();
  config.norm = Norm::layernorm;
  config.sub_layernorm = config.bias = true;
  config.ffn = FeedForward::gelu;
  config.tied_embeddings = false;
  config.attention.rule = pattern::OffsetRule::modulo;
  expect_stream_equals_whole(config, 200);
}

// With this scale base the reach of one origin is 127 positions: the origin moves many times inside of a segment.
TEST_F(Streaming, xpos_equals_the_whole_sequence_while_its_origin_moves) {
  Config config = test_models::config(Position::xpos);
  config.xpos_scale_base = 2;
  expect_stream_equals_whole(config, 127);
  const Decoder decoder = test_models::decoder(config);
  const auto tokens = test_models::tokens(1000, config.vocab_size);
  EXPECT_THROW(decoder.logits(tokens), core::Error) << "these numbers leave the range of float32";
  Reader by_one(decoder), at_once(decoder);
  const std::vector<float> one = streamed(decoder, tokens, 1, by_one), all = streamed(decoder, tokens, 1000, at_once);
  EXPECT_LT(relative_error<float>(one, all), 1e-5);
  for (const float bits : all) ASSERT_TRUE(std::isfinite(bits));
}

// The state of a reader that stands at `position` and remembers nothing: that of a new one with its positions, in the
// head and in each layer's part, replaced.
std::vector<std::byte> state_at(const Decoder& decoder, std::int64_t position) {
  std::vector<std::byte> state = Reader(decoder).save();
  std::size_t at = 16;
  std::memcpy(&state[at], &position, 8);
  at += 8 + std::size_t(decoder.config().hidden_size) * sizeof(float);
  while (at < state.size()) {
    std::uint64_t bytes = 0;
    std::memcpy(&bytes, &state[at], 8);
    std::memcpy(&state[at + 8], &position, 8);
    at += 8 + bytes;
  }
  return state;
}

// All keys within sight move together: what a token sees is the same here and a billion tokens further on.
TEST_F(Streaming, positions_of_a_billion_are_as_good_as_those_at_the_start) {
  for (const Position position : {Position::rope, Position::xpos, Position::per_level}) {
    Config config = test_models::config(position);
    config.attention.staggered = false;  // a moved grid's first segment is shorter than the others
    const Decoder decoder = test_models::decoder(config);
    const auto tokens = test_models::tokens(256, config.vocab_size);
    Reader near(decoder), far(decoder);
    const std::int64_t start = 64 * 4096 * 4000LL;  // 1.05 * 10^9, where segments and pieces begin
    far.load(state_at(decoder, start));
    EXPECT_EQ(far.position(), start);
    std::vector<float> near_bits(tokens.size()), far_bits(tokens.size());
    near.append(tokens, near_bits.data());
    far.append(tokens, far_bits.data());
    EXPECT_LT(relative_error<float>(far_bits, near_bits), 1e-5) << int(position);
  }
}

TEST_F(Streaming, a_saved_state_goes_on_bit_for_bit) {
  for (const Position position : {Position::rope, Position::xpos, Position::per_level}) {
    const Config config = test_models::config(position);
    const Decoder decoder = test_models::decoder(config);
    const auto tokens = test_models::tokens(300, config.vocab_size);
    const std::span<const std::int32_t> all(tokens);
    std::vector<float> undisturbed(300), resumed(300);
    Reader first(decoder);
    first.append(all.first(171), undisturbed.data());
    const std::vector<std::byte> state = first.save();
    first.append(all.subspan(171), undisturbed.data() + 171);
    Reader second(decoder);
    second.append(all.first(40), resumed.data());  // what it held before does not matter
    second.load(state);
    EXPECT_EQ(second.position(), 171);
    EXPECT_EQ(second.save(), state);
    second.append(all.subspan(171), resumed.data() + 171);
    EXPECT_TRUE(std::equal(undisturbed.begin() + 171, undisturbed.end(), resumed.begin() + 171));
    EXPECT_EQ(first.next_logits(), second.next_logits());
  }
}

TEST_F(Streaming, a_damaged_or_foreign_state_is_refused_and_changes_nothing) {
  const Decoder decoder = test_models::decoder(test_models::config());
  const auto tokens = test_models::tokens(100, 53);
  std::vector<float> bits(100);
  Reader reader(decoder);
  reader.append(tokens, bits.data());
  const std::vector<std::byte> state = reader.save();
  for (std::size_t length = 0; length < state.size(); length += length < 400 ? 1 : 97)
    EXPECT_THROW(reader.load(std::span(state).first(length)), core::Error) << length;
  std::vector<std::byte> longer = state;
  longer.push_back(std::byte{0});
  EXPECT_THROW(reader.load(longer), core::Error);
  const Decoder other = test_models::decoder(test_models::config(), 2);
  EXPECT_THROW(Reader(other).load(state), core::Error) << "same shape, other weights";
  EXPECT_EQ(reader.save(), state);
  // Whatever a flipped bit does, it is refused or read; it never leads out of bounds.
  std::mt19937 random(5);
  for (int i = 0; i < 300; ++i) {
    std::vector<std::byte> flipped = state;
    flipped[i < 150 ? random() % 400 : random() % state.size()] ^= std::byte(1u << random() % 8);
    Reader victim(decoder);
    try {
      victim.load(flipped);
      victim.append(std::span(tokens).first(20), bits.data());
    } catch (const core::Error&) {
    }
  }
}

TEST_F(Streaming, the_state_does_not_grow_with_what_was_read) {
  const Decoder decoder = test_models::decoder(test_models::config());
  const auto tokens = test_models::tokens(64 * 40, 53);
  std::vector<float> bits(tokens.size());
  Reader reader(decoder);
  reader.append(std::span(tokens).first(640), bits.data());
  const std::int64_t bytes = reader.state_bytes();
  const std::size_t saved = reader.save().size();
  for (int i = 0; i < 100; ++i) reader.append(std::span(tokens).subspan(640, 640), bits.data());
  EXPECT_EQ(reader.state_bytes(), bytes);
  EXPECT_EQ(reader.save().size(), saved);
}

// How it was read by one, and by several ranks: bits, the logits behind the end, and a state in the middle.
struct OnRanks {
  std::vector<float> bits, logits;
  std::vector<std::byte> middle;
  std::int64_t state_bytes = 0;
};

std::vector<float> append_chunks(Reader& reader, std::span<const std::int32_t> tokens, std::size_t chunk) {
  std::vector<float> bits(tokens.size());
  for (std::size_t at = 0; at < tokens.size(); at += chunk)
    reader.append(tokens.subspan(at, std::min(chunk, tokens.size() - at)), bits.data() + at);
  return bits;
}

OnRanks read_on(int ranks, const Decoder& decoder, std::span<const std::int32_t> tokens, std::size_t chunk) {
  OnRanks first;
  std::mutex mutex;
  parallel::run_on_threads(ranks, [&](parallel::Collective& self) {
    Reader reader(decoder, self);
    OnRanks own;
    const std::size_t half = tokens.size() / 2;
    own.bits = append_chunks(reader, tokens.first(half), chunk);
    own.middle = reader.save();
    EXPECT_EQ(own.middle.empty(), self.rank() > 0);
    for (const float bits : append_chunks(reader, tokens.subspan(half), chunk)) own.bits.push_back(bits);
    own.logits = reader.next_logits();
    EXPECT_EQ(reader.position(), std::int64_t(tokens.size()));
    const std::int64_t bytes = reader.state_bytes();
    if (self.rank() == 0) first = own;
    self.barrier();
    EXPECT_EQ(own.bits, first.bits) << "all ranks get the same";
    EXPECT_EQ(own.logits, first.logits);
    const std::lock_guard lock(mutex);
    first.state_bytes = std::max(first.state_bytes, bytes);
  });
  return first;
}

void expect_ranks_equal_one(const Config& config, std::int64_t length) {
  const Decoder decoder = test_models::decoder(config);
  const auto tokens = test_models::tokens(length, config.vocab_size);
  for (const std::size_t chunk : {1u, 7u, 64u, 100'000u}) {
    const OnRanks one = read_on(1, decoder, tokens, chunk);
    Reader alone(decoder);
    EXPECT_EQ(append_chunks(alone, std::span(tokens).first(tokens.size() / 2), chunk),
              std::vector<float>(one.bits.begin(), one.bits.begin() + std::ptrdiff_t(tokens.size() / 2)));
    EXPECT_EQ(alone.save(), one.middle);
    for (const int ranks : {2, 3, 4, 7}) {
      SCOPED_TRACE(testing::Message() << ranks << " ranks, chunk " << chunk);
      const OnRanks several = read_on(ranks, decoder, tokens, chunk);
      EXPECT_LT(relative_error<float>(several.bits, one.bits), 1e-5);
      EXPECT_LT(relative_error<float>(several.logits, one.logits), 1e-5);
      EXPECT_EQ(several.middle.size(), one.middle.size());
    }
  }
}

TEST_F(Streaming, on_ranks_equals_one_for_any_chunking) {
  for (const Position position : {Position::none, Position::rope, Position::xpos, Position::per_level}) {
    SCOPED_TRACE(int(position));
    expect_ranks_equal_one(test_models::config(position), 150);
  }
}

TEST_F(Streaming, on_ranks_equals_one_for_any_sharing_of_keys_and_values) {
  for (const auto& [heads, kv_heads] : {std::pair(1, 1), {6, 2}, {6, 6}, {6, 1}, {5, 5}}) {
    SCOPED_TRACE(testing::Message() << heads << " heads, " << kv_heads);
    Config config = test_models::config();
    config.heads = heads;
    config.kv_heads = kv_heads;
    config.norm = Norm::layernorm;
    config.sub_layernorm = config.bias = true;
    config.ffn = FeedForward::gelu;
    config.tied_embeddings = false;
    config.attention.rule = pattern::OffsetRule::modulo;
    expect_ranks_equal_one(config, 90);
  }
}

TEST_F(Streaming, on_ranks_the_origin_of_xpos_moves_too) {
  Config config = test_models::config(Position::xpos);
  config.xpos_scale_base = 2;  // its reach is 127 positions
  expect_ranks_equal_one(config, 500);
}

TEST_F(Streaming, any_number_of_ranks_goes_on_from_a_state_of_any_other) {
  for (const Position position : {Position::rope, Position::xpos, Position::per_level}) {
    const Decoder decoder = test_models::decoder(test_models::config(position));
    const auto tokens = test_models::tokens(301, 53);
    const std::span<const std::int32_t> rest = std::span(tokens).subspan(150);
    const OnRanks whole = read_on(1, decoder, tokens, 50);
    const std::vector<float> expected(whole.bits.begin() + 150, whole.bits.end());
    for (const int from : {1, 2, 4, 7}) {
      const std::vector<std::byte> state = read_on(from, decoder, tokens, 50).middle;
      for (const int to : {1, 3, 4, 7})
        parallel::run_on_threads(to, [&](parallel::Collective& self) {
          Reader reader(decoder, self);
          reader.load(state);
          EXPECT_EQ(reader.position(), 150);
          const std::vector<std::byte> again = reader.save();
          EXPECT_TRUE(self.rank() > 0 || again == state) << "the very state, by whatever number of ranks";
          EXPECT_LT(relative_error<float>(append_chunks(reader, rest, 50), expected), 1e-5) << from << " to " << to;
        });
    }
  }
}

TEST_F(Streaming, ranks_split_the_memory_of_the_stream) {
  Config config = test_models::config();
  config.attention.levels = {{512, 1}, {2048, 4}};
  const Decoder decoder = test_models::decoder(config);
  const auto tokens = test_models::tokens(4000, 53);
  const std::int64_t one = read_on(1, decoder, tokens, 100).state_bytes;
  EXPECT_LT(double(read_on(4, decoder, tokens, 100).state_bytes), 0.3 * double(one));
}

TEST_F(Streaming, a_damaged_state_is_refused_by_every_rank) {
  const Decoder decoder = test_models::decoder(test_models::config());
  auto state = read_on(1, decoder, test_models::tokens(100, 53), 50).middle;
  state.pop_back();
  std::atomic<int> refused = 0;
  parallel::run_on_threads(3, [&](parallel::Collective& self) {
    Reader reader(decoder, self);
    try {
      reader.load(state);
    } catch (const core::Error&) {
      ++refused;
    }
  });
  EXPECT_EQ(refused, 3);
}

class CountingSinks : public LayerSinks, attention::WeightSink {
 public:
  attention::WeightSink* layer(int layer) override { return layer == 1 ? this : nullptr; }
  void tile(const attention::WeightTile& tile) override {
    double sum = 0;
    for (int i = 0; i < tile.queries; ++i)
      for (int j = 0; j < tile.keys; ++j) sum += double(tile.weights[i * tile.stride + j]);
    total_ += sum;
  }
  double total() const { return total_; }

 private:
  std::atomic<double> total_ = 0;  // heads come from several threads
};

TEST_F(Streaming, the_weights_of_the_chosen_layer_add_up_to_one_for_each_position_and_head) {
  const Decoder decoder = test_models::decoder(test_models::config());
  const auto tokens = test_models::tokens(150, 53);
  std::vector<float> bits(150), plain(150);
  CountingSinks sinks;
  Reader reader(decoder), unwatched(decoder);
  reader.append(std::span(tokens).first(70), bits.data(), &sinks);
  reader.append(std::span(tokens).subspan(70), bits.data() + 70, &sinks);
  unwatched.append(std::span(tokens).first(70), plain.data());
  unwatched.append(std::span(tokens).subspan(70), plain.data() + 70);
  EXPECT_NEAR(sinks.total(), 150 * 4, 1e-2);
  EXPECT_EQ(bits, plain) << "watching changes nothing";
}

TEST_F(Streaming, tokens_outside_of_the_vocabulary_are_refused_before_anything_is_read) {
  const Decoder decoder = test_models::decoder(test_models::config());
  Reader reader(decoder);
  float bits[2];
  for (const std::int32_t token : {-1, 53, INT32_MAX, INT32_MIN}) {
    const std::int32_t tokens[] = {1, token};
    EXPECT_THROW(reader.append(tokens, bits), core::Error);
    EXPECT_THROW(decoder.loss(tokens), core::Error);
  }
  EXPECT_EQ(reader.position(), 0);
}

TEST_F(Streaming, before_the_first_token_all_are_equally_likely) {
  const Decoder decoder = test_models::decoder(test_models::config());
  const auto tokens = test_models::tokens(3, 53);
  EXPECT_NEAR(decoder.surprisal(tokens)[0], std::log2(53.0), 1e-5);
}

}  // namespace
}  // namespace corpuscope::model
