// Paths and rollouts come back as they were kept, go with their run, and are refused where they are damaged.

#include "workspace/paths.h"

#include <sqlite3.h>

#include "fixture.h"

namespace corpuscope::workspace {
namespace {

class PathStore : public testing::Test {
 protected:
  PathStore() {
    put(workspace_, "a", random_words(99'999, 1));
    tokenize(workspace_);
    run_ = make_run(workspace_);
  }

  SavedPaths example() const {
    SavedPaths paths;
    paths.run = run_;
    paths.name = "the whale – 鯨";
    paths.first = 100;
    paths.count = 20;
    paths.target = 90'000;
    paths.exact = true;
    paths.structural = {{110, 4096, 0, 1, 3, 0}, {4096, 90'000, 1, 2, 0, 0}};
    paths.strongest = {{{119, 119, 0, -1, -1, 1}, {119, 90'000, 1, 2, 1, 0.25f}},
                       {{100, 50'000, 0, 2, 0, 0.5f}, {50'000, 90'000, 1, 2, 3, 1e-20f}}};
    return paths;
  }

  static void expect_same(const SavedPaths& got, const SavedPaths& wanted) {
    EXPECT_EQ(got.run, wanted.run);
    EXPECT_EQ(got.name, wanted.name);
    EXPECT_EQ(got.first, wanted.first);
    EXPECT_EQ(got.count, wanted.count);
    EXPECT_EQ(got.target, wanted.target);
    EXPECT_EQ(got.exact, wanted.exact);
    EXPECT_EQ(got.structural, wanted.structural);
    EXPECT_EQ(got.strongest, wanted.strongest);
  }

  void execute(const char* sql) {
    sqlite3* database = nullptr;
    ASSERT_EQ(sqlite3_open(workspace_.file().c_str(), &database), SQLITE_OK);
    EXPECT_EQ(sqlite3_exec(database, sql, nullptr, nullptr, nullptr), SQLITE_OK) << sqlite3_errmsg(database);
    sqlite3_close(database);
  }

  test::TemporaryFolder folder_;
  Workspace workspace_ = Workspace::open(folder_ / "w.corpuscope", true);
  Workspace::Writer& writer_ = workspace_.writer();
  std::int64_t run_ = 0;
};

TEST_F(PathStore, TheyComeBackNewestFirst) {
  SavedPaths second = example();
  second.name = "blind";
  second.structural.clear();
  second.strongest.clear();
  second.exact = false;
  const auto a = writer_.save_paths(example());
  const auto b = writer_.save_paths(second);
  const auto all = Workspace::open(workspace_.file()).saved_paths(run_);
  ASSERT_EQ(all.size(), 2u);
  expect_same(all[0], second);
  expect_same(all[1], example());
  EXPECT_EQ(all[0].id, b);
  EXPECT_EQ(all[1].id, a);
}

TEST_F(PathStore, TheyAreRenamedRemovedAndGoWithTheirRun) {
  const auto id = writer_.save_paths(example());
  writer_.rename_paths(id, "other");
  EXPECT_EQ(workspace_.saved_paths(run_).at(0).name, "other");
  writer_.remove_paths(id);
  EXPECT_TRUE(workspace_.saved_paths(run_).empty());
  writer_.save_paths(example());
  const auto other = make_run(workspace_);
  EXPECT_TRUE(workspace_.saved_paths(other).empty());
  writer_.save_rollout({0, run_, "r", 0, 1}, std::vector<float>(100'000, 0.5f));
  writer_.remove_run(run_);
  EXPECT_THROW(workspace_.saved_paths(run_), core::Error);
  EXPECT_THROW(workspace_.rollouts(run_), core::Error);
  execute("SELECT CASE WHEN (SELECT count(*) FROM path_steps) + (SELECT count(*) FROM track_blocks) > 0 "
          "THEN load_extension('rows are left') END");
}

TEST_F(PathStore, StrengthIsTheProduct) {
  const SavedPaths paths = example();
  EXPECT_DOUBLE_EQ(strength(paths.strongest[0], 4), 0.5 * (0.5 * 0.25 / 4));
  EXPECT_EQ(strength(paths.structural, 4), 0);
  EXPECT_EQ(strength({}, 4), 0);
  EXPECT_EQ(hops(paths.strongest[0]), 1);
  EXPECT_EQ(hops(paths.structural), 2);
}

TEST_F(PathStore, WhatDoesNotFitIsRefused) {
  const auto refused = [&](const auto& change) {
    SavedPaths paths = example();
    change(paths);
    EXPECT_THROW(writer_.save_paths(paths), core::Error);
  };
  refused([](SavedPaths& p) { p.target = 100'000; });
  refused([](SavedPaths& p) { p.first = -1; });
  refused([](SavedPaths& p) { p.count = 100'000; });
  refused([](SavedPaths& p) { p.run = 77; });
  refused([](SavedPaths& p) { p.strongest[0][0].from = p.strongest[0][0].to = 99; });
  refused([](SavedPaths& p) { p.strongest[0][1].from = 118; });
  refused([](SavedPaths& p) { p.strongest[0][1].weight = -1; });
  refused([](SavedPaths& p) { p.strongest[0][1].weight = NAN; });
  refused([](SavedPaths& p) { p.strongest[0][1].head = 4; });
  refused([](SavedPaths& p) { p.structural[1].level = 3; });
  refused([](SavedPaths& p) { p.structural[1].to = 89'999; });
  refused([](SavedPaths& p) { p.strongest.emplace_back(); });
  EXPECT_TRUE(workspace_.saved_paths(run_).empty());
  EXPECT_THROW(writer_.save_rollout({0, run_, "r", 0, 1}, std::vector<float>(99'999, 0.5f)), core::Error);
  EXPECT_THROW(writer_.save_rollout({0, run_, "r", 0, 1}, std::vector<float>(100'000, -0.5f)), core::Error);
  EXPECT_TRUE(workspace_.rollouts(run_).empty());
}

TEST_F(PathStore, DamageIsTold) {
  for (const char* change :
       {"UPDATE path_steps SET step = step + 10", "UPDATE path_steps SET path = 7 WHERE path = 2",
        "UPDATE path_steps SET path = -1 WHERE path = 0", "UPDATE path_steps SET source = 5",
        "UPDATE path_steps SET level = 99", "UPDATE path_steps SET head = 1 << 40", "UPDATE path_steps SET weight = -1",
        "UPDATE path_steps SET weight = 9e999", "UPDATE path_steps SET layer = -1",
        "UPDATE paths SET target = -9223372036854775807", "UPDATE paths SET count = 9223372036854775807",
        "UPDATE paths SET first = 9223372036854775807"}) {
    SCOPED_TRACE(change);
    const auto id = writer_.save_paths(example());
    execute(change);
    EXPECT_THROW(workspace_.saved_paths(run_), core::Error);
    writer_.remove_paths(id);
    EXPECT_TRUE(workspace_.saved_paths(run_).empty());  // what was damaged can be removed
  }
  const auto id = writer_.save_rollout({0, run_, "r", 0, 1}, std::vector<float>(100'000, 0.5f));
  execute("UPDATE rollouts SET count = 9223372036854775807");
  EXPECT_THROW(workspace_.rollouts(run_), core::Error);
  execute("UPDATE track_blocks SET data = x'0011'");
  EXPECT_THROW(workspace_.rollout(id, 0, 10), core::Error);
  EXPECT_THROW(workspace_.rollout(id + 1, 0, 10), core::Error);
}

TEST_F(PathStore, RolloutsAreTracksOfShares) {
  std::vector<float> shares = random_values(100'000, 3, 1e-4f);
  shares[70'000] = 1;      // a spike
  shares[70'001] = 1e-13f;  // far below an even share, yet kept
  const auto id = writer_.save_rollout({0, run_, "how the passage spreads", 70'000, 1}, shares);
  const auto all = workspace_.rollouts(run_);
  ASSERT_EQ(all.size(), 1u);
  EXPECT_EQ(all[0].name, "how the passage spreads");
  EXPECT_EQ(all[0].first, 70'000);
  const auto got = workspace_.rollout(id, 0, 100'000);
  ASSERT_EQ(got.size(), shares.size());
  for (std::size_t i = 0; i < got.size(); ++i) ASSERT_NEAR(got[i], shares[i], shares[i] / 1000 + 1e-15f) << i;
  const auto bins = workspace_.rollout_bins(id, 0, 100'000, 50);
  ASSERT_EQ(bins.size(), 50u);
  EXPECT_NEAR(bins[35].maximum, 1, 1e-3);
  EXPECT_LT(bins[34].maximum, 2e-4);
  EXPECT_NEAR(bins[10].mean, 0.5e-4, 0.1e-4);
  writer_.remove_rollout(id);
  EXPECT_TRUE(workspace_.rollouts(run_).empty());
  EXPECT_THROW(writer_.remove_rollout(id), core::Error);
}

}  // namespace
}  // namespace corpuscope::workspace
