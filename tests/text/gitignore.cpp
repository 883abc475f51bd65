#include "text/gitignore.h"

#include <gtest/gtest.h>

#include <cstdio>
#include <cstdlib>
#include <random>
#include <set>

#include "core/job.h"
#include "support.h"
#include "text/walk.h"

namespace corpuscope {
namespace {

TEST(Glob, MatchesAsGitDoes) {
  struct Case {
    const char *pattern, *path;
    bool matches;
  };
  const Case cases[] = {
      {"a", "a", true},
      {"a", "b", false},
      {"*.c", "x.c", true},
      {"*.c", "a/x.c", false},
      {"a/*", "a/b", true},
      {"a/*", "a/b/c", false},
      {"**/x", "x", true},
      {"**/x", "a/b/x", true},
      {"a/**", "a", false},
      {"a/**", "a/b/c", true},
      {"a/**/b", "a/b", true},
      {"a/**/b", "a/x/y/b", true},
      {"a/**/b", "a/bb", false},
      {"[a-c]x", "bx", true},
      {"[!a-c]x", "bx", false},
      {"[^a-c]x", "dx", true},
      {"[]-]", "]", true},
      {"[]-]", "-", true},
      {"[a-]", "-", true},
      {"[", "[", false},
      {"\\*", "*", true},
      {"\\*", "x", false},
      {"a\\", "a\\", false},
      {"[[:digit:]]", "7", true},
      {"[[:alpha:]_]", "_", true},
      {"?", "é", false},
      {"??", "é", true},
      {"**a", "ba", true},
      {"a**b", "axb", true},
      {"x/a**b", "x/a/b", false},
      {"[\\]]", "]", true},
      {"[b/c]", "/", false},
  };
  for (const auto& test : cases)
    EXPECT_EQ(text::Glob(test.pattern).matches(test.path), test.matches) << test.pattern << " on " << test.path;
}

TEST(Glob, ManyStarsTakeNoTime) {
  std::string stars, deep;
  for (int i = 0; i < 50; ++i) stars += "*a", deep += "**/a/";
  std::string path;
  for (int i = 0; i < 200; ++i) path += "a/";
  EXPECT_FALSE(text::Glob(stars + "b").matches(std::string(2000, 'a')));
  EXPECT_FALSE(text::Glob(deep + "b").matches(path + "c"));
}

// A repository in which Git itself can be asked.
class Repository {
 public:
  static bool git_is_here() { return std::system("git --version > /dev/null 2>&1") == 0; }

  Repository() { git("init -q ."); }

  void write(const std::string& name, const std::string& content) { test::write_file(root() / name, content); }

  // The files that Git would track.
  std::set<std::string> kept_by_git() const {
    git("ls-files -z --others --exclude-standard > ../kept");
    std::set<std::string> names;
    const auto listed = test::read_file(folder_ / "kept");
    for (std::size_t at = 0; at < listed.size(); at = listed.find('\0', at) + 1) names.insert(listed.c_str() + at);
    return names;
  }

  std::set<std::string> kept_by_us() const {
    core::Job job;
    std::set<std::string> names;
    for (const auto& file : text::walk(root(), job).files) names.insert(file.name);
    return names;
  }

  std::filesystem::path root() const { return folder_ / "repository"; }

 private:
  void git(const std::string& arguments) const {
    std::filesystem::create_directories(root());
    const auto command = "cd '" + root().string() +
                         "' && HOME=/nowhere XDG_CONFIG_HOME=/nowhere GIT_CONFIG_NOSYSTEM=1 git " + arguments;
    if (std::system(command.c_str()) != 0) throw std::runtime_error("this failed: " + command);
  }

