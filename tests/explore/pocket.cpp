// The model that comes along, as it is shipped: it fits the default tokenizer and predicts what it was trained for.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <random>
#include <utility>

#include "explore/open.h"
#include "model/decoder.h"
#include "support.h"
#include "tokens/tokenizer.h"

namespace corpuscope {
namespace {

// Of this test alone, so that no training text holds it.
constexpr auto prose =
    "The lighthouse keeper counted the ships that passed before noon, and wrote their names into a green book which "
    "his daughter had brought from the town. When the fog came down in the evening he could no longer read what he "
    "had written; so he lit the lamp, sat by the window, and waited for the sound of the bell across the water.\n";
constexpr auto code =
    "#include <stdio.h>\n\nstruct lantern_queue {\n  struct lantern *first;\n  struct lantern *last;\n  int count;\n};\n\n"
    "int lantern_queue_push(struct lantern_queue *queue, struct lantern *item) {\n  if (queue == NULL || item == NULL)\n"
    "    return -1;\n  item->next = NULL;\n  if (queue->last != NULL)\n    queue->last->next = item;\n  else\n"
    "    queue->first = item;\n  queue->last = item;\n  queue->count++;\n  return 0;\n}\n";

class Pocket : public testing::Test {
 protected:
  double bits(const std::vector<std::int32_t>& tokens) const {
    const auto each = decoder.surprisal(tokens);
    return std::accumulate(each.begin(), each.end(), 0.0);
  }
  double bits_a_byte(const std::string& text) const { return bits(tokenizer.encode(text)) / double(text.size()); }

  tokens::Tokenizer tokenizer = tokens::Tokenizer::load(explore::resource("tokenizer/default.model"));
  model::Decoder decoder = model::Decoder::load(explore::resource("models/pocket"));
};

TEST_F(Pocket, FitsTheDefaultTokenizer) {
  EXPECT_EQ(decoder.config().vocab_size, tokenizer.size());
  EXPECT_TRUE(decoder.config().attention.causal);
}

TEST_F(Pocket, PredictsProseAndCodeThatItHasNeverSeen) {
  EXPECT_LT(bits_a_byte(prose), 2.3);
  EXPECT_LT(bits_a_byte(code), 2.3);
}

TEST_F(Pocket, IsSurprisedByTheSameTokensInAnotherOrder) {
  std::mt19937 random(1);
  for (const char* text : {prose, code}) {
    const auto tokens = tokenizer.encode(text);
    auto shuffled = tokens;
    std::ranges::shuffle(shuffled, random);
    EXPECT_GT(bits(shuffled), 1.3 * bits(tokens)) << text;
  }
}

// What it has read a moment ago helps it to predict: the context is used, in code more than in prose.
TEST_F(Pocket, ReadsTheSecondCopyInFewerBits) {
  for (const auto& [text, share] : {std::pair(prose, 0.9), std::pair(code, 0.6)}) {
    auto tokens = tokenizer.encode(text);
    const double once = bits(tokens);
    const auto copy = tokens;
    tokens.insert(tokens.end(), copy.begin(), copy.end());
    EXPECT_LT(bits(tokens) - once, share * once) << text;
  }
}

}  // namespace
}  // namespace corpuscope
