#include "explore/link_check.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>

#include "core/error.h"
#include "core/parallel.h"
#include "explore/other_text.h"
#include "read_support.h"

namespace corpuscope::explore {
namespace {

class LinkCheckTest : public testing::Test {
 protected:
  LinkCheckTest() { core::set_threads(1); }
  ~LinkCheckTest() override { core::set_threads(0); }

  std::filesystem::path read(const model::Config& config, std::int64_t tokens) {
    write_model(folder / "tiny", config);
    const auto file = folder / "w.corpuscope";
    write_corpus(file, tokens);
    ReadSettings settings;
    settings.model = folder / "tiny";
    core::Job job;
    read_corpus(file, settings, job);
    return file;
  }

  test::TemporaryFolder folder;
};

TEST_F(LinkCheckTest, EqualsReadingTheWholeSequenceWithThePassageReplaced) {
  const auto file = read(tiny_config(), 3000);
  auto workspace = workspace::Workspace::open(file);
  LinkChecker checker(file, 1, folder / "tiny");
  auto decoder = model::Decoder::load(folder / "tiny");
  decoder.set_pattern(model::parse_config(workspace.run(1)->config).attention);
  const auto sequence = workspace.tokens(0, 3000);
  const auto bits = [&](const Link& link, std::vector<std::int32_t> tokens) {
    const auto each = decoder.surprisal(tokens);
    return std::accumulate(each.begin() + link.target, each.begin() + link.target + link.targets, 0.0);
  };
  for (const Link link : {Link{1500, 20, 1520, 3}, Link{700, 8, 801, 1}, Link{0, 1, 64, 40}}) {
    SCOPED_TRACE(link.first);
    core::Job job;
    const LinkCheck check = checker.check(link, job);
    EXPECT_NEAR(check.bits, bits(link, sequence), 1e-3);
    // The texts that stand in are those of the same seed.
    OtherText other(workspace, 3000, std::uint64_t(link.first) * 0x9e3779b97f4a7c15u + std::uint64_t(link.target));
    double without[2];
    for (double& one : without) {
      auto changed = sequence;
      const auto text = other.draw(link.count, {link.first, link.target + link.targets - link.first});
      ASSERT_EQ(std::int64_t(text.size()), link.count);
      std::ranges::copy(text, changed.begin() + link.first);
      one = bits(link, changed);
    }
    EXPECT_NEAR(check.bits_without, (without[0] + without[1]) / 2, 1e-3);
    EXPECT_NEAR(check.spread, std::abs(without[0] - without[1]) / 2, 1e-3);
    const auto kept = workspace.link_check(1, link);
    ASSERT_TRUE(kept);
    EXPECT_EQ(kept->bits_without, check.bits_without);
  }
  EXPECT_EQ(workspace.checked_links(1).size(), 3u);
}

TEST_F(LinkCheckTest, APassageThatNoLayerSeesChangesNothing) {
  model::Config config = tiny_config();
  // Segments of 64 tokens; at the other level each takes part alone. Behind a border nothing of what lies before it is
  // known, through any layers.
  config.attention = {{{64, 1}, {1 << 20, 1 << 20}}, pattern::OffsetRule::modulo, false, true};
  const auto file = read(config, 1000);
  LinkChecker checker(file, 1, folder / "tiny");
  core::Job job;
  for (const std::int64_t first : {500, 568}) {
    const LinkCheck hidden = checker.check({first, 8, 578, 3}, job);
    EXPECT_EQ(hidden.bits, hidden.bits_without);
    EXPECT_EQ(hidden.spread, 0);
    EXPECT_FALSE(hidden.confirmed());
  }
  const LinkCheck seen = checker.check({576, 2, 578, 3}, job);
  EXPECT_NE(seen.bits, seen.bits_without);
}

TEST_F(LinkCheckTest, OfAnEdgeIsTheTokenBehindTheQuery) {
  const auto file = read(tiny_config(), 500);
  const auto run = *workspace::Workspace::open(file).run(1);
  EXPECT_EQ(link_of_edge(run, 100, 200), (Link{93, 8, 201, 1}));
  EXPECT_EQ(link_of_edge(run, 3, 3), (Link{0, 4, 4, 1}));
  EXPECT_THROW(link_of_edge(run, 100, 499), core::Error);  // nothing was read behind the last token
  LinkChecker checker(file, 1, folder / "tiny");
  core::Job job;
  for (const Link wrong : {Link{-1, 3, 10, 1}, Link{5, 0, 10, 1}, Link{5, 6, 10, 1}, Link{5, 1, 500, 1}, Link{5, 1, 499, 2}})
    EXPECT_THROW(checker.check(wrong, job), core::Error);
  job.cancel();
  EXPECT_THROW(checker.check({5, 1, 400, 2}, job), core::Cancelled);
  EXPECT_TRUE(workspace::Workspace::open(file).checked_links(1).empty());
}

TEST_F(LinkCheckTest, OtherTextKeepsAwayFromWhatItStandsInFor) {
  const auto file = folder / "w.corpuscope";
  write_corpus(file, 4000);
  const auto workspace = workspace::Workspace::open(file);
  const auto sequence = workspace.tokens(0, 4000);
  OtherText other(workspace, 4000, 5);
  for (int i = 0; i < 50; ++i) {
    const auto text = other.draw(300, {1500, 900});
    ASSERT_EQ(text.size(), 300u);
    EXPECT_EQ(std::ranges::count(text, 0), 0) << "a separator: of two documents";
    const auto found = std::ranges::search(sequence, text);
    const auto first = found.begin() - sequence.begin();
    EXPECT_TRUE(first + 300 <= 1500 || first >= 2400) << first;
  }
  EXPECT_EQ(other.draw(9000, {0, 1}).size(), 9000u);
}

}  // namespace
}  // namespace corpuscope::explore
