#pragma once
// What the parts of a workspace share.

#include <map>
#include <string>
#include <tuple>
#include <vector>

#include "workspace/database.h"
#include "workspace/writer.h"

namespace corpuscope::workspace {

class Ranker;
class WordTokenizer;

struct Workspace::Impl {
  Impl(const std::filesystem::path& file, bool writable);
  ~Impl();

  Database db;
  Writer writer{*this};
  std::unique_ptr<WordTokenizer> words;  // these two are made when first needed
  std::unique_ptr<Ranker> ranker;
  const WordTokenizer& tokenizer();

  // ---- the writer's step ----
  enum class Step { none, whole, broken };  // broken: something in it failed, it can only be rolled back
  Step step = Step::none;
  // Blocks of tracks that are being changed, by run, track and block; written before the step ends.
  std::map<std::tuple<std::int64_t, int, std::int64_t>, std::vector<float>> track_blocks;

  // Runs `work` inside the step that is under way, or as a step of its own. `alone`: when it fails, the step under
  // way is still whole without it; costs the search index some time.
  template <class Work>
  auto write(Work work, bool alone = false) {
    StepScope scope(*this, alone);
    if constexpr (std::is_void_v<decltype(work())>) {
      work();
      scope.finish();
    } else {
      auto result = work();
      scope.finish();
      return result;
    }
  }

  std::int64_t fact(const std::string& key);  // 0 where it was never set
  void set_fact(const std::string& key, std::int64_t value);

  // tracks.cpp. A block made new has `length` zeros. The reference holds until the next call.
  std::vector<float>& track_block(std::int64_t run, int track, std::int64_t index, std::size_t length);
  void flush_tracks();

  void invalidate_sequence();  // sequence.cpp

 private:
  // Begins a step unless one is under way. When not finished, takes back its own step or savepoint, or marks the
  // step under way as broken.
  class StepScope {
   public:
    StepScope(Impl& impl, bool alone);
    ~StepScope();
    StepScope(const StepScope&) = delete;
    StepScope& operator=(const StepScope&) = delete;
    void finish();

   private:
    Impl& impl_;
    const bool own_;
    const bool savepoint_;
    bool finished_ = false;
  };
};

}  // namespace corpuscope::workspace
