#include "fixture.h"

namespace corpuscope::workspace {
namespace {

class Sequence : public testing::Test {
 protected:
  test::TemporaryFolder folder_;
  Workspace workspace_ = Workspace::open(folder_ / "w.corpuscope", true);
  Workspace::Writer& writer_ = workspace_.writer();
};

TEST_F(Sequence, IsTheDocumentsInOrderOfTheirNamesWithSeparatorsBehind) {
  put(workspace_, "b", "xyz");
  put(workspace_, "a", "");
  put(workspace_, "B", "q");
  EXPECT_TRUE(workspace_.tokens(0, 100).empty());
  EXPECT_FALSE(workspace_.document_at(0));
  tokenize(workspace_);
  EXPECT_EQ(workspace_.tokens(0, 100), (std::vector<std::int32_t>{'q', 300, 300, 'x', 'y', 'z', 300}));
  EXPECT_EQ(workspace_.tokens(-3, 2), (std::vector<std::int32_t>{'q', 300}));
  EXPECT_EQ(workspace_.tokens(4, 2), (std::vector<std::int32_t>{'y', 'z'}));
  EXPECT_TRUE(workspace_.tokens(7, 1).empty());
  EXPECT_EQ(workspace_.summary().tokens, 7);
  EXPECT_EQ(workspace_.document_at(1)->name, "B");
  EXPECT_EQ(workspace_.document_at(2)->name, "a");
  EXPECT_EQ(workspace_.document_at(6)->name, "b");
  EXPECT_FALSE(workspace_.document_at(7));
  EXPECT_FALSE(workspace_.document_at(-1));
  const auto documents = workspace_.documents();
  EXPECT_EQ(documents[2].first_token, 3);
  EXPECT_EQ(documents[2].tokens, 3);
}

TEST_F(Sequence, LongDocumentsAndWideTokensComeBackFromAnyPlace) {
  std::vector<std::int32_t> narrow, wide;
  for (int i = 0; i < 200'000; ++i) narrow.push_back(i % 16000);
  for (int i = 0; i < 70'000; ++i) wide.push_back(i * 3 - 5);
  writer_.put_tokens(put(workspace_, "a", "a"), narrow);
  writer_.put_tokens(put(workspace_, "b", "b"), wide);
  writer_.finish_sequence(7);
  std::vector<std::int32_t> all = narrow;
  all.push_back(7);
  all.insert(all.end(), wide.begin(), wide.end());
  all.push_back(7);
  for (const std::size_t first : {0u, 65535u, 65536u, 199'999u, 200'000u, 200'001u, 265'536u}) {
    for (const std::size_t count : {1u, 2u, 70'000u, 300'000u}) {
      const std::size_t end = std::min(all.size(), first + count);
      EXPECT_TRUE(workspace_.tokens(std::int64_t(first), std::int64_t(count)) ==
                  std::vector<std::int32_t>(all.begin() + std::ptrdiff_t(first), all.begin() + std::ptrdiff_t(end)))
          << first << " " << count;
    }
  }
}

TEST_F(Sequence, TokensInStretchesAreThoseOfOneList) {
  std::vector<std::int32_t> all;
  for (int i = 0; i < 300'000; ++i) all.push_back(i * 7 % 16000);
  writer_.put_tokens(put(workspace_, "a", "a"), all);
  std::size_t given = 0;
  std::vector<std::size_t> sizes = {300'000, 20'000, 140'000, 3, 65'536, 65'535, 1};  // the last comes first
  writer_.put_tokens(put(workspace_, "b", "b"), [&] {
    const auto first = all.begin() + std::ptrdiff_t(given);
    if (given < all.size()) {
      given = std::min(all.size(), given + sizes.back());
      sizes.pop_back();
    }
    return std::vector<std::int32_t>(first, all.begin() + std::ptrdiff_t(given));
  });
  writer_.finish_sequence(5);
  EXPECT_TRUE(workspace_.tokens(0, 300'001) == workspace_.tokens(300'001, 300'001));
  EXPECT_EQ(workspace_.documents()[1].tokens, 300'000);
}

TEST_F(Sequence, TokensWhoseSourceFailsLeaveTheDocumentAsItWas) {
  const auto id = put(workspace_, "a", "a");
  writer_.put_tokens(id, std::vector<std::int32_t>{1, 2, 3});
  const Transaction open(writer_);
  int calls = 0;
  EXPECT_THROW(writer_.put_tokens(id,
                                  [&]() -> std::vector<std::int32_t> {
                                    if (++calls == 3) throw core::Cancelled();
                                    return std::vector<std::int32_t>(70'000, 9);
                                  }),
               core::Cancelled);
  writer_.finish_sequence(5);
  EXPECT_EQ(workspace_.tokens(0, 100), (std::vector<std::int32_t>{1, 2, 3, 5}));
}

TEST_F(Sequence, AnotherTokenizerAsksForAllTokensAgainTheSameOneForNone) {
  put(workspace_, "a", "text");
  writer_.set_tokenizer(std::string("model\0one", 9));
  tokenize(workspace_);
  writer_.set_tokenizer(std::string("model\0one", 9));
  EXPECT_EQ(workspace_.tokenizer_model(), std::string("model\0one", 9));
  EXPECT_TRUE(workspace_.summary().tokens_complete);
  writer_.set_tokenizer("model two");
  EXPECT_FALSE(workspace_.summary().tokens_complete);
  EXPECT_EQ(writer_.documents_without_tokens().size(), 1u);
  EXPECT_THROW(writer_.finish_sequence(300), core::Error);
}

TEST_F(Sequence, RunsEndWithTheSequenceThatTheyRead) {
  const auto a = put(workspace_, "a", "text");
  tokenize(workspace_);
  const auto run = make_run(workspace_);
  EXPECT_EQ(workspace_.runs().size(), 1u);
  put(workspace_, "a", "other");
  EXPECT_TRUE(workspace_.runs().empty());
  put(workspace_, "a", "text");  // and back: the run fits again
  tokenize(workspace_);
  EXPECT_TRUE(workspace_.run(run).has_value());
  writer_.remove_document(a);
  put(workspace_, "a", "texts");
  tokenize(workspace_);
  EXPECT_TRUE(workspace_.runs().empty());
  EXPECT_THROW(workspace_.surprisal(run, 0, 1), core::Error);
  EXPECT_THROW(writer_.append_surprisal(run, 0, std::vector<float>{1}), core::Error);
}

}  // namespace
}  // namespace corpuscope::workspace
