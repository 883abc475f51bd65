#include "text/archive.h"

#include "read.h"
#include "samples.h"
#include "support.h"
#include "text/archive_reader.h"
#include "text/utf8.h"

namespace corpuscope {
namespace {

using namespace std::string_literals;
using test::members;
using test::refusal;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Pair;

std::string noise(std::size_t bytes) {
  std::uint64_t state = 1;
  std::string all;
  for (std::size_t i = 0; i < bytes; ++i)
    state = state * 6364136223846793005 + 1442695040888963407, all += char('a' + (state >> 60));
  return all;
}

TEST(Archive, MembersAreDocumentsUnderTheArchivesName) {
  const test::Members files = {{"a.txt", "one\n"},
                               {"sub/b.c", "int b;\n"},
                               {"p.html", "<p>page"},
                               {"empty", ""},
                               {"x.png", "\x89PNG\r\n\x1A\n"}};
  const auto expected =
      ElementsAre(Pair("z/a.txt", "one\n"), Pair("z/empty", "! empty file"), Pair("z/p.html", "page\n"),
                  Pair("z/sub/b.c", "int b;\n"), Pair("z/x.png", "! binary file (PNG picture)"));
  EXPECT_THAT(members("z", test::zip(files)), expected);
  EXPECT_THAT(members("z", test::tar(files)), expected);
  EXPECT_THAT(members("z", test::tar(files, archive_write_add_filter_gzip)), expected);
  EXPECT_THAT(members("z", test::tar(files, archive_write_add_filter_bzip2)), expected);
  EXPECT_THAT(members("z", test::tar(files, archive_write_add_filter_xz)), expected);
  EXPECT_THAT(members("z", test::tar(files, archive_write_add_filter_zstd)), expected);
}

TEST(Archive, IsToldFromDocumentsAndTexts) {
  const auto tar = test::tar({{"a", "b"}});
  EXPECT_TRUE(text::is_archive("a.zip", test::zip({{"a", "b"}})));
  EXPECT_TRUE(text::is_archive("a", tar));
  EXPECT_TRUE(text::is_archive("a.txt", test::compressed(tar)));
  EXPECT_TRUE(text::is_archive("a.gz", test::compressed(test::zip({{"a", "b"}}))));
  EXPECT_FALSE(text::is_archive("a.tar.gz", test::compressed("text")));
  EXPECT_FALSE(text::is_archive("a.zip", "plain"));
  EXPECT_FALSE(text::is_archive("a.zip", "PK\3"));
  EXPECT_FALSE(text::is_archive("a.zip", test::epub({{"a.xhtml", "<p>x"}})));
  EXPECT_FALSE(text::is_archive("a.docx", test::docx("")));
  EXPECT_EQ(refusal("a.zip", test::zip({{"a", "b"}})), "an archive: many documents, not one");
  EXPECT_EQ(refusal("a.tgz", test::compressed(tar)), "compressed file: an archive, not one text");
}

TEST(Archive, NestedOnesAreWalkedInto) {
  const auto inner = test::zip({{"deep.txt", "deep"}, {"b.epub", test::epub({{"a.xhtml", "<p>book"}})}});
  const auto middle =
      test::tar({{"i.zip", inner}, {"t.gz", test::compressed("text")}}, archive_write_add_filter_gzip);
  EXPECT_THAT(members("o.zip", test::zip({{"m.tgz", middle}, {"z.gz", test::compressed(inner)}})),
              ElementsAre(Pair("o.zip/m.tgz/i.zip/b.epub", "book\n"), Pair("o.zip/m.tgz/i.zip/deep.txt", "deep"),
                          Pair("o.zip/m.tgz/t.gz", "text"), Pair("o.zip/z.gz/z/b.epub", "book\n"),
                          Pair("o.zip/z.gz/z/deep.txt", "deep")));
}

TEST(Archive, NamesLeadNowhere) {
  EXPECT_THAT(
      members(
          "z",
          test::tar(
              {{"../../up.txt", "a"}, {"/root.txt", "b"}, {"./x//y/../z.txt", "c"}, {"up.txt", "d"}, {"..", "e"}})),
      ElementsAre(Pair("z/?", "! a member without a name"), Pair("z/root.txt", "b"),
                  Pair("z/up.txt", "! another member of the archive has the same name"), Pair("z/x/y/z.txt", "c")));
  EXPECT_THAT(members("z", test::zip({{"é/名.txt", "a"}})), ElementsAre(Pair("z/é/名.txt", "a")));
}

TEST(Archive, DepthIsBounded) {
  auto bytes = test::zip({{"a.txt", "text"}});
  for (int i = 0; i < 5; ++i) bytes = test::zip({{"i.zip", bytes}, {"beside.txt", "seen"}});
  const auto all = members("o", bytes);
  EXPECT_EQ(all.at("o/i.zip/i.zip/i.zip/i.zip"), "! more than 4 archives inside each other");
  EXPECT_EQ(all.at("o/beside.txt"), "seen");
  EXPECT_EQ(all.size(), 5u);
}

// A film among texts is skipped by its beginning, and what it would have unpacked to counts against nothing.
TEST(Archive, WhatIsNoTextAtSightIsNotUnpacked) {
  text::Bounds bounds;
  bounds.expanded = 1 << 20;
  const auto all = members("z", test::zip({{"1", "\x89PNG\r\n\x1A\n" + noise(3 << 20)}, {"2", "text"}}), bounds);
  EXPECT_THAT(all, ElementsAre(Pair("z/1", "! binary file (PNG picture)"), Pair("z/2", "text")));
}

TEST(Archive, MembersAreBounded) {
  text::Bounds bounds;
  bounds.members = 3;
  EXPECT_THAT(members("z", test::zip({{"1", "a"}, {"2", "a"}, {"3", "a"}, {"4", "a"}, {"5", "a"}}), bounds),
              ElementsAre(Pair("z", "! holds more than 3 files; what stands before is read"), Pair("z/1", "a"),
                          Pair("z/2", "a"), Pair("z/3", "a")));
}

TEST(Archive, WhatItUnpacksToIsBounded) {
  text::Bounds bounds;
  bounds.expanded = 3 << 20;
  const auto large = noise(2 << 20);
  const auto all = members("z", test::zip({{"1", large}, {"2", large}, {"3", "small"}}, true), bounds);
  EXPECT_EQ(all.at("z/1").size(), large.size());
  EXPECT_EQ(all.at("z"), "! unpacks to more than 3 MiB; what stands before is read");
  EXPECT_EQ(all.size(), 2u);
}

TEST(Archive, BombsAreRefusedAsAWhole) {
  const std::string zeros(10 << 20, '0');
  const auto bomb = test::zip({{"a.txt", "sound"}, {"1", zeros}, {"2", zeros}});
  EXPECT_EQ(members("z", bomb)[""], "unpacks to more than 16 MiB, over 100 times its size");
  const auto inner = test::zip({{"1", zeros}});
  EXPECT_EQ(members("z", test::zip({{"a.zip", inner}, {"b.zip", inner}}))[""],
            "unpacks to more than 16 MiB, over 100 times its size");
  // Members that are compressed by themselves count as well, and so does a file that is nothing else.
  const auto gz = test::compressed(zeros);
  EXPECT_EQ(members("z", test::zip({{"a.gz", gz}, {"b.gz", gz}}))[""],
            "compressed file: unpacks to more than 16 MiB, over 100 times its size");
  EXPECT_EQ(refusal("a.gz", test::compressed(zeros + zeros)),
            "compressed file: unpacks to more than 16 MiB, over 100 times its size");
}

TEST(Archive, DamageCostsWhatStandsBehindIt) {
  const auto text = noise(20'000);
  const auto whole = test::tar({{"1.txt", text}, {"2.txt", text}, {"3.txt", text}});
  const auto all = members("t", whole.substr(0, whole.size() / 2));
  EXPECT_EQ(all.at("t/1.txt"), text);
  EXPECT_THAT(all.at("t"), testing::AllOf(HasSubstr("! damaged"), HasSubstr("; what stands before is read")));
  EXPECT_THAT(members("z", "PK\3\4 and no more"s)[""], HasSubstr("damaged"));
}

TEST(Archive, ADamagedMemberOfAZipCostsOnlyItself) {
  const auto text = noise(20'000);
  auto bytes = test::zip({{"1.txt", text}, {"2.txt", text}, {"3.txt", text}});
  bytes.replace(bytes.size() / 2, 40, 40, '\xFF');
  const auto all = members("z", bytes);
  EXPECT_EQ(all.at("z/1.txt"), text);
  EXPECT_EQ(all.size(), all.contains("z") ? 2u : 3u);
}

// APPNOTE.TXT of the ZIP format, 4.4.5: 14 is LZMA, 95 XZ, 98 PPMd.
TEST(Archive, AMemberOfAZipThatMayTakeAnyMemoryIsNotUnpacked) {
  const auto sound = test::zip({{"1.txt", "one"}, {"2.txt", "two"}}, true);
  for (const auto& [number, name] : {std::pair{14, "lzma"}, {95, "xz"}, {98, "ppmd"}}) {
    auto bytes = sound;
    bytes[8] = char(number);                            // in the member's own header
    bytes[bytes.find("PK\1\2") + 10] = char(number);  // and in the directory
    const auto all = members("z", bytes);
    EXPECT_THAT(all.at("z/1.txt"), HasSubstr("! packed by "s + name + ", which may take any amount of memory"));
    EXPECT_EQ(all.at("z/2.txt"), "two");
  }
}

TEST(Archive, AReasonCanBeReadWhateverTheMembersAreCalled) {
  auto bytes = test::zip({{"word/?.xml", "<a/>"}}, true);
  bytes[8] = bytes[bytes.find("PK\1\2") + 10] = char(14);
  for (std::size_t at; (at = bytes.find('?')) != bytes.npos;) bytes[at] = '\xCF';
  const auto reason = refusal("a.docx", bytes);
  EXPECT_TRUE(text::is_utf8(reason));
  EXPECT_THAT(reason, HasSubstr("packed by lzma"));
}

TEST(Archive, TheCallerMayStopIt) {
  int polls = 0;
  text::Allowance allowance(1000, [&] {
    if (++polls == 3) throw core::Cancelled();
  });
  EXPECT_THROW(text::read_archive("z", test::zip({{"1", "a"}, {"2", "b"}, {"3", "c"}}), allowance,
                                  {[](std::string, std::string) {}, [](std::string, std::string) {}}),
               core::Cancelled);
}

TEST(Compressed, IsReadAsWhatIsInside) {
  for (const auto filter : {archive_write_add_filter_gzip, archive_write_add_filter_bzip2,
                            archive_write_add_filter_xz, archive_write_add_filter_zstd}) {
    EXPECT_EQ(text::extract("a.txt.gz", test::compressed("caf\xE9\n", filter)).text, "café\n");
    EXPECT_EQ(text::extract("a.html.gz", test::compressed("<p>café", filter)).text, "café\n");
  }
  EXPECT_EQ(text::extract("a.txt.gz", test::compressed("x")).encoding, "UTF-8, gzip file");
  EXPECT_EQ(text::extract("a.gz", test::compressed(test::compressed("x"))).text, "x");
  EXPECT_EQ(refusal("a.gz", test::compressed("")), "compressed file: empty file");
  const auto whole = test::compressed(noise(100'000));
  EXPECT_THAT(refusal("a.gz", whole.substr(0, whole.size() - 100)), HasSubstr("damaged"));
  auto deep = test::compressed("x");
  for (int i = 0; i < 5; ++i) deep = test::compressed(deep);
  EXPECT_THAT(refusal("a.gz", deep), HasSubstr("compressed file: more than 4 archives inside each other"));
}

}  // namespace
}  // namespace corpuscope
