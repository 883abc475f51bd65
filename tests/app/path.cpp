// open -> info -> search -> export, as one goes on the command line.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "app/program.h"

namespace corpuscope {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;
using test::run;
using testing::HasSubstr;

constexpr int done = 0, failed = 1, interrupted = 130;

class Path : public testing::Test {
 protected:
  void SetUp() override {
    test::write_file(folder_ / "src/main.c", "int main(void) {\r\n\treturn  0;\r\n}\r\n");
    test::write_file(folder_ / "poem.txt", "The evening sky, the sky at sea –\nno word of it is lost.");
    test::write_file(folder_ / "latin.txt", "caf\xe9 na\xefve, d\xe9j\xe0 vu\n");
    test::write_file(folder_ / "wide.txt", std::string("\xff\xfeh\0i\0\n\0", 8));
    test::write_file(folder_ / "picture.png", std::string("\x89PNG\r\n\x1a\n\0\0\0\rIHDR", 16));
    test::write_file(folder_ / "empty.txt", "");
    test::write_file(folder_ / ".gitignore", "*.log\n");
    test::write_file(folder_ / "noise.log", "ignored\n");
  }

  Json json(const test::Words& arguments) {
    const auto answer = run(arguments);
    EXPECT_EQ(answer.code, done) << answer.err;
    return Json::parse(answer.out);
  }

  Json open() { return json({"open", folder_, "-w", workspace_, "--json", "-q"}); }

