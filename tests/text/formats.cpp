// The shared books in several formats: each must give the words of its plain text.
#include <algorithm>
#include <ostream>
#include <sstream>

#include "read.h"
#include "support.h"

namespace corpuscope {
namespace {

std::string replaced(std::string text, const std::string& from, const std::string& to) {
  for (std::size_t at = 0; (at = text.find(from, at)) != text.npos; at += to.size())
    text.replace(at, from.size(), to);
  return text;
}

// Without the invisible joiners and with plain spaces, as the plain texts are.
std::vector<std::string> words(std::string text) {
  for (const char* joiner : {"\u2060", "\uFEFF", "\u200B", "\u200D", "\u200A"}) text = replaced(text, joiner, "");
  for (const char* space : {"\u00A0", "\u202F", "\u2009", "\u2003", "\u2002"}) text = replaced(text, space, " ");
  std::istringstream in(text);
  std::vector<std::string> all;
  for (std::string word; in >> word;) all.push_back(word);
  return all;
}

class Formats : public testing::Test {
 protected:
  void SetUp() override {
    if (!test::shared_folder()) GTEST_SKIP() << "the shared texts are not here";
    corpora_ = *test::shared_folder() / "corpora";
  }

  text::Extracted read(const std::string& name) {
    return text::extract(name, test::read_file(corpora_ / "formats" / name));
  }
  std::vector<std::string> expected(const std::string& name) { return words(test::read_file(corpora_ / name)); }

  std::filesystem::path corpora_;
};

struct Difference {
  std::vector<std::string> missing, extra;
};

std::ostream& operator<<(std::ostream& out, const Difference& difference) {
  const auto list = [&](const char* what, const std::vector<std::string>& all) {
    out << all.size() << what;
    for (std::size_t i = 0; i < std::min<std::size_t>(all.size(), 60); ++i) out << ' ' << all[i];
  };
  list(" words missing:", difference.missing);
  list("\n extra:", difference.extra);
  return out;
}

// Both in order; where they part, they go on where they have four words in common with the fewest left out.
Difference difference(const std::vector<std::string>& found, const std::vector<std::string>& wanted) {
  Difference all;
  const auto same_at = [&](std::size_t i, std::size_t j) {
    const auto count = std::min({std::size_t(4), found.size() - i, wanted.size() - j});
    return count > 0 && std::equal(found.begin() + std::ptrdiff_t(i), found.begin() + std::ptrdiff_t(i + count),
                                   wanted.begin() + std::ptrdiff_t(j));
  };
  std::size_t i = 0, j = 0;
  while (i < found.size() && j < wanted.size()) {
    if (found[i] == wanted[j]) {
      ++i, ++j;
      continue;
    }
    std::size_t skip = 1, in_wanted = 0;
    const auto meets = [&] {
      for (in_wanted = 0; in_wanted <= skip; ++in_wanted)
        if (i + skip - in_wanted < found.size() && j + in_wanted < wanted.size() &&
            same_at(i + skip - in_wanted, j + in_wanted))
          return true;
      return false;
    };
    while (skip < 3000 && !meets()) ++skip;
    if (skip == 3000) break;
    for (; skip > in_wanted; --skip) all.extra.push_back(found[i++]);
    for (; in_wanted > 0; --in_wanted) all.missing.push_back(wanted[j++]);
  }
  all.extra.insert(all.extra.end(), found.begin() + std::ptrdiff_t(i), found.end());
  all.missing.insert(all.missing.end(), wanted.begin() + std::ptrdiff_t(j), wanted.end());
  return all;
}

TEST_F(Formats, Epub) {
  for (const std::string name : {"wells-the-time-machine", "bierce-the-devils-dictionary", "shakespeare-hamlet"}) {
    SCOPED_TRACE(name);
    const auto book = read(name + ".epub");
    EXPECT_EQ(book.note, "");
    EXPECT_GT(book.anchors.size(), 10u);
    // Beside title, imprint and notes: the marks of notes, and the word "Chapter", which only the plain texts have.
    // The plain texts have speakers' names in capitals and stage directions in brackets, as the books' style has
    // them.
    const auto plain = [](std::string text) {
      std::erase_if(text, [](char c) { return c == '[' || c == ']'; });
      std::transform(text.begin(), text.end(), text.begin(),
                     [](unsigned char c) { return c < 0x80 ? char(std::tolower(c)) : char(c); });
      return words(text);
    };
    const auto apart = difference(plain(book.text), plain(test::read_file(corpora_ / "books" / (name + ".txt"))));
    EXPECT_LE(apart.missing.size(), 30u) << apart;
    EXPECT_LE(apart.extra.size(), 900u) << apart;
  }
}

TEST_F(Formats, Docx) {
  const auto letter = read("stoker-dracula-1-2.docx");
  const auto apart = difference(words(letter.text), expected("formats/expected/stoker-dracula-1-2.txt"));
  EXPECT_EQ(apart.missing.size(), 0u) << apart;
  EXPECT_LE(apart.extra.size(), 10u) << apart;  // title and author
  EXPECT_THAT(test::names(letter), testing::IsSupersetOf({"Chapter I", "Chapter II"}));
}

TEST_F(Formats, OpenDocument) {
  const auto letter = read("wells-the-war-of-the-worlds-1-2.odt");
  const auto apart = difference(words(letter.text), expected("formats/expected/wells-the-war-of-the-worlds-1-2.txt"));
  EXPECT_EQ(apart.missing.size(), 0u) << apart;
  EXPECT_LE(apart.extra.size(), 10u) << apart;  // title and author
  EXPECT_THAT(test::names(letter),
              testing::ElementsAre("Chapter I. The Eve of the War", "Chapter II. The Falling Star"));
}

TEST_F(Formats, Compressed) {
  EXPECT_EQ(words(read("shelley-frankenstein.txt.gz").text), expected("books/shelley-frankenstein.txt"));
}

// Another edition: nearly all its words are there, and its chapters are anchors.
TEST_F(Formats, Html) {
  const auto book = read("austen-pride-and-prejudice.htm");
  EXPECT_EQ(std::count_if(book.anchors.begin(), book.anchors.end(),
                          [](const auto& a) { return a.name.starts_with("Chapter "); }),
            61);
  const auto found = words(book.text).size(), wanted = expected("books/austen-pride-and-prejudice.txt").size();
  EXPECT_NEAR(double(found), double(wanted), 0.04 * double(wanted));
}

TEST_F(Formats, MarkdownIsLeftAsItIs) {
  const std::string name = "baum-the-wonderful-wizard-of-oz.md";
  EXPECT_EQ(read(name).text, test::read_file(corpora_ / "formats" / name));
}

// What is in the one and not in the other: running heads and page numbers; words that a page's end divides.
TEST_F(Formats, Pdf) {
  const auto document = read("melville-moby-dick-42-43.pdf");
  EXPECT_EQ(document.anchors.back().name, "page " + std::to_string(document.anchors.size()));
  const auto apart = difference(words(document.text), expected("formats/expected/melville-moby-dick-42-43.txt"));
  EXPECT_LE(apart.missing.size(), 4u) << apart;
  EXPECT_LE(apart.extra.size(), 3 * document.anchors.size() + 8) << apart;
}

}  // namespace
}  // namespace corpuscope
