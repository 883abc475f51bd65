#include "ui/searching.h"

#include <QElapsedTimer>
#include <QPointer>
#include <mutex>

#include "ui/names.h"
#include "ui/session.h"

namespace corpuscope::ui {

namespace {

constexpr std::int64_t first_ranked = 20, most_ranked = 500;
constexpr int between_portions = 100;  // milliseconds: the list grows ten times a second

}  // namespace

// What the window's thread and those that answer have in common.
class Searching::Shared {
 public:
  explicit Shared(std::shared_ptr<KeptText> kept) : kept_(std::move(kept)) {}

  FoundText text(const std::filesystem::path& file) { return kept_->of(file); }

  // Ends the search under way.
  std::shared_ptr<core::Job> next() {
    const std::lock_guard lock(mutex_);
    if (job_) job_->cancel();
    return job_ = std::make_shared<core::Job>();
  }

  bool is_newest(const std::shared_ptr<core::Job>& job) const {
    const std::lock_guard lock(mutex_);
    return job_ == job;
  }

 private:
  mutable std::mutex mutex_;
  const std::shared_ptr<KeptText> kept_;
  std::shared_ptr<core::Job> job_;
};

namespace {

// Matches on their way to the window, in portions.
class Portions {
 public:
  explicit Portions(std::function<void(Matches)> deliver) : deliver_(std::move(deliver)) { clock_.start(); }

  void add(std::span<const explore::Match> found) {
    waiting_.insert(waiting_.end(), found.begin(), found.end());
    if (delivered_ && clock_.elapsed() < between_portions) return;
    flush();
  }

  void flush() {
    if (waiting_.empty()) return;
    deliver_(std::exchange(waiting_, {}));
    delivered_ = true;
    clock_.restart();
  }

 private:
  std::function<void(Matches)> deliver_;
  QElapsedTimer clock_;
  bool delivered_ = false;
  Matches waiting_;
};

}  // namespace

Searching::Searching(Session& session, std::shared_ptr<KeptText> kept, QObject* parent)
    : QObject(parent), session_(session), shared_(std::make_shared<Shared>(std::move(kept))) {}

Searching::~Searching() { shared_->next(); }

void Searching::search(const SearchWish& wish) {
  const auto job = shared_->next();
  if (wish.text.isEmpty()) return;
  // Answers come through the session, which outlives the threads that give them.
  const auto tell = [session = &session_, self = QPointer(this), shared = shared_, job](std::function<void(Searching&)> what) {
    QMetaObject::invokeMethod(
        session,
        [self, shared, job, what = std::move(what)] {
          if (self && shared->is_newest(job)) what(*self);
        },
        Qt::QueuedConnection);
  };
  session_.ask(QStringLiteral("search"), [wish, job, tell, shared = shared_](const workspace::Workspace& workspace,
                                                                             explore::Passages&) {
    QElapsedTimer clock;
    clock.start();
    const auto nothing_more = [] {};
    try {
      explore::SearchQuery query = explore::parse_query(wish.text.toStdString());
      query.match_case |= wish.match_case;
      query.whole_words |= wish.whole_words;
      const FoundText whole = shared->text(workspace.file());
      const FoundText text = wish.before < 0 ? whole : whole->before(wish.before);
      tell([text](Searching& self) { emit self.begun(text); });
      explore::SearchTotals totals;
      std::size_t told = 0;
      const auto run = [&](std::int64_t ranked) {
        Portions portions([&](Matches matches) {
          tell([matches = std::move(matches)](Searching& self) { emit self.found(matches); });
        });
        std::size_t known = told;  // of this run's places, from the one before
        explore::SearchSettings settings;
        settings.most_ranked = ranked;
        totals = explore::search(*text, query, settings, *job, [&](std::span<const explore::Match> found) {
          const std::size_t again = std::min(known, found.size());
          known -= again;
          told += found.size() - again;
          portions.add(found.subspan(again));
        });
        portions.flush();
      };
      // The best ones at once, the others behind them.
      if (!query.exact()) run(first_ranked);
      if (query.exact() || totals.matches >= first_ranked) run(most_ranked);
      const double milliseconds = double(clock.nsecsElapsed()) / 1e6;
      tell([totals, milliseconds](Searching& self) { emit self.ended(totals, milliseconds); });
    } catch (const explore::QueryError& error) {
      tell([what = to_text(error.what()), remedy = to_text(error.remedy())](Searching& self) { emit self.wrong(what, remedy); });
    } catch (const core::Cancelled&) {
    }
    return nothing_more;
  });
}

void Searching::sort(FoundText text, explore::ConcordanceOrder order, Matches matches) {
  session_.ask(QStringLiteral("search order"),
               [this, text = std::move(text), order, matches = std::move(matches)](const workspace::Workspace&,
                                                                                    explore::Passages&) mutable {
                 core::Job job;
                 explore::sort_matches(*text, order, matches, job);
                 return [this, text, matches = std::move(matches)] { emit sorted(matches); };
               });
}

}  // namespace corpuscope::ui
