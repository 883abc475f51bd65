// Files that are not as they should be: each is used as far as it goes or refused with a message, and nothing
// crashes.

#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmath>
#include <csignal>
#include <thread>

#include "fixture.h"

namespace corpuscope::workspace {
namespace {

namespace fs = std::filesystem;

class Damage : public testing::Test {
 protected:
  // A small workspace with something in every table.
  void fill() {
    Workspace workspace = Workspace::open(file_, true);
    workspace.writer().set_tokenizer(random_words(10'000, 7));
    for (int i = 0; i < 6; ++i)
      put(workspace, "file" + std::to_string(i), random_words(30'000, unsigned(i)) + " whale");
    workspace.writer().set_skipped({{"x", "binary file"}});
    tokenize(workspace);
    const auto run = make_run(workspace, 1);
    const auto tokens = workspace.summary().tokens;
    workspace.writer().append_surprisal(run, 0, random_values(std::size_t(tokens), 1));
    workspace.writer().add_received(run, 0, 0, random_values(5000, 2));
    workspace.writer().put_tile(run, {0, -1, 0, 0, 512, 32, random_values(1024, 3, 1)});
    std::vector<Edge> edges;
    for (std::int64_t q = 1; q < 3000; ++q) edges.push_back({q, q / 2, 0.5f, 0, 1, 2});
    workspace.writer().put_edges(run, 0, 0, 3000, edges);
    workspace.writer().save_state(run, std::vector<std::byte>(5000, std::byte(3)), tokens, 1);
    workspace.writer().put_waypoint(run, 1000, std::vector<std::byte>(5000, std::byte(4)));
    workspace.writer().finish_run(run);
    workspace.writer().put_bookmark({10, 20, "here", "canvas"});
    workspace.writer().put_question({0, run, 1, 100, "Who?", "They.", "{}"});
    workspace.writer().save_paths({0, run, "a path", 5, 10, 2000, true, {{7, 2000, 0, 1, 2, 0}}, {{{9, 2000, 0, 2, 3, 0.5f}}}});
    workspace.writer().save_rollout({0, run, "a rollout", 5, 10}, random_values(std::size_t(tokens), 4, 1));
    workspace.writer().put_link_check(run, {{5, 3, 20, 2}, {1, 2, 0.5}});
    workspace.writer().put_context_reach({run, 8, 1024, 512, 1, {{0, 16, 1, 0.1}, {16, 32, 0.5, 0.1}}});
  }

  // Reads everything; true where nothing was found wrong.
  static bool use(const fs::path& file, bool change) {
    try {
      Workspace workspace = Workspace::open(file);
      workspace.summary();
      workspace.skipped();
      workspace.tokenizer_model();
      workspace.tokens(0, 1 << 20);
      for (const Document& document : workspace.documents()) workspace.text(document.id);
      workspace.document_at(31'000);
      workspace.bookmarks();
      workspace.questions();
      workspace.search_words("whale", 10);
      workspace.search_words("whale nothing", 10);
      for (const auto& run : workspace.runs()) {
        workspace.surprisal(run.id, 0, 1 << 20);
        workspace.surprisal_bins(run.id, 0, run.tokens, 10);
        workspace.received(run.id, 0, 0, 1 << 20);
        workspace.received_bins(run.id, 0, 0, run.tokens, 100);
        workspace.tiles(run.id, 0, -1, 0, 0, 1 << 20);
        workspace.edges_into(run.id, -1, 2000);
        workspace.edges_from(run.id, -1, 100, 20);
        for (const std::int64_t position : workspace.waypoints(run.id)) workspace.waypoint(run.id, position);
        workspace.writer().state(run.id);
        workspace.saved_paths(run.id);
        workspace.checked_links(run.id);
        workspace.link_check(run.id, {5, 3, 20, 2});
        workspace.context_reach(run.id);
        for (const auto& rollout : workspace.rollouts(run.id)) {
          workspace.rollout(rollout.id, 0, 1 << 20);
          workspace.rollout_bins(rollout.id, 0, run.tokens, 10);
        }
      }
      if (change) {
        put(workspace, "file1", "another text");
        workspace.writer().remove_document(workspace.documents().front().id);
        tokenize(workspace);
      }
      return true;
    } catch (const core::Error& error) {
      EXPECT_NE(std::string(error.what()), "");
      return false;
    }
  }

  // The error's whole text.
  static std::string refusal(const fs::path& file, bool create = false) {
    try {
      Workspace::open(file, create);
    } catch (const core::Error& error) {
      return std::string(error.what()) + " " + error.remedy();
    }
    return "opened";
  }

  test::TemporaryFolder folder_;
  fs::path file_ = folder_ / "w.corpuscope";
};

TEST_F(Damage, OneByteAnywhereIsReadOrRefused) {
  fill();
  const std::string good = test::read_file(file_);
  const fs::path copy = folder_ / "copy";
  std::mt19937 random(1);
  int refused = 0;
  for (int i = 0; i < 200; ++i) {
    std::string bytes = good;
    const std::size_t at = i < 60 ? std::size_t(i) : random() % bytes.size();  // most of the header, then anywhere
    bytes[at] = char(bytes[at] ^ (1 + random() % 255));
    fs::remove(copy);
    test::write_file(copy, bytes);
    if (!use(copy, i % 4 == 0)) ++refused;
  }
  EXPECT_GT(refused, 50);  // what is compressed has checksums
}

TEST_F(Damage, ManyBytesAndSwappedPagesAreReadOrRefused) {
  fill();
  const std::string good = test::read_file(file_);
  const fs::path copy = folder_ / "copy";
  std::mt19937 random(2);
  for (int i = 0; i < 60; ++i) {
    std::string bytes = good;
    const std::size_t pages = bytes.size() / 8192;
    for (int k = 0; k < 4; ++k) {
      const std::size_t from = 1 + random() % (pages - 1), to = 1 + random() % (pages - 1);
      bytes.replace(to * 8192, 8192, good, from * 8192, 8192);
      bytes[random() % bytes.size()] = char(random());
    }
    fs::remove(copy);
    test::write_file(copy, bytes);
    use(copy, i % 2 == 0);
  }
}

TEST_F(Damage, ACutFileIsRefusedWhereverItWasCut) {
  fill();
  const std::string good = test::read_file(file_);
  for (const double share : {0.0001, 0.01, 0.3, 0.7, 0.99}) {
    const fs::path copy = folder_ / "copy";
    test::write_file(copy, good.substr(0, std::size_t(double(good.size()) * share)));
    EXPECT_FALSE(use(copy, false)) << share;
  }
}

// A file can be right for the database library and still hold numbers that mean nothing.
TEST_F(Damage, NumbersThatMeanNothingAreRefusedNotFollowed) {
  const char* const changes[] = {
      "UPDATE documents SET text_bytes = 9e18",
      "UPDATE documents SET text_bytes = -1",
      "UPDATE documents SET tokens = 9223372036854775807",
      "UPDATE documents SET tokens = -5",
      "UPDATE documents SET first_token = 9223372036854775807 WHERE id = 2",
      "UPDATE documents SET first_token = -9223372036854775807",
      "UPDATE documents SET first_token = 0",
      "UPDATE documents SET name = name || x'00ff', hash = x'00'",
      "UPDATE facts SET value = 9223372036854775807 WHERE key = 'sequence_tokens'",
      "UPDATE facts SET value = -1 WHERE key = 'sequence_tokens'",
      "UPDATE facts SET value = 'word'",
      "UPDATE facts SET value = x'ff'",
      "UPDATE text_blocks SET bytes = 9223372036854775807",
      "UPDATE text_blocks SET bytes = -1",
      "UPDATE text_blocks SET data = x''",
      "UPDATE text_blocks SET first = first + 1",
      "DELETE FROM text_blocks WHERE id = 2",
      "UPDATE token_blocks SET tokens = 9223372036854775807",
      "UPDATE token_blocks SET tokens = -1",
      "UPDATE token_blocks SET first = 9223372036854775807",
      "UPDATE token_blocks SET data = x'28b52ffd'",
      "UPDATE runs SET tokens = 9223372036854775807, done = tokens",
      "UPDATE runs SET tokens = -1, done = 9223372036854775807",
      "UPDATE runs SET layers = 2147483647",
      "UPDATE runs SET layers = -1, detail = 99",
      "UPDATE track_blocks SET count = 9223372036854775807",
      "UPDATE track_blocks SET count = -1",
      "UPDATE track_blocks SET block = 9223372036854775807 WHERE block = 1",
      "UPDATE track_blocks SET block = -7 WHERE block = 1",
      "UPDATE track_blocks SET data = x'0011'",
      "UPDATE track_levels SET data = x'0011'",
      "UPDATE track_levels SET data = zeroblob(10000000)",
      "UPDATE track_levels SET block = 9223372036854775807 WHERE block = 1",
      "UPDATE tiles SET size = 2147483647",
      "UPDATE tiles SET size = 0",
      "UPDATE tiles SET largest = 9e999, length = 9223372036854775807",
      "UPDATE tile_levels SET longest = -9223372036854775807",
      "UPDATE edge_blocks SET count = 9223372036854775807",
      "UPDATE edge_blocks SET first = first - 9223372036854775807",
      "UPDATE edge_blocks SET data = zeroblob(1000)",
      "UPDATE run_states SET data = x'28b52ffda4ffffffffffffff7f'",
      "UPDATE run_waypoints SET data = x'28b52ffda4ffffffffffffff7f'",
      "UPDATE run_waypoints SET position = -9223372036854775807, part = 9223372036854775807",
      "UPDATE questions SET run = -5, answer = x'ff00ff', as_of = -9223372036854775807",
      "UPDATE bookmarks SET token = 9223372036854775807, count = -9223372036854775807",
      "UPDATE paths SET target = -1, count = 9223372036854775807",
      "UPDATE path_steps SET step = -1 - step, head = 9223372036854775807",
      "UPDATE rollouts SET id = 9223372036854775806, first = -5",
      "DROP TABLE text_blocks",
      "DROP TABLE facts",
      "CREATE TRIGGER evil AFTER UPDATE ON documents BEGIN DELETE FROM runs; END",
  };
  fill();
  const std::string good = test::read_file(file_);
  const fs::path copy = folder_ / "copy";
  for (const char* change : changes) {
    SCOPED_TRACE(change);
    for (const char* rest : {"", "-wal", "-shm"}) fs::remove(copy.string() + rest);
    test::write_file(copy, good);
    execute(copy, change);
    EXPECT_NO_THROW(use(copy, true));
  }
}

TEST_F(Damage, WhatIsNoWorkspaceIsSaidToBeNone) {
  EXPECT_THAT(refusal(folder_ / "absent"), testing::HasSubstr("There is no workspace"));
  EXPECT_THAT(refusal(folder_.path(), true), testing::HasSubstr("is not a regular file"));
  EXPECT_THAT(refusal(folder_ / "no" / "such" / "w", true), testing::HasSubstr("folder"));
  test::write_file(folder_ / "text", "I am a text, not a database at all. " + random_words(5000, 1));
  EXPECT_THAT(refusal(folder_ / "text", true), testing::HasSubstr("no workspace"));
  test::write_file(folder_ / "short", "SQLite");
  EXPECT_THAT(refusal(folder_ / "short", true), testing::HasSubstr("no workspace"));
  test::write_file(folder_ / "empty", "");
  EXPECT_THAT(refusal(folder_ / "empty"), testing::HasSubstr("is empty"));
  EXPECT_EQ(refusal(folder_ / "empty", true), "opened");
  execute(folder_ / "other", "CREATE TABLE theirs (a)");
  EXPECT_THAT(refusal(folder_ / "other", true), testing::HasSubstr("another program"));
  EXPECT_EQ(test::read_file(folder_ / "text").substr(0, 6), "I am a");
}

TEST_F(Damage, ANewerVersionIsRefusedAndLeftAsItIs) {
  fill();
  execute(file_, "PRAGMA user_version = 1000");
  const std::string before = test::read_file(file_);
  EXPECT_THAT(refusal(file_, true), testing::AllOf(testing::HasSubstr("newer version"), testing::HasSubstr("1000")));
  EXPECT_TRUE(test::read_file(file_) == before);
}

TEST_F(Damage, AFullDiskIsSaidAndNothingFinishedIsLost) {
  fill();
  const pid_t child = fork();
  if (child == 0) {
    // Files of this process may not grow beyond this; to SQLite that is a full disk or a failing one.
    std::signal(SIGXFSZ, SIG_IGN);
    const rlimit limit{2u << 20, 2u << 20};
    setrlimit(RLIMIT_FSIZE, &limit);
    int told = 0;
    try {
      Workspace workspace = Workspace::open(file_);
      for (int i = 0; i < 100; ++i) put(workspace, "more" + std::to_string(i), random_words(500'000, unsigned(i)));
    } catch (const core::Error& error) {
      told = std::string(error.what()).find(file_.string()) != std::string::npos && !error.remedy().empty() ? 1 : 2;
    } catch (...) {
      told = 3;
    }
    _exit(told);
  }
  int status = 0;
  waitpid(child, &status, 0);
  ASSERT_TRUE(WIFEXITED(status));
  EXPECT_EQ(WEXITSTATUS(status), 1);
  EXPECT_TRUE(use(file_, true));
}

// Opened twice here, and once by another program that ends first: its end must not take the log away from under this one.
TEST_F(Damage, AnotherProgramLeavesTheLogThatIsInUseHere) {
  fill();
  int go[2];
  ASSERT_EQ(pipe(go), 0);
  const pid_t child = fork();  // before anything is open: it inherits nothing of it
  if (child == 0) {
    char told = 0;
    if (read(go[0], &told, 1) != 1) _exit(2);
    try {
      Workspace workspace = Workspace::open(file_);
      put(workspace, "of the other", "albatross");
    } catch (...) {
      _exit(1);
    }
    _exit(0);
  }
  Workspace workspace = Workspace::open(file_);
  put(workspace, "first", "whale");
  { EXPECT_TRUE(Workspace::open(file_).find_document("first")); }
  fs::path log = file_;
  log += "-wal";
  ASSERT_TRUE(fs::exists(log));
  ASSERT_EQ(write(go[1], "!", 1), 1);
  int status = 0;
  waitpid(child, &status, 0);
  EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0);
  EXPECT_TRUE(fs::exists(log));
  EXPECT_TRUE(workspace.find_document("of the other"));
  put(workspace, "last", "ship");
  EXPECT_TRUE(Workspace::open(file_).find_document("last"));
}

// Each step of the child puts two documents and a run's values together; whenever it dies, both are there or none.
TEST_F(Damage, KilledAtAnyMomentLeavesWholeSteps) {
  fill();
  std::mt19937 random(3);
  for (int kill_number = 0; kill_number < 12; ++kill_number) {
    const pid_t child = fork();
    if (child == 0) {
      try {
        Workspace workspace = Workspace::open(file_);
        Workspace::Writer& writer = workspace.writer();
        for (unsigned i = 0;; ++i) {
          Transaction transaction(writer);
          const std::string text = random_words(20'000 + i % 50'000, i);
          put(workspace, "pair" + std::to_string(i % 20) + "a", text);
          put(workspace, "pair" + std::to_string(i % 20) + "b", text);
          if (i % 7 == 6) tokenize(workspace);
          transaction.commit();
        }
      } catch (...) {
        _exit(1);
      }
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(5 + random() % 150));
    ::kill(child, SIGKILL);
    int status = 0;
    waitpid(child, &status, 0);
    ASSERT_TRUE(WIFSIGNALED(status));
    const Workspace workspace = Workspace::open(file_);
    for (int i = 0; i < 20; ++i) {
      const auto a = workspace.find_document("pair" + std::to_string(i) + "a");
      const auto b = workspace.find_document("pair" + std::to_string(i) + "b");
      ASSERT_EQ(a.has_value(), b.has_value());
      if (!a) continue;
      const std::string text = workspace.text(a->id);
      ASSERT_TRUE(text == workspace.text(b->id));
      const auto first_words =
          workspace.search_words(text.substr(0, 40).substr(0, text.substr(0, 40).rfind(' ')), 100);
      ASSERT_GE(first_words.size(), 2u);
    }
  }
  EXPECT_TRUE(use(file_, true));
}

TEST_F(Damage, WhatMayOnlyBeReadIsReadAndNotWritten) {
  file_ = folder_ / "a % name ? of # its own.corpuscope";
  fill();
  fs::permissions(file_, fs::perms(0444));
  for (const auto folder_permissions : {fs::perms(0777), fs::perms(0555)}) {
    fs::permissions(folder_.path(), folder_permissions);
    const pid_t child = fork();
    if (child == 0) {
      if (geteuid() == 0 && setuid(65534) != 0) _exit(9);  // root may write everything
      int result = use(file_, false) ? 0 : 1;
      if (use(file_, true)) result |= 2;
      _exit(result);
    }
    int status = 0;
    waitpid(child, &status, 0);
    EXPECT_EQ(WEXITSTATUS(status), 0);
  }
  fs::permissions(folder_.path(), fs::perms::owner_all);
}

TEST_F(Damage, AFileOfAnotherProcessThatWritesCanBeReadMeanwhile) {
  fill();
  Workspace writing = Workspace::open(file_);
  Transaction transaction(writing.writer());
  put(writing, "new", "text");
  EXPECT_TRUE(use(file_, false));
}

}  // namespace
}  // namespace corpuscope::workspace