  test::TemporaryFolder folder_;
};

const std::vector<std::string> paths = {"a",
                                        "b.c",
                                        "c.o",
                                        "build/x.c",
                                        "build/keep/y.c",
                                        "src/build/z.c",
                                        "src/a.c",
                                        "src/a.o",
                                        "src/deep/er/a.log",
                                        "src/deep/keep.log",
                                        "doc/a.txt",
                                        "doc/b/a.txt",
                                        "doc/b/c/a.txt",
                                        "foo/bar/baz",
                                        "foo/x/bar/baz",
                                        "#hash",
                                        "!bang",
                                        "space ",
                                        "a b",
                                        "[x]",
                                        "star*",
                                        "back\\slash",
                                        "UPPER.C",
                                        "x.tmp",
                                        "keep.tmp",
                                        ".hidden/f",
                                        "é/ü.txt",
                                        "vendor/lib/one.c",
                                        "vendor/lib/two.h",
                                        "z/z/z/z"};

TEST(Gitignore, HardRulesGiveWhatGitGives) {
  if (!Repository::git_is_here()) GTEST_SKIP() << "git is not here";
  const std::vector<std::string> ignore_files = {
      "*.o\n/build\n",
      "build/\n",
      "*\n!*.c\n",
      "*\n!*/\n!*.c\n",
      "/*\n!/src\n!/doc/\n/doc/*\n!/doc/b\n",
      "**/a.txt\n!doc/b/a.txt\n",
      "doc/**\n",
      "doc/**/a.txt\n",
      "doc/*/a.txt\n",
      "foo/bar\nfoo/**/baz\n",
      "# comment\n\\#hash\n\\!bang\n",
      "space\\ \nspace   \n",
      "space \n",
      "a b\n",
      "[[]x]\n",
      "star\\*\nback\\\\slash\n",
      "*.[!oc]\n",
      "*.[[:lower:]]\n",
      "*.tmp\r\n!keep.tmp\r\n",
      "\xEF\xBB\xBF*.c\n",
      "z/z\n!z/z/z\n",
      ".hidden\n",
      "é/\n",
      "vendor/*\n!vendor/lib\nvendor/lib/*.h\n",
      "/\n//\n!\n\\\n[\n*[\n",
      "**\n",
      "/**\n",
      "**/\n",
      "src/**/\n",
      "?\n",
      "foo/\n!foo/bar/baz\n",
      "src\\/a.c\n",
      "src\\/*\n",
      "build\\/\n",
      "[[:x]/b.c\n[[:b]]\n",
      "[[:nothing:]a]\n",
      "[![:nothing:]]\n",
      "[[::]a]\n",
      "[[:]a]\n",
      "[a-[:alpha:]]\n",
      "[]a]\n",
      "[a-]\n",
      "[^a]\n",
      "*[[:punct:]][a-c]\n",
      "[\\a-\\c].[c-o]\n",
      "[a/]\n",
      "[b\n!a\n",
  };
  Repository repository;
  for (const auto& path : paths) repository.write(path, "x");
  for (const auto& content : ignore_files) {
    repository.write(".gitignore", content);
    EXPECT_EQ(repository.kept_by_us(), repository.kept_by_git()) << content;
  }
}

TEST(Gitignore, NestedFilesAndTheRepositorysOwn) {
  if (!Repository::git_is_here()) GTEST_SKIP() << "git is not here";
  Repository repository;
  for (const auto& path : paths) repository.write(path, "x");
  repository.write(".gitignore", "*.c\n*.txt\n");
  repository.write("src/.gitignore", "!*.c\n/a.o\n");
  repository.write("src/deep/.gitignore", "*.log\n!keep.log\n");
  repository.write("doc/.gitignore", "!/b/a.txt\n");
  repository.write(".git/info/exclude", "z\n!*.c\nx.tmp\n");
  EXPECT_EQ(repository.kept_by_us(), repository.kept_by_git());
}

TEST(Gitignore, RandomRulesGiveWhatGitGives) {
  if (!Repository::git_is_here()) GTEST_SKIP() << "git is not here";
  std::mt19937 random(6);
  const std::vector<std::string> parts = {"a",   "b",     "c",   "*",   "**",    "***",  "?",           "/",   "/",
                                          "*.c", "*/",    "**/", "/**", "[a-c]", "[!a]", "!",           "\\a", "src",
                                          "doc", "build", "foo", "bar", ".c",    ".o",   "[[:alpha:]]", "z"};
  Repository repository;
  for (const auto& path : paths) repository.write(path, "x");
  for (int round = 0; round < 100; ++round) {
    for (const std::string folder : {"", "src/", "doc/", "foo/"}) {
      std::string content;
      for (auto lines = folder.empty() || random() % 2 ? random() % 4 + 1 : 0; lines > 0; --lines) {
        if (random() % 4 == 0) content += "!";
        for (auto count = random() % 5 + 1; count > 0; --count) content += parts[random() % parts.size()];
        content += "\n";
      }
      repository.write(folder + ".gitignore", content);
    }
    ASSERT_EQ(repository.kept_by_us(), repository.kept_by_git())
        << test::read_file(repository.root() / ".gitignore") << "---\n"
        << test::read_file(repository.root() / "src/.gitignore") << "---\n"
        << test::read_file(repository.root() / "doc/.gitignore") << "---\n"
        << test::read_file(repository.root() / "foo/.gitignore");
  }
}

TEST(Gitignore, RandomBytesAreRulesOrNothing) {
  std::mt19937 random(21);
  const std::string grains[] = {"*", "**", "/", "[", "]", "[!", "\\", "?", "!", "#", "\n", "\r", " ", "a", "-", "^", "[:alpha:]"};
  for (int round = 0; round < 5'000; ++round) {
    std::string rules, path;
    for (auto count = random() % 60; count > 0; --count)
      rules += random() % 8 ? grains[random() % std::size(grains)] : std::string(1, char(random()));
    for (auto count = 1 + random() % 30; count > 0; --count) path += random() % 4 ? "ab/-"[random() % 4] : char(random());
    const text::IgnoreFile file(rules);
    const auto verdict = file.verdict(path, round % 2 == 0);
    EXPECT_EQ(verdict.has_value() && file.empty(), false);
  }
}

// Such a line is anybody's: looking for the end of each class anew would take longer than anybody waits.
TEST(Gitignore, ALineOfAMegabyteIsReadAtOnce) {
  for (const std::string part : {"[", "[:", "[[:", "[!", "[a-", "*[", "?*[[:alpha:]"}) {
    std::string line;
    while (line.size() < 1 << 20) line += part;
    EXPECT_FALSE(text::IgnoreFile(line).verdict("b", false)) << part;
  }
}

TEST(Gitignore, AFileTooLargeToBeRulesHoldsNone) {
  Repository repository;
  repository.write("a.o", "x");
  repository.write(".gitignore", "*.o\n" + std::string(1 << 20, '#'));
  EXPECT_TRUE(repository.kept_by_us().contains("a.o"));
}

TEST(Gitignore, HoldsBelowTheFolderThatIsOpened) {
  Repository repository;
  repository.write(".gitignore", "*.o\n/src/gen\nbuild\n");
  for (const auto& path : {"src/a.c", "src/a.o", "src/gen/x.c", "build/y.c", "build/y.o"})
    repository.write(path, "x");
  core::Job job;
  const auto names = [&](const std::string& folder) {
    std::set<std::string> found;
    for (const auto& file : text::walk(repository.root() / folder, job).files) found.insert(file.name);
    return found;
  };
  EXPECT_EQ(names("src"), std::set<std::string>({"a.c"}));
  // Who opens an ignored folder wants what is in it.
  EXPECT_EQ(names("build"), std::set<std::string>({"y.c", "y.o"}));
}

}  // namespace
}  // namespace corpuscope
