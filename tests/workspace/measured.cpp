#include "fixture.h"

namespace corpuscope::workspace {
namespace {

TEST(Measured, IsKeptWithItsRun) {
  test::TemporaryFolder folder;
  auto workspace = Workspace::open(folder / "w.corpuscope", true);
  put(workspace, "a", random_words(4000, 1));
  tokenize(workspace);
  const auto run = make_run(workspace);
  auto& writer = workspace.writer();
  EXPECT_THROW(writer.put_link_check(run, {{5, 3, 20, 2}, {}}), core::Error);  // nothing was read yet
  writer.append_surprisal(run, 0, random_values(1000, 1));
  writer.save_state(run, std::vector<std::byte>(10), 1000, 1);

  const Link link{5, 3, 20, 2};
  EXPECT_FALSE(workspace.link_check(run, link));
  writer.put_link_check(run, {link, {1, 2, 0.25}});
  writer.put_link_check(run, {{0, 2, 9, 1}, {3, 3, 0}});
  writer.put_link_check(run, {link, {1, 4.5, 0.5}});  // again
  ASSERT_TRUE(workspace.link_check(run, link));
  EXPECT_EQ(workspace.link_check(run, link)->bits_without, 4.5);
  const auto all = workspace.checked_links(run);
  ASSERT_EQ(all.size(), 2u);
  EXPECT_EQ(all[0].link, (Link{0, 2, 9, 1}));
  EXPECT_EQ(all[1].check.spread, 0.5);
  EXPECT_THROW(writer.put_link_check(run, {{5, 3, 7, 2}, {}}), core::Error);     // the target lies in the passage
  EXPECT_THROW(writer.put_link_check(run, {{5, 3, 999, 2}, {}}), core::Error);   // not all of it was read
  EXPECT_THROW(writer.put_link_check(77, {link, {}}), core::Error);

  EXPECT_FALSE(workspace.context_reach(run));
  ContextReach reach{run, 12, 2048, 1024, 3.5, {{0, 16, 1.5, 0.25}, {16, 32, -0.5, 0.125}}};
  writer.put_context_reach(reach);
  reach.octaves.pop_back();
  reach.windows = 9;
  writer.put_context_reach(reach);
  const auto kept = workspace.context_reach(run);
  ASSERT_TRUE(kept);
  EXPECT_EQ(kept->windows, 9);
  EXPECT_EQ(kept->other, 1024);
  EXPECT_EQ(kept->octaves, reach.octaves);
  reach.run = 77;
  EXPECT_THROW(writer.put_context_reach(reach), core::Error);
  writer.remove_run(run);
  EXPECT_FALSE(workspace.context_reach(run));
  EXPECT_TRUE(workspace.checked_links(run).empty());
}

TEST(Measured, ALinkIsConfirmedByMoreThanRoundingAndChance) {
  EXPECT_TRUE((LinkCheck{1, 2, 0.5}).confirmed());
  EXPECT_FALSE((LinkCheck{1, 1.005, 0}).confirmed());
  EXPECT_FALSE((LinkCheck{1, 2, 1.5}).confirmed());
  EXPECT_FALSE((LinkCheck{2, 1, 0}).confirmed());
}

}  // namespace
}  // namespace corpuscope::workspace
