#include "text/extract.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/error.h"
#include "support.h"
#include "text/utf8.h"

namespace corpuscope {
namespace {

using namespace std::string_literals;
using testing::StartsWith;

text::Extracted extract(const std::string& bytes, const std::string& name = "a.txt") {
  return text::extract(name, bytes);
}

std::string refusal(const std::string& bytes, const std::string& name = "a.txt") {
  try {
    text::extract(name, bytes);
  } catch (const core::Error& error) {
    return error.what();
  }
  return "it was read";
}

std::string repeated(const std::string& part, int times) {
  std::string all;
  for (int i = 0; i < times; ++i) all += part;
  return all;
}

std::string utf16(const std::u16string& text, bool big) {
  std::string bytes;
  for (const char16_t unit : text) {
    const char high = char(unit >> 8), low = char(unit & 255);
    bytes += big ? high : low;
    bytes += big ? low : high;
  }
  return bytes;
}

void expect_read(const std::string& bytes, const std::string& text, const std::string& encoding) {
  const auto extracted = extract(bytes);
  EXPECT_EQ(extracted.text, text);
  EXPECT_EQ(extracted.encoding, encoding);
  EXPECT_EQ(extracted.note, "");
}

TEST(Extract, Utf8IsLeftAsItIs) {
  for (const auto& text :
       {"plain"s, "two\r\nlines\rof\ntext"s, "é 名 😀\n"s, " \t\v\f\n"s, "\xEF\xBF\xBE \xF4\x8F\xBF\xBF"s,
        "inside \xEF\xBB\xBF stays"s, "\x1B[31mred\x1B[0m"s, "a real \xEF\xBF\xBD"s})
    expect_read(text, text, "UTF-8");
}

TEST(Extract, ByteOrderMarksAreTakenOff) {
  expect_read("\xEF\xBB\xBFh\xC3\xA9\r\n", "hé\r\n", "UTF-8 with BOM");
  expect_read("\xFF\xFE" + utf16(u"hé名😀\r\n", false), "hé名😀\r\n", "UTF-16LE with BOM");
  expect_read("\xFE\xFF" + utf16(u"hé名😀\r\n", true), "hé名😀\r\n", "UTF-16BE with BOM");
  expect_read("\xFF\xFE\0\0h\0\0\0\xE9\0\0\0"s, "hé", "UTF-32LE with BOM");
  expect_read("\0\0\xFE\xFF\0\0\0h\0\0\0\xE9"s, "hé", "UTF-32BE with BOM");
}

TEST(Extract, Utf16IsKnownWithoutItsMark) {
  const std::u16string english = u"It was the best of times, it was the worst of times.\r\n";
  const std::u16string chinese = u"話說天下大勢，分久必合，合久必分。 周末七國分爭，并入於秦。\n";
  const std::string english8 = "It was the best of times, it was the worst of times.\r\n";
  const std::string chinese8 = "話說天下大勢，分久必合，合久必分。 周末七國分爭，并入於秦。\n";
  expect_read(utf16(english, false), english8, "UTF-16LE");
  expect_read(utf16(english, true), english8, "UTF-16BE");
  expect_read(utf16(chinese, false), chinese8, "UTF-16LE");
  expect_read(utf16(chinese, true), chinese8, "UTF-16BE");
}

TEST(Extract, DamagedUtf16IsMendedAndSaysSo) {
  const auto odd = extract("\xFF\xFEo\0d\0d\0A"s);
  EXPECT_EQ(odd.text, "odd\xEF\xBF\xBD");
  EXPECT_EQ(odd.note, "1 invalid sequence became U+FFFD");
  const auto lone = extract("\xFF\xFE\x00\xD8x\0\x00\xDC"s);
  EXPECT_EQ(lone.text, "\xEF\xBF\xBDx\xEF\xBF\xBD");
  EXPECT_EQ(lone.note, "2 invalid sequences became U+FFFD");
}

TEST(Extract, OlderEncodings) {
  expect_read(repeated("na\xEFve fa\xE7"
                       "ade \xFC"
                       "ber stra\xDF"
                       "e\n",
                       40),
              repeated("naïve façade über straße\n", 40), "ISO-8859-1");
  expect_read("caf\xE9", "café", "ISO-8859-1");
  expect_read(repeated("\x93"
                       "Don\x92t,\x94 he said \x96 and left.\n",
                       10),
              repeated("“Don’t,” he said – and left.\n", 10), "windows-1252");
  const auto russian =
      extract(repeated("\xCF\xF0\xE8\xE2\xE5\xF2, \xEC\xE8\xF0! \xDD\xF2\xEE \xF2\xE5\xEA\xF1\xF2.\n", 30));
  EXPECT_EQ(russian.text, repeated("Привет, мир! Это текст.\n", 30)) << russian.encoding;
  const auto japanese =
      extract(repeated("\x93\xFA\x96\x7B\x8C\xEA\x82\xCC\x95\xB6\x8F\xCD\x82\xC5\x82\xB7\x81\x42\n", 30));
  EXPECT_EQ(japanese.text, repeated("日本語の文章です。\n", 30)) << japanese.encoding;
}

TEST(Extract, BadSequencesOfUtf8BecomeOneCharacterEach) {
  struct Case {
    std::string bytes, text;
    int replaced;
  };
  const std::string r = "\xEF\xBF\xBD";
  // By the Unicode standard's practice of maximal subparts (chapter 3, U+FFFD substitution).
  const std::vector<Case> cases = {
      {"é \xC0\xAF x", "é " + r + r + " x", 2},
      {"é \xE0\x80\x80 x", "é " + r + r + r + " x", 3},
      {"é \xF0\x90\x80 x é", "é " + r + " x é", 1},
      {"é \xED\xA0\x80 x", "é " + r + r + r + " x", 3},
      {"é \xF4\x90\x80\x80 x", "é " + r + r + r + r + " x", 4},
      {"caf\xC3\xA9 \xE4\xBD", "café " + r, 1},
      {"é é \xE2\x82 é \xFF é", "é é " + r + " é " + r + " é", 2},
  };
  for (const auto& test : cases) {
    const auto extracted = extract(test.bytes);
    EXPECT_EQ(extracted.text, test.text);
    EXPECT_EQ(extracted.encoding, "UTF-8");
    EXPECT_THAT(extracted.note, StartsWith(std::to_string(test.replaced) + " invalid"));
  }
}

TEST(Extract, RefusesWhatIsNoText) {
  EXPECT_EQ(refusal(""), "empty file");
  EXPECT_EQ(refusal("\xEF\xBB\xBF"), "empty file");
  EXPECT_EQ(refusal("\xFF\xFE"), "empty file");
  EXPECT_EQ(refusal(repeated("int a;\0int b;\0\0\n"s, 50)), "binary file (NUL bytes)");
  EXPECT_EQ(refusal("\x7F"
                    "ELF\x02\x01\x01\0\0"s),
            "binary file (ELF program)");
  EXPECT_EQ(refusal("\x89PNG\r\n\x1A\n\0\0\0\x0DIHDR"s, "a.md"), "binary file (PNG picture)");
  EXPECT_EQ(refusal("MZ\x90\0\3\0\0\0\4\0\0\0\xFF\xFF"s), "binary file (Windows program)");
  EXPECT_EQ(refusal(repeated("\x01\x02\x03\x04", 100)), "binary file (control characters)");
}

TEST(Extract, NamesTheFormat) {
  const std::string zip = "PK\3\4\x14\0\0\0\0\0\0\0!\0oa\xAB,\x14\0\0\0\x14\0\0\0\x08\0\0\0"s;
  EXPECT_EQ(refusal("%PDF-1.7\n1 0 obj\n"), "PDF: damaged");
  EXPECT_EQ(refusal("\x1F\x8B\x08\0\0\0\0\0"s), "compressed file: damaged");
  EXPECT_THAT(refusal(zip + "mimetypeapplication/epub+zip", "a.zip"), StartsWith("EPUB: damaged"));
  EXPECT_THAT(refusal(zip + "mimetypeapplication/vnd.oasis.opendocument.text"), StartsWith("OpenDocument: damaged"));
  EXPECT_THAT(refusal(zip + "[Content_Types].xml", "Letter.DOCX"), StartsWith("Word document: damaged"));
  EXPECT_EQ(refusal(zip + "a.txt", "a.zip"), "an archive: many documents, not one");
  EXPECT_THAT(refusal(zip.substr(0, 4), "a.epub"), StartsWith("EPUB: damaged"));
  EXPECT_EQ(refusal("{\\rtf1 text}", "a.rtf"), "RTF document: not yet supported");
  EXPECT_EQ(refusal("7z\xBC\xAF\x27\x1C and more", "a.7z"), "7z archive: not yet supported");
}

TEST(Extract, TheNameAloneDecidesNothing) {
  expect_read("plain text with a gz name\n", "plain text with a gz name\n", "UTF-8");
  EXPECT_EQ(extract("MZ is no program\n", "a.exe").text, "MZ is no program\n");
  EXPECT_EQ(extract("plain\n", "a.epub").text, "plain\n");
}

TEST(Extract, AFewControlCharactersAreText) {
  std::string text = repeated("All mimsy were the borogoves,\n", 8);
  for (char c = 1; c < 32; ++c) text += c;
  expect_read(text, text, "UTF-8");
}

TEST(Extract, TheSharedEncodings) {
  const auto shared = test::shared_folder();
  if (!shared) GTEST_SKIP() << "the shared texts are not here";
  const auto formats = *shared / "corpora" / "formats";
  const auto expect_text = [&](const std::string& name, const std::string& encoding) {
    const auto extracted = text::extract(name, test::read_file(formats / name));
    auto text = extracted.text;
    for (std::size_t at = 0;
         name.find("crlf") != std::string::npos && (at = text.find("\r\n", at)) != std::string::npos;)
      text.erase(at, 1);
    EXPECT_TRUE(text == test::read_file(formats / "expected" / name)) << name;
    EXPECT_EQ(extracted.encoding, encoding) << name;
    EXPECT_EQ(extracted.note, "") << name;
  };
  expect_text("verne-twenty-thousand-leagues-19.latin1.txt", "ISO-8859-1");
  expect_text("homer-odyssey-1.utf16le.txt", "UTF-16LE with BOM");
  expect_text("carroll-alice-7.crlf.txt", "UTF-8");
}

}  // namespace
}  // namespace corpuscope
