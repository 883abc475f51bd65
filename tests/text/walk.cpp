#include "text/walk.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <map>

#include "core/error.h"
#include "support.h"

namespace corpuscope {
namespace {

namespace fs = std::filesystem;

text::Walk walk(const fs::path& root) {
  core::Job job;
  return text::walk(root, job);
}

std::vector<std::string> names(const text::Walk& found) {
  std::vector<std::string> list;
  for (const auto& file : found.files) list.push_back(file.name);
  return list;
}

std::map<std::string, std::string> reasons(const text::Walk& found) {
  std::map<std::string, std::string> list;
  for (const auto& file : found.skipped) list[file.name] = file.reason;
  return list;
}

TEST(Walk, FilesComeByNameWithFoldersInPlace) {
  const test::TemporaryFolder folder;
  for (const std::string name : {"b.txt", "a/z.txt", "a/b/c.txt", "a.txt", "Z.txt", "a-b.txt", "a/b.txt"})
    test::write_file(folder / name, name);
  const auto found = walk(folder.path());
  EXPECT_THAT(names(found),
              testing::ElementsAre("Z.txt", "a/b/c.txt", "a/b.txt", "a/z.txt", "a-b.txt", "a.txt", "b.txt"));
  for (const auto& file : found.files) {
    EXPECT_EQ(test::read_file(file.path), file.name);
    EXPECT_EQ(file.bytes, std::int64_t(file.name.size()));
    struct stat status {};
    ASSERT_EQ(stat(file.path.c_str(), &status), 0);
    EXPECT_EQ(file.modified_ns, status.st_mtim.tv_sec * 1'000'000'000 + status.st_mtim.tv_nsec);
  }
  EXPECT_THAT(found.skipped, testing::IsEmpty());
}

TEST(Walk, OneFileIsAFolderOfOne) {
  const test::TemporaryFolder folder;
  test::write_file(folder / "one.txt", "one");
  const auto found = walk(folder / "one.txt");
  ASSERT_THAT(names(found), testing::ElementsAre("one.txt"));
  EXPECT_EQ(test::read_file(found.files[0].path), "one");
}

TEST(Walk, NothingToOpenIsAnError) {
  const test::TemporaryFolder folder;
  EXPECT_THROW(walk(folder / "missing"), core::Error);
  ASSERT_EQ(mkfifo((folder / "pipe").c_str(), 0600), 0);
  EXPECT_THROW(walk(folder / "pipe"), core::Error);
}

TEST(Walk, WhatIsNoFileIsListedWithItsReason) {
  const test::TemporaryFolder folder, elsewhere;
  test::write_file(folder / "file.txt", "x");
  test::write_file(folder / "sub/file.txt", "x");
  test::write_file(elsewhere / "outside.txt", "x");
  ASSERT_EQ(mkfifo((folder / "pipe.txt").c_str(), 0600), 0);
  fs::create_symlink(".", folder / "loop");
  fs::create_symlink("..", folder / "sub/up");
  fs::create_symlink("self", folder / "self");
  fs::create_symlink("missing", folder / "dangling");
  fs::create_symlink("/dev/zero", folder / "device");
  fs::create_symlink(elsewhere.path(), folder / "out");
  fs::create_symlink("file.txt", folder / "same");
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  const auto socket_path = (folder / "socket").string();
  ASSERT_LT(socket_path.size(), sizeof address.sun_path);
  socket_path.copy(address.sun_path, sizeof address.sun_path);
  const int handle = socket(AF_UNIX, SOCK_STREAM, 0);
  ASSERT_EQ(bind(handle, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
  const auto found = walk(folder.path());
  close(handle);

  EXPECT_THAT(names(found), testing::ElementsAre("file.txt", "sub/file.txt"));
  const std::map<std::string, std::string> expected = {{"pipe.txt", "a pipe"},
                                                       {"socket", "a socket"},
                                                       {"loop", "a link to a folder that is read itself"},
                                                       {"sub/up", "a link to a folder that is read itself"},
                                                       {"same", "a link to a file that is read itself"},
                                                       {"self", "a link that leads nowhere"},
                                                       {"dangling", "a link that leads nowhere"},
                                                       {"device", "a link out of the folder"},
                                                       {"out", "a link out of the folder"}};
  EXPECT_EQ(reasons(found), expected);
}

TEST(Walk, IgnoredFoldersAreOneEntry) {
  const test::TemporaryFolder folder;
  for (const std::string name : {"build/a", "build/b/c", "src/x.o", "src/x.c", ".git/config", "sub/.git"})
    test::write_file(folder / name, "x");
  test::write_file(folder / ".gitignore", "build\n*.o\n");
  const auto found = walk(folder.path());
  EXPECT_THAT(names(found), testing::ElementsAre(".gitignore", "src/x.c"));
  const std::map<std::string, std::string> expected = {{".git", "Git's own data"},
                                                       {"sub/.git", "Git's own data"},
                                                       {"build", "ignored by .gitignore"},
                                                       {"src/x.o", "ignored by .gitignore"}};
  EXPECT_EQ(reasons(found), expected);
}

TEST(Walk, NamesThatAreNotUtf8StayApart) {
  const test::TemporaryFolder folder;
  test::write_file(folder / "a-\xFF.txt", "first");
  test::write_file(folder / "a-\xFE.txt", "second");
  test::write_file(folder / "new\nline", "third");
  const auto found = walk(folder.path());
  ASSERT_THAT(names(found), testing::ElementsAre("a-\\xFE.txt", "a-\\xFF.txt", "new\nline"));
  EXPECT_EQ(test::read_file(found.files[0].path), "second");
  EXPECT_EQ(test::read_file(found.files[1].path), "first");
}

TEST(Walk, WhatMayNotBeReadIsListed) {
  if (geteuid() == 0) GTEST_SKIP() << "root may read everything";
  const test::TemporaryFolder folder;
  test::write_file(folder / "secret.txt", "x");
  test::write_file(folder / "closed/x.txt", "x");
  fs::permissions(folder / "secret.txt", fs::perms::none);
  fs::permissions(folder / "closed", fs::perms::none);
  const auto found = walk(folder.path());
  fs::permissions(folder / "closed", fs::perms::owner_all);
  const std::map<std::string, std::string> expected = {{"secret.txt", "no permission"}, {"closed", "no permission"}};
  EXPECT_EQ(reasons(found), expected);
}

TEST(Walk, PathsLongerThanTheSystemTakesAreListed) {
  const test::TemporaryFolder folder;
  const auto before = fs::current_path();
  const std::string name(200, 'd');
  fs::current_path(folder.path());
  for (int depth = 0; depth < 30; ++depth) {
    ASSERT_EQ(mkdir(name.c_str(), 0700), 0);
    ASSERT_EQ(chdir(name.c_str()), 0);
  }
  fs::current_path(before);
  const auto found = walk(folder.path());
  ASSERT_EQ(found.skipped.size(), 1u);
  EXPECT_EQ(found.skipped[0].reason, "its path is too long for the system");
  // The standard library cannot remove what lies so deep.
  ASSERT_EQ(std::system(("rm -rf '" + folder.path().string() + "'/d*").c_str()), 0);
}

TEST(Walk, StopsWhenCancelled) {
  const test::TemporaryFolder folder;
  test::write_file(folder / "a.txt", "x");
  core::Job job;
  job.cancel();
  EXPECT_THROW(text::walk(folder.path(), job), core::Cancelled);
}

TEST(Walk, ManySmallFiles) {
  const test::TemporaryFolder folder;
  test::write_file(folder / ".gitignore", "*.o\n*.tmp\nbuild/\n/out\n**/cache/*.bin\n");
  for (int i = 0; i < 200; ++i) fs::create_directory(folder / std::to_string(i));
  for (int i = 0; i < 20'000; ++i)
    std::ofstream(folder.path() / std::to_string(i % 200) / (std::to_string(i) + ".c")) << "x";
  const auto start = std::chrono::steady_clock::now();
  const auto found = walk(folder.path());
  const std::chrono::duration<double, std::milli> taken = std::chrono::steady_clock::now() - start;
  EXPECT_EQ(found.files.size(), 20'001u);
  std::printf("20,000 files in %.0f ms\n", taken.count());
}

TEST(Walk, NamesStandBelowTheOneThatIsGiven) {
  const test::TemporaryFolder folder;
  test::write_file(folder / "a/x.txt", "x");
  test::write_file(folder / "a/y.log", "y");
  test::write_file(folder / "b/z.txt", "z");
  core::Job job;
  const auto found = text::walk(folder.path(), job, "notes", text::Exclusions({"*.log", "/notes/b"}));
  EXPECT_EQ(names(found), std::vector<std::string>{"notes/a/x.txt"});
  EXPECT_EQ(reasons(found), (std::map<std::string, std::string>{{"notes/a/y.log", "excluded: *.log"},
                                                                {"notes/b", "excluded: /notes/b"}}));
  EXPECT_EQ(found.folders, (std::vector<fs::path>{folder.path() / "", folder.path() / "a/"}));
  EXPECT_EQ(names(text::walk(folder / "a/x.txt", job, "one.txt")), std::vector<std::string>{"one.txt"});
}

}  // namespace
}  // namespace corpuscope