  test::TemporaryFolder place_;
  fs::path folder_ = place_ / "corpus", workspace_ = place_ / "w.corpuscope";
};

TEST_F(Path, OpenTellsWhatItFound) {
  const auto opened = open();
  EXPECT_EQ(opened["documents"], 5);
  EXPECT_EQ(opened["read"], 5);
  EXPECT_EQ(opened["skipped"], 3);
  EXPECT_EQ(opened["workspace"], workspace_.string());
  EXPECT_GT(opened["tokens"], 20);
  const auto again = open();
  EXPECT_EQ(again["read"], 0);
  EXPECT_EQ(again["unchanged"], 5);
  EXPECT_EQ(again["tokens"], opened["tokens"]);
}

TEST_F(Path, InfoTellsDocumentsAndWhySomeWereSkipped) {
  const auto opened = open();
  const auto info = json({"info", "-w", workspace_, "--json", "--documents"});
  EXPECT_EQ(info["documents"], 5);
  EXPECT_EQ(info["tokens"], opened["tokens"]);
  EXPECT_EQ(info["text_complete"], true);
  EXPECT_EQ(info["tokens_complete"], true);
  EXPECT_TRUE(info["runs"].empty());
  std::map<std::string, std::string> skipped, encodings;
  for (const auto& entry : info["skipped"]) skipped[entry["name"]] = entry["reason"];
  EXPECT_EQ(skipped, (std::map<std::string, std::string>{{"picture.png", "binary file (PNG picture)"},
                                                         {"empty.txt", "empty file"},
                                                         {"noise.log", "ignored by .gitignore"}}));
  std::int64_t tokens = 0;
  for (const auto& document : info["document_list"]) {
    encodings[document["name"]] = document["encoding"];
    EXPECT_EQ(document["first_token"], tokens);
    tokens += document["tokens"].get<std::int64_t>() + 1;
  }
  EXPECT_EQ(tokens, info["tokens"]);
  EXPECT_EQ(encodings["latin.txt"], "ISO-8859-1");
  EXPECT_EQ(encodings["wide.txt"], "UTF-16LE with BOM");
}

TEST_F(Path, ManySkippedFilesAreCountedByReasonUnlessAllAreWanted) {
  for (int i = 0; i < 30; ++i) test::write_file(folder_ / ("noise" + std::to_string(i) + ".log"), "ignored\n");
  open();
  const auto counted = run({"info", "-w", workspace_}).out, listed = run({"info", "--skipped", "-w", workspace_}).out;
  EXPECT_THAT(counted, HasSubstr("31 ignored by .gitignore\n"));
  EXPECT_THAT(counted, testing::Not(HasSubstr("noise7.log")));
  EXPECT_THAT(listed, HasSubstr("noise7.log: ignored by .gitignore\n"));
}

TEST_F(Path, SearchFindsThePlace) {
  open();
  const auto hits = json({"search", "-w", workspace_, "--json", "sea", "evening"})["hits"];
  ASSERT_EQ(hits.size(), 1u);
  EXPECT_EQ(hits[0]["name"], "poem.txt");
  EXPECT_EQ(hits[0]["line"], 1);
  EXPECT_THAT(run({"search", "-w", workspace_, "return"}).out, testing::StartsWith("src/main.c:2:2: "));
}

TEST_F(Path, SearchThatFindsNothingSaysSo) {
  open();
  const auto answer = run({"search", "-w", workspace_, "sea", "AND", "submarine"});
  EXPECT_EQ(answer.code, done);
  EXPECT_EQ(answer.out, "");
  EXPECT_NE(answer.err, "");
  EXPECT_TRUE(json({"search", "-w", workspace_, "--json", "submarine"})["hits"].empty());
}

TEST_F(Path, APhraseAndAnExpressionAreFoundAtEveryPlace) {
  open();
  const auto phrase = json({"search", "-w", workspace_, "--json", "\"sea\""});
  EXPECT_EQ(phrase["exact"], true);
  EXPECT_EQ(phrase["matches"], json({"search", "-w", workspace_, "--json", "/[sS][eE][aA]/"})["matches"]);
  const auto csv = run({"search", "-w", workspace_, "--csv", "\"sea\""});
  EXPECT_THAT(csv.out, testing::StartsWith("document,line,column,offset,length,before,hit,after,section\npoem.txt,1,"));
}

TEST_F(Path, ABatchOfQuestionsBecomesARun) {
  open();
  test::write_file(place_ / "questions.tsv", "q1\tthe sea\nq2\tnothing of this zyx\n");
  const auto answer = run({"search", "-w", workspace_, "--batch", place_ / "questions.tsv", "--trec", place_ / "run.txt"});
  EXPECT_EQ(answer.code, done) << answer.err;
  EXPECT_THAT(test::read_file(place_ / "run.txt"), testing::StartsWith("q1 Q0 poem.txt:1-"));
}

TEST_F(Path, LinguistsTablesAreCsvOrJson) {
  open();
  EXPECT_EQ(run({"collocates", "-w", workspace_, "sea", "--least", "1", "--csv"}).out.substr(0, 25), "word,together,in_corpus,e");
  EXPECT_FALSE(json({"ngrams", "-w", workspace_, "-n", "1", "--least", "1", "--json"})["ngrams"].empty());
  EXPECT_FALSE(json({"keyness", "-w", workspace_, "poem", "--least", "1", "--json"})["keywords"].empty());
  EXPECT_THAT(run({"collocates", "-w", workspace_, "the", "--least", "1", "--csv", "--sort", "word", "--limit", "1"}).out,
              HasSubstr("\nat,2,1,"));
}

TEST_F(Path, DispersionIsATableAndAPicture) {
  open();
  const auto found = json({"dispersion", "-w", workspace_, "sky", "--json"});
  EXPECT_EQ(found["places"], 2);
  EXPECT_EQ(found["documents"].size(), 1u);
  EXPECT_EQ(found["documents"][0]["document"], "poem.txt");
  EXPECT_EQ(found["documents"][0]["words"], 13);
  EXPECT_GT(found["deviation_of_proportions"], 0.1);
  EXPECT_EQ(json({"dispersion", "-w", workspace_, "sky", "--all", "--json"})["documents"].size(), 5u);
  EXPECT_EQ(json({"dispersion", "-w", workspace_, "submarine", "--json"})["deviation_of_proportions"], nullptr);
  EXPECT_THAT(run({"dispersion", "-w", workspace_, "sky", "--csv"}).out, testing::StartsWith("document,words,places,per_million\npoem.txt,13,2,"));
  EXPECT_EQ(run({"dispersion", "-w", workspace_, "/(/"}).code, 2);
#ifdef CORPUSCOPE_WITH_UI
  EXPECT_EQ(run({"dispersion", "-w", workspace_, "sky", "--plot", place_ / "sky.svg"}).code, done);
  const auto picture = test::read_file(place_ / "sky.svg");
  for (const char* label : {"poem.txt", "Per million", "2 places in 1 of 5 documents"}) EXPECT_THAT(picture, HasSubstr(label));
  EXPECT_EQ(run({"dispersion", "-w", workspace_, "sky", "--plot", place_ / "sky.png"}).code, done);
  EXPECT_THAT(test::read_file(place_ / "sky.png"), testing::StartsWith("\x89PNG"));
  const auto wrong = run({"dispersion", "-w", workspace_, "sky", "--plot", place_ / "sky.gif"});
  EXPECT_EQ(wrong.code, failed);
  EXPECT_THAT(wrong.err, HasSubstr(".png or .svg"));
#endif
}

TEST_F(Path, ExportedTextIsTheSourceDecoded) {
  open();
  EXPECT_EQ(json({"export", "text", "-w", workspace_, "--json", "-q", place_ / "out"})["documents"], 5);
  for (const char* same : {"src/main.c", "poem.txt", ".gitignore"})
    EXPECT_EQ(test::read_file(place_ / "out" / same), test::read_file(folder_ / same)) << same;
  EXPECT_EQ(test::read_file(place_ / "out/latin.txt"), "café naïve, déjà vu\n");
  EXPECT_EQ(test::read_file(place_ / "out/wide.txt"), "hi\n");
}

TEST_F(Path, ExportOverFilesIsRefused) {
  open();
  const auto answer = run({"export", "text", "-w", workspace_, folder_});
  EXPECT_EQ(answer.code, failed);
  EXPECT_THAT(answer.err, HasSubstr("is not empty"));
}

TEST_F(Path, AFolderStandsForItsWorkspace) {
  ::setenv("XDG_DATA_HOME", (place_ / "data").c_str(), 1);
  ASSERT_EQ(run({"open", folder_, "-q"}).code, done);
  EXPECT_EQ(json({"info", "-w", folder_, "--json"})["documents"], 5);
  EXPECT_EQ(json({"search", "-w", folder_, "--json", "sea"})["hits"].size(), 1u);
}

TEST_F(Path, WhatATerminalWouldObeyIsShownInstead) {
  test::write_file(folder_ / "evil\n\x1b[2J.txt", "word \x1b]0;title\x07 word\n");
  open();
  for (const test::Words& command : {test::Words{"info", "-w", workspace_, "--documents"},
                                     test::Words{"search", "-w", workspace_, "title"}}) {
    const auto answer = run(command);
    EXPECT_EQ(answer.code, done);
    EXPECT_EQ(answer.out.find('\x1b'), std::string::npos);
    EXPECT_THAT(answer.out, HasSubstr("evil\\x0a\\x1b[2J.txt"));
  }
}

TEST_F(Path, AnAnswerThatCannotBeWrittenIsAnError) {
  open();
  const auto command = std::string(CORPUSCOPE_BINARY_DIR "/corpuscope info --json -w '") + workspace_.string() +
                       "' > /dev/full 2> '" + (place_ / "err").string() + "'";
  EXPECT_EQ(WEXITSTATUS(std::system(command.c_str())), failed);
  EXPECT_THAT(test::read_file(place_ / "err"), HasSubstr("could not be written"));
}

TEST_F(Path, AnInterruptKeepsWhatIsDoneAndTheSameCommandGoesOn) {
  for (int i = 0; i < 40; ++i) {
    std::string text;
    for (int word = 0; word < 60'000; ++word) text += "word" + std::to_string(word * (i + 7)) + (word % 9 ? " " : "\n");
    test::write_file(folder_ / ("many" + std::to_string(i) + ".txt"), text);
  }
  const test::Words command = {"open", folder_, "-w", workspace_, "-q"};
  test::Program program(command);
  ASSERT_TRUE(test::comes_true([&] {  // The first texts are stored: some of many, whatever the speed of this machine.
    std::error_code none;
    const auto written = std::filesystem::file_size(workspace_.string() + "-wal", none);
    return !none && written > 200'000;
  }));
  program.signal(SIGINT);
  const auto answer = program.wait();
  EXPECT_EQ(answer.code, interrupted);
  EXPECT_THAT(answer.err, HasSubstr("goes on"));
  EXPECT_EQ(run(command).code, done);
  EXPECT_EQ(json({"info", "-w", workspace_, "--json"})["documents"], 45);
}

}  // namespace
}  // namespace corpuscope
