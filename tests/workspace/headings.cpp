#include "workspace/headings.h"

#include <gtest/gtest.h>

#include <string>

#include "support.h"

namespace corpuscope::workspace {
namespace {

TEST(Headings, InProseTheTitleAndLinesThatStandAlone) {
  EXPECT_EQ(headings("The flow past\na flat plate .\n\nby Nobody\n\nThe flow past a plate is laminar.\n"),
            "The flow past\na flat plate .\nby Nobody\n");
  EXPECT_EQ(headings("It was late.\n\n\"Yes.\"\n\nCHAPTER II\n\nHe went home.\n"), "It was late.\nCHAPTER II\n");
  EXPECT_EQ(headings("one\ntwo\nthree\nfour\n\nfive is long enough to be a sentence.\n"), "");  // no title has four lines
  EXPECT_EQ(headings("# Search\r\n\r\nOne box.\r\n"), "# Search\r\n");
}

TEST(Headings, InCodeWhatIsDefined) {
  EXPECT_EQ(headings("import os\nimport re\nimport sys\nimport abc\n\ndef read_file(name):\n    if name:\n        return 1\n    for x in y:\n"
                     "        pass\n\nclass Reader:\n    def open(self):\n        with f:\n            pass\n"),
            "def read_file(name):\nclass Reader:\n    def open(self):\n");
  EXPECT_EQ(headings("a;\nb;\nc;\nd;\nstd::string name(int id) {\n  if (id) {\n    x();\n  } else {\n    y();\n  }\n}\n"),
            "std::string name(int id) {\n");
}

TEST(Headings, NothingHurts) {
  for (const std::string& text : {std::string(), std::string("\n"), std::string("\n\n \n"), std::string("x"), std::string(5000, ' '),
                                  std::string("a\n  "), std::string("\0\n \xff\n", 5)})
    EXPECT_LE(headings(text).size(), text.size() + 1);
}

std::string text_of(const char* name) { return test::read_file(test::source_folder() / name); }

TEST(Headings, ProseAndCode) {
  EXPECT_TRUE(is_prose("The flow past a flat plate (see figure 2) is laminar; of all plates of one length its drag is the least."));
  EXPECT_TRUE(is_prose(text_of("LICENSE")));
  EXPECT_TRUE(is_prose(""));
  EXPECT_FALSE(is_prose(text_of("engine/workspace/headings.cpp")));
  EXPECT_FALSE(is_prose(text_of("app/setup.sh")));
  EXPECT_FALSE(is_prose(text_of("CMakePresets.json")));
}

}  // namespace
}  // namespace corpuscope::workspace
