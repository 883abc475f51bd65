#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <map>
#include <random>

#include "core/error.h"
#include "read.h"
#include "support.h"
#include "text/extract.h"
#include "text/lines.h"
#include "text/utf8.h"
#include "text/walk.h"

namespace corpuscope {
namespace {

// What becomes of each file of a folder: its encoding and note, or the reason why it is left out.
std::map<std::string, std::string> outcomes(const std::filesystem::path& folder) {
  core::Job job;
  std::map<std::string, std::string> all;
  const auto found = text::walk(folder, job);
  for (const auto& file : found.skipped) all[file.name] = "skipped: " + file.reason;
  for (const auto& file : found.files) {
    const auto bytes = test::read_file(file.path);
    if (text::is_archive(file.name, bytes)) {
      for (const auto& [name, text] : test::members(file.name, bytes))
        all[name.empty() ? file.name : name] = name.empty() ? "refused: " + text : text.substr(0, 100);
      continue;
    }
    try {
      const auto extracted = text::extract(file.name, bytes);
      EXPECT_TRUE(text::is_utf8(extracted.text)) << file.name;
      all[file.name] = extracted.note.empty() ? extracted.encoding : extracted.encoding + ", " + extracted.note;
    } catch (const core::Error& error) {
      all[file.name] = "refused: " + std::string(error.what());
    }
  }
  return all;
}

bool make_hostile(const std::string& script, const std::filesystem::path& folder, const std::string& option) {
  const auto shared = test::shared_folder();
  if (!shared) return false;
  const auto command = "python3 '" + (*shared / "corpora" / script).string() + "' '" + folder.string() + "' " +
                       option + " > /dev/null 2>&1";
  return std::system(command.c_str()) == 0;
}

void expect_outcomes(const std::map<std::string, std::string>& found,
                     const std::map<std::string, std::string>& expected) {
  for (const auto& [name, outcome] : expected) {
    ASSERT_TRUE(found.contains(name)) << name;
    EXPECT_EQ(found.at(name), outcome) << name;
  }
}

TEST(Hostile, TheFirstSetIsReadOrListed) {
  const test::TemporaryFolder folder;
  if (!make_hostile("make_hostile.py", folder.path(), "--big"))
    GTEST_SKIP() << "the shared script cannot be run here";
  const auto found = outcomes(folder.path());
  expect_outcomes(
      found,
      {
          {"empty.txt", "refused: empty file"},
          {"only-whitespace.txt", "UTF-8"},
          {"only-newlines.md", "UTF-8"},
          {"invalid-utf8-overlong.txt", "UTF-8, 9 invalid sequences became U+FFFD"},
          {"invalid-utf8-surrogates.txt", "UTF-8, 6 invalid sequences became U+FFFD"},
          {"invalid-utf8-truncated.txt", "UTF-8, 1 invalid sequence became U+FFFD"},
          {"nul-bytes.c", "refused: binary file (NUL bytes)"},
          {"elf-pretends-text.txt", "refused: binary file (ELF program)"},
          {"png-pretends-markdown.md", "refused: binary file (PNG picture)"},
          {"combining-100k.txt", "UTF-8"},
          {"bidi-controls.py", "UTF-8"},
          {"utf16le-bom.txt", "UTF-16LE with BOM"},
          {"utf16be-bom.txt", "UTF-16BE with BOM"},
          {"utf16le-odd-length.txt", "UTF-16LE with BOM, 1 invalid sequence became U+FFFD"},
          {"latin1.txt", "ISO-8859-1"},
          {"utf8-bom-crlf.txt", "UTF-8 with BOM"},
          {"new\nline-in-name.txt", "UTF-8"},
          {"not-utf8-name-\\xFF\\xFE.txt", "UTF-8"},
          {"traversal.zip/a.txt",
           "hello hello hello hello hello hello hello hello hello hello hello hello hello hello hello hello hell"},
          {"traversal.zip/escape.txt", "path traversal"},
          {"traversal.zip/absolute.txt", "absolute path"},
          {"truncated.zip/a.txt",
           "hello hello hello hello hello hello hello hello hello hello hello hello hello hello hello hello hell"},
          {"truncated.zip", "! damaged; what stands before is read"},
          {"deflate-garbage.pdf", "refused: PDF: damaged"},
          {"billion-laughs.html", "HTML, UTF-8"},
          {"truncated.epub", "refused: EPUB: damaged (Truncated input file (needed 44 bytes, only 25 available))"},
          {"truncated.gz", "refused: compressed file: damaged (truncated gzip input)"},
          {"not-a.gz", "UTF-8"},
          {"bomb-small-500MB.zip", "refused: unpacks to more than 16 MiB, over 100 times its size"},
          {"truncated.pdf", "refused: PDF: damaged"},
          {"one-line-200MB.txt", "UTF-8"},
          {"fifo.txt", "skipped: a pipe"},
          {"links/loop", "skipped: a link to a folder that is read itself"},
          {"links/dangling", "skipped: a link that leads nowhere"},
          {"links/device", "skipped: a link out of the folder"},
      });
  // Of the archives the one that is sound has no line of its own.
  const auto files = std::count_if(found.begin(), found.end(),
                                   [](const auto& one) { return one.first.find(".zip/") == std::string::npos; });
  EXPECT_EQ(files, 42) << "files of the set are missing or came unasked";
}

TEST(Hostile, TheSecondSetIsReadOrListed) {
  const test::TemporaryFolder folder;
  if (!make_hostile("make_hostile_more.py", folder.path(), "--large"))
    GTEST_SKIP() << "the shared script cannot be run here";
  const auto found = outcomes(folder.path());
  expect_outcomes(
      found,
      {
          {"only-bom.txt", "refused: empty file"},
          {"cr-only.txt", "UTF-8"},
          {"mixed-line-ends.txt", "UTF-8"},
          {"utf8-overlong.txt", "UTF-8, 11 invalid sequences became U+FFFD"},
          {"utf8-lone-surrogates.txt", "UTF-8, 12 invalid sequences became U+FFFD"},
          {"utf8-truncated.txt", "UTF-8, 3 invalid sequences became U+FFFD"},
          {"utf8-beyond-unicode.txt", "UTF-8, 19 invalid sequences became U+FFFD"},
          {"utf8-noncharacters.txt", "UTF-8"},
          {"utf16le-odd-length.txt", "UTF-16LE with BOM, 1 invalid sequence became U+FFFD"},
          {"nul-bytes.txt", "refused: binary file (NUL bytes)"},
          {"control-characters.txt", "UTF-8"},
          {"elf-header.txt", "refused: binary file (ELF program)"},
          {"tokenizer-markers.txt", "UTF-8"},
          {"not-a-zip.epub", "UTF-8"},
          {"without-container.epub", "refused: EPUB: damaged (no META-INF/container.xml)"},
          {"truncated.epub", "refused: EPUB: damaged (ZIP decompression failed (-5))"},
          {"truncated.zip", "! damaged (ZIP decompression failed (-5)); what stands before is read"},
          {"truncated.txt.gz", "refused: compressed file: damaged (truncated gzip input)"},
          {"trailing-garbage.txt.gz", "UTF-8, gzip file"},
          {"truncated.pdf", "refused: PDF: damaged"},
          {"only-header.pdf", "refused: PDF: damaged"},
          {"deep-nesting.html", "HTML, UTF-8"},
          {"unclosed.html", "HTML, UTF-8"},
          {"deep-nesting.json", "UTF-8"},
          {"bomb-1gb.zip", "refused: unpacks to more than 16 MiB, over 100 times its size"},
          {"bomb-100mb.txt.gz", "refused: compressed file: unpacks to more than 16 MiB, over 100 times its size"},
          {"-rf.txt", "UTF-8"},
          {"%s%n&amp;<b>.txt", "UTF-8"},
      });
  if (!found.contains("encrypted.pdf")) return;  // made only where qpdf is
  EXPECT_EQ(found.at("encrypted.pdf"), "refused: PDF: protected with a password");
  EXPECT_EQ(found.at("encrypted-owner-only.pdf"), "PDF");
}

// Every random file is read as valid UTF-8 or refused, and lines can be counted in it.
TEST(Fuzz, RandomBytesAreReadOrRefused) {
  std::mt19937 random(7);
  const std::vector<std::string> starts = {"",
                                           "",
                                           "",
                                           "\xEF\xBB\xBF",
                                           "\xFF\xFE",
                                           "\xFE\xFF",
                                           std::string("\xFF\xFE\0\0", 4),
                                           std::string("\0\0\xFE\xFF", 4),
                                           "%PDF",
                                           "PK\3\4",
                                           "MZ",
                                           "RIFF"};
  const std::vector<std::string> grains = {
      "a",    " ",    "\n",   "\r",       "\xE9",     "\xC3\xA9", "\xE2\x80\x99", "\xF0\x9F", "\xED\xA0\x80",
      "\xC0", "\x80", "\xFF", "\x93\xFA", "the word "};
  int read = 0;
  for (int round = 0; round < 20'000; ++round) {
    std::string bytes = starts[random() % starts.size()];
    const int kind = int(random() % 4);
    for (auto count = random() % 200; count > 0; --count) {
      if (kind == 0) bytes += char(random());
      if (kind == 1) bytes += char(random() % 96 + 32);
      if (kind == 2) bytes += grains[random() % grains.size()];
      if (kind == 3) bytes += random() % 50 ? grains[random() % 3] : std::string(1, char(random()));
    }
    try {
      const auto extracted = text::extract("x", bytes);
      ASSERT_TRUE(text::is_utf8(extracted.text)) << testing::PrintToString(bytes);
      ASSERT_FALSE(extracted.text.empty());
      const text::Lines lines(extracted.text);
      ASSERT_EQ(lines.at(lines.start(lines.count())).line, lines.count());
      ++read;
    } catch (const core::Error&) {
    }
  }
  EXPECT_GT(read, 5'000);
}

TEST(Fuzz, MendingChangesNothingButBadSequences) {
  std::mt19937 random(8);
  for (int round = 0; round < 20'000; ++round) {
    std::string bytes;
    for (auto count = random() % 40; count > 0; --count)
      bytes += char(random() % 2 ? random() : 0x80 + random() % 0x7F);
    const auto mended = text::mend_utf8(bytes);
    ASSERT_TRUE(text::is_utf8(mended.text));
    ASSERT_EQ(mended.replaced == 0, text::is_utf8(bytes));
    ASSERT_EQ(text::mend_utf8(mended.text).text, mended.text);
  }
}

}  // namespace
}  // namespace corpuscope
