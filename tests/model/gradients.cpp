// The gradients against finite differences, for options and combinations that the golden cases do not have.
#include <gtest/gtest.h>

#include "compute/matmul.h"
#include "compute/precision.h"
#include "core/error.h"
#include "core/parallel.h"
#include "model/decoder.h"
#include "small.h"

namespace corpuscope::model {
namespace {

struct Case {
  const char* name;
  void (*change)(Config&);
};

const Case cases[] = {
    {"rope_interleaved_grouped", [](Config& c) { c.rotary_layout = RotaryLayout::interleaved; }},
    {"per_level_staggered_grouped", [](Config& c) { c.position = Position::per_level; }},
    {"per_level_interleaved",
     [](Config& c) {
       c.position = Position::per_level;
       c.rotary_layout = RotaryLayout::interleaved;
     }},
    {"none_layernorm_swiglu_bias",
     [](Config& c) {
       c.position = Position::none;
       c.norm = Norm::layernorm;
       c.bias = true;
     }},
    {"xpos_half_rmsnorm_sub_norm_gelu_tied",
     [](Config& c) {
       c.position = Position::xpos;
       c.xpos_scale_base = 16;
       c.sub_layernorm = true;
       c.ffn = FeedForward::gelu;
     }},
    {"one_head_of_keys_untied",
     [](Config& c) {
       c.kv_heads = 1;
       c.tied_embeddings = false;
       c.attention.rule = pattern::OffsetRule::block;
     }},
};

class Gradients : public testing::TestWithParam<Case> {};

// The slope of the loss along a random direction of ONE weight, by differences of fourth order, beside the
// gradient's. A direction's slope sums over all its numbers, so it is far above the rounding of the float32 losses.
TEST_P(Gradients, agree_with_differences_of_the_loss) {
  core::set_threads(1);
  Config config = test_models::config();
  GetParam().change(config);
  Decoder decoder = test_models::decoder(config);
  const auto tokens = test_models::tokens(90, config.vocab_size);
  Tensors gradients = decoder.zero_gradients();
  decoder.loss(tokens, &gradients);
  std::mt19937 random(11);
  std::normal_distribution<double> normal;
  for (auto& [name, tensor] : decoder.weights()) {
    // Half along the gradient, so that the slope is never small; half random.
    const std::vector<float>& gradient = gradients[name].data;
    double norm = 0, slope = 0;
    for (const float g : gradient) norm += double(g) * double(g);
    norm = std::sqrt(norm);
    std::vector<double> direction;
    for (const float g : gradient)
      direction.push_back(double(g) / norm + normal(random) / std::sqrt(double(gradient.size())));
    for (std::size_t i = 0; i < direction.size(); ++i) slope += direction[i] * double(gradient[i]);
    const std::vector<float> before = tensor.data;
    const auto loss_at = [&](double step) {
      for (std::size_t i = 0; i < before.size(); ++i) tensor.data[i] = float(double(before[i]) + step * direction[i]);
      return decoder.loss(tokens);
    };
    const double h = 2e-2;
    const double measured = (8 * (loss_at(h) - loss_at(-h)) - (loss_at(2 * h) - loss_at(-2 * h))) / (12 * h);
    tensor.data = before;
    // The absolute part is the losses' rounding, 1e-7 of each times 18 / (12 h); without positions the exact slope of a
    // key's bias is 0.
    EXPECT_NEAR(measured, slope, 5e-3 * std::abs(slope) + 7.5e-6) << name;
  }
  core::set_threads(0);
}

INSTANTIATE_TEST_SUITE_P(All, Gradients, testing::ValuesIn(cases),
                         [](const auto& info) { return std::string(info.param.name); });

double relative_distance(const std::vector<float>& ours, const std::vector<float>& exact) {
  double difference = 0, norm = 0;
  for (std::size_t i = 0; i < exact.size(); ++i) {
    difference += std::pow(double(ours[i]) - double(exact[i]), 2);
    norm += std::pow(double(exact[i]), 2);
  }
  return std::sqrt(difference / norm);
}

// In bf16 the factors of products and the attention's queries, keys and values have three digits.
TEST(Loss, in_bf16_it_and_its_gradients_keep_two_digits) {
  for (const Position position : {Position::rope, Position::per_level, Position::none}) {
    Config config = test_models::config();
    config.position = position;
    const Decoder decoder = test_models::decoder(config);
    const auto tokens = test_models::tokens(150, config.vocab_size);
    Tensors exact = decoder.zero_gradients(), rounded = decoder.zero_gradients();
    const double loss = decoder.loss(tokens, &exact);
    const compute::WithPrecision bf16(compute::Precision::bf16);
    EXPECT_NEAR(decoder.loss(tokens, &rounded), loss, 1e-3 * loss);
    for (const auto& [name, tensor] : exact) {
      const double distance = relative_distance(rounded[name].data, tensor.data);
      EXPECT_LT(distance, 0.03) << name;
      EXPECT_GT(distance, 0) << name;  // it was computed otherwise
    }
  }
}

TEST(Loss, gradients_are_added_up_and_a_kept_workspace_changes_nothing) {
  const Decoder decoder = test_models::decoder(test_models::config());
  const auto longer = test_models::tokens(120, 53, 1), shorter = test_models::tokens(31, 53, 2);
  Workspace workspace;
  Tensors kept = decoder.zero_gradients(), fresh = decoder.zero_gradients();
  for (const auto* text : {&longer, &shorter, &longer}) {
    const double loss = decoder.loss(*text, &kept, &workspace);
    EXPECT_EQ(loss, decoder.loss(*text, &fresh));
    EXPECT_NEAR(decoder.loss(*text), loss, 1e-6);
  }
  for (const auto& [name, tensor] : kept) EXPECT_EQ(tensor.data, fresh[name].data) << name;
  Tensors once = decoder.zero_gradients();
  decoder.loss(longer, &once);
  decoder.loss(shorter, &once);
  decoder.loss(longer, &once);
  for (const auto& [name, tensor] : kept)
    EXPECT_LT(test_models::relative_error<float>(once[name].data, tensor.data), 1e-6) << name;
}

// More rows than a block of logits holds, and a vocabulary for which the block is small.
TEST(Loss, equals_the_mean_over_the_logits_of_all_rows) {
  Config config = test_models::config();
  config.vocab_size = 5000;
  const Decoder decoder = test_models::decoder(config);
  const auto tokens = test_models::tokens(1900, config.vocab_size);
  const std::vector<float> logits = decoder.logits(tokens);
  double sum = 0;
  for (std::size_t t = 0; t + 1 < tokens.size(); ++t) {
    double terms = 0;
    for (std::size_t i = 0; i < 5000; ++i) terms += std::exp(double(logits[t * 5000 + i]));
    sum += std::log(terms) - double(logits[t * 5000 + std::size_t(tokens[t + 1])]);
  }
  Tensors gradients = decoder.zero_gradients();
  EXPECT_NEAR(decoder.loss(tokens, &gradients) / (sum / double(tokens.size() - 1)), 1, 1e-6);
}

TEST(Loss, one_token_is_refused) {
  const Decoder decoder = test_models::decoder(test_models::config());
  EXPECT_THROW(decoder.loss(test_models::tokens(1, 53)), core::Error);
}

TEST(Decoder, more_levels_do_not_change_what_lies_within_the_first_ones) {
  Decoder decoder = test_models::decoder(test_models::config());
  decoder.set_pattern(pattern::extended(decoder.config().attention, 4096));
  EXPECT_GT(decoder.config().attention.levels.size(), 3u);
  EXPECT_EQ(decoder.surprisal(test_models::tokens(500, 53)).size(), 500u);
  pattern::Pattern open = decoder.config().attention;
  open.causal = false;
  EXPECT_THROW(decoder.set_pattern(open), core::Error);
  EXPECT_TRUE(decoder.config().attention.causal);
}

}  // namespace
}  // namespace corpuscope::model
