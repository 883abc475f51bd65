#include "workspace/matrix_place.h"

#include "fixture.h"

namespace corpuscope::workspace {
namespace {

using testing::ElementsAre;

class Bookmarks : public testing::Test {
 protected:
  Bookmarks() {
    put(workspace_, "b", "bbbbb");  // one token a byte, a separator behind each document
    put(workspace_, "c", "ccccc");
    tokenize(workspace_);
  }

  std::vector<std::string> places() const {
    std::vector<std::string> all;
    for (const Bookmark& b : workspace_.bookmarks())
      all.push_back(b.name + " " + std::to_string(b.first) + " " + std::to_string(b.count));
    return all;
  }

  test::TemporaryFolder folder_;
  Workspace workspace_ = Workspace::open(folder_ / "w.corpuscope", true);
  Workspace::Writer& writer_ = workspace_.writer();
};

TEST_F(Bookmarks, AreListedInTheOrderOfTheSequenceRenamedAndRemoved) {
  const auto late = writer_.put_bookmark({8, 2, "late", "canvas layer=1"});
  const auto early = writer_.put_bookmark({1, 1, "early", ""});
  EXPECT_THAT(places(), ElementsAre("early 1 1", "late 8 2"));
  EXPECT_EQ(workspace_.bookmarks()[1].view, "canvas layer=1");
  EXPECT_EQ(writer_.put_bookmark({0, 12, "all", "", early}), early);
  EXPECT_THAT(places(), ElementsAre("all 0 12", "late 8 2"));
  writer_.remove_bookmark(late);
  EXPECT_THAT(places(), ElementsAre("all 0 12"));
}

TEST_F(Bookmarks, OfTheMatrixHaveBothAxes) {
  const MatrixPlace place{9, 2, 1, 3};
  writer_.put_bookmark(bookmark_of(place, "here"));
  writer_.put_bookmark({4, 1, "plain", "sequence"});
  const auto all = workspace_.bookmarks();
  ASSERT_EQ(all.size(), 2u);
  EXPECT_EQ(matrix_place(all[0]), place);
  EXPECT_EQ(all[0].first, 1);
  EXPECT_EQ(matrix_place(all[1]), std::nullopt);
  // Whatever somebody wrote there.
  for (const char* view : {"", "attention", "attention 1", "attention 1 0", "attention 1 -5", "attention x 3", "other 1 2",
                           "attention 9223372036854775807 1", "attention 1 9223372036854775807", "attention 99999999999999999999 1"})
    EXPECT_EQ(matrix_place({4, 1, "n", view}), std::nullopt) << view;
  // The queries move along with the keys.
  put(workspace_, "a", "aaaaaa");
  tokenize(workspace_);
  EXPECT_EQ(matrix_place(workspace_.bookmarks()[0]), (MatrixPlace{16, 2, 8, 3}));
}

TEST_F(Bookmarks, StayWithTheirDocumentWhenOthersComeAndGo) {
  writer_.put_bookmark({8, 2, "in c", ""});
  put(workspace_, "a", "aaa");
  EXPECT_THAT(places(), ElementsAre());  // no sequence, no places
  tokenize(workspace_);
  EXPECT_THAT(places(), ElementsAre("in c 12 2"));
  workspace_.writer().remove_document(workspace_.find_document("c")->id);
  tokenize(workspace_);
  EXPECT_THAT(places(), ElementsAre());
  put(workspace_, "c", "c");  // shorter than it was
  tokenize(workspace_);
  EXPECT_THAT(places(), ElementsAre("in c 11 1"));
}

TEST_F(Bookmarks, OutsideOfTheSequenceAreRefused) {
  for (const Bookmark& wrong : {Bookmark{-1, 1, "", ""}, Bookmark{12, 1, "", ""}, Bookmark{3, 0, "", ""},
                                Bookmark{11, 2, "", ""}, Bookmark{5, INT64_MAX, "", ""}, Bookmark{0, 1, "", "", 77}})
    EXPECT_THROW(writer_.put_bookmark(wrong), core::Error);
  EXPECT_THAT(places(), ElementsAre());
}

TEST_F(Bookmarks, ADamagedFileDoesNotBringThemOutsideOfTheSequence) {
  writer_.put_bookmark({8, 2, "x", ""});
  execute(workspace_.file(), "UPDATE bookmarks SET token = 9000000000000000000, count = -5");
  EXPECT_THAT(places(), ElementsAre("x 11 1"));
}

}  // namespace
}  // namespace corpuscope::workspace
