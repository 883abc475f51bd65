#pragma once
// Questions to the model that has read the corpus.
//
// A question is appended to the state that the reading left: the best passages first, then the question, all of them
// in the last, densely attended segment; then the answer is drawn token by token. So a question costs its own tokens
// and those of its passages, however long the corpus is. With a small model the passages are the answer.

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/job.h"
#include "explore/passages.h"
#include "explore/sampling.h"
#include "explore/shares.h"
#include "workspace/measured.h"
#include "workspace/paths.h"

namespace corpuscope::explore {

struct AskSettings {
  // Tokens of the sequence that may be known; -1: all. Everything behind them is as if it were not there: passages are
  // found, and the model has read, before this place alone.
  std::int64_t as_of = -1;
  int passages = 3;
  int passage_tokens = 96;  // at most, of each
  int most_tokens = 96;     // of the answer; it may end by itself
  Sampling sampling;
};

struct AskSource {
  std::int64_t first = 0, count = 0;  // tokens of the sequence
  Place place;
  std::string text;
  double share = 0;  // of all the answer's attention, over layers and heads
  std::optional<workspace::LinkCheck> check = std::nullopt;  // of the link to the answer, where it was tried
};

struct Answer {
  std::string question, text;
  std::vector<std::int32_t> tokens;
  std::vector<AskSource> sources;  // the one that was attended to most first
  std::int64_t run = 0, as_of = 0;
  std::int64_t prompt_tokens = 0;  // passages and question
  bool ended = false;              // by itself; else it may go on
  double seconds_found = 0;        // until the passages were found
  double seconds_ready = 0;        // until the first token could be drawn
  double seconds = 0;              // in all
};

// How a token of an answer came about. Positions are those of the stream: of the sequence up to `as_of`, behind it of
// passages, question and answer.
struct AnswerPlace {
  std::string before, token, behind;   // the text around it
  std::int64_t of_sequence = -1;       // the token of the sequence that stands there, or of which the passage was copied
  std::string name;                    // of the document, where there is one; else "question" or "answer"
  std::int64_t line = 0;
};
struct AnswerHow {
  std::string token;                  // of the answer
  std::int64_t query = 0;             // the position from which it was drawn: the one before it
  std::vector<Contact> looked_at;     // by all layers and heads there, strongest first
  std::int64_t first = 0, count = 0;  // the passage from which paths were asked, as it stands in the stream
  std::vector<workspace::FoundPath> paths;         // to `query`, strongest first
  std::map<std::int64_t, AnswerPlace> places;      // of every position in these
};

// Whether the model that made a run is too small to know much by itself: then the passages are the answer.
bool is_small(const workspace::Run& run);

// Keeps the model, the text and the last state from question to question. One thread at a time.
class Asker {
 public:
  // `model` empty: the folder of that name in resources/models. Throws core::Error where there is no such run, or the
  // model is not the very one that made it.
  Asker(const std::filesystem::path& workspace, std::int64_t run, const std::filesystem::path& model = {});
  ~Asker();

  // `on_text` gets the answer piece by piece. A cancel keeps what there is; `more` draws on from where the last answer
  // stopped, with settings' most_tokens and sampling.
  using OnText = std::function<void(std::string_view)>;
  Answer ask(const std::string& question, const AskSettings& settings, core::Job& job, const OnText& on_text = {});
  Answer more(const AskSettings& settings, core::Job& job, const OnText& on_text = {});

  // Of the last answer: bits of its tokens with all passages, and where that one is left out. Forgotten when it goes on.
  workspace::LinkCheck check(std::size_t source, core::Job& job);
  // Of a token of the last answer: where the model looked when it was drawn, and the strongest paths by which it could
  // know of a passage. `source` counts as they were shown.
  AnswerHow how(std::size_t token, std::size_t source, core::Job& job);
  Answer last() const;  // with what was checked of it

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace corpuscope::explore
