#include "ui/echo_rows.h"

#include <QCoreApplication>
#include <QLocale>
#include <algorithm>
#include <mutex>

#include "explore/echoes.h"
#include "explore/repeats.h"
#include "explore/similar.h"
#include "explore/twists.h"
#include "ui/names.h"
#include "ui/sources_model.h"
#include "ui/wording.h"

namespace corpuscope::ui {

namespace {

constexpr int most_rows = 200, most_places = 4;

QString tr(const char* text) { return QCoreApplication::translate("Echoes", text); }

QString place_text(const explore::Place& place) { return QStringLiteral("%1:%2").arg(to_text(place.name)).arg(place.line); }

QString beginning(const std::string& text) {
  constexpr std::size_t most = 400;
  return to_text(std::string_view(text).substr(0, most)).simplified();
}

// A shape besides the words, for whoever looks down the column; the same in any colour.
QString marked(bool sure, const QString& words) { return (sure ? QStringLiteral("● ") : QStringLiteral("○ ")) + words; }

QString number(double value, int digits) { return QLocale().toString(value, 'f', digits); }

void find_like(const EchoWish& wish, const explore::CorpusText& text, explore::Passages& passages, core::Job& job, EchoRows& found) {
  const auto similar = explore::more_like(text, explore::selection_of(text, passages, wish.selection), most_rows, job);
  for (const auto& one : similar) {
    const auto& document = text.documents()[one.document];
    const auto first = passages.token_at(document.id, one.first);
    const auto end = passages.token_at(document.id, std::min(one.first + one.bytes, document.text_bytes));
    EchoRow row;
    row.strength = number(one.score, 1);
    row.share = one.score / similar.front().score;
    row.later = {first, std::max<std::int64_t>(1, end - first)};
    row.later_place = place_text(passages.place(first));
    row.text = beginning(std::string(text.text(one.document).substr(std::size_t(one.first), std::size_t(one.bytes))));
    found.rows.push_back(std::move(row));
  }
  found.about = tr("%1 passages, the most alike first").arg(grouped(qint64(found.rows.size())));
}

void show_echoes(const std::vector<explore::Echo>& echoes, const QString& own_place, EchoRows& found) {
  double most = 0;
  for (const auto& echo : echoes) most = std::max(most, echo.share);
  int both = 0;
  for (const auto& echo : echoes) {
    EchoRow row;
    row.sure = echo.same_text() && echo.looked_at();
    both += row.sure;
    row.strength = echo.same_text() && echo.share > 0 ? tr("%1 same, %2").arg(echo.equal).arg(share_text(echo.share))
                   : echo.same_text() ? tr("%1 same").arg(echo.equal) : share_text(echo.share);
    row.kind = marked(row.sure, row.sure ? tr("echo") : echo.same_text() ? tr("same text") : tr("looked at"));
    row.share = most > 0 ? echo.share / most : 0;
    row.later = echo.passage;
    row.earlier = echo.source;
    row.later_place = own_place;
    row.earlier_place = place_text(echo.place);
    row.text = beginning(echo.text);
    row.link = echo.link();
    row.tip = tr("%1 of %2 tokens are the same; %3 of the attention, %4 times what was to be expected")
                  .arg(echo.equal).arg(echo.passage.count).arg(share_text(echo.share), number(echo.lift, 1));
    row.tip += row.sure ? tr("\nThe same text, and looked at: an echo")
               : echo.same_text() ? tr("\nThe same text, but hardly looked at") : tr("\nLooked at, but another text");
    found.rows.push_back(std::move(row));
  }
  found.about = tr("%1 earlier places for %2; %3 with the same text that was looked at too").arg(echoes.size()).arg(own_place).arg(both);
  if (!echoes.empty()) found.legend = tr("●, solid arc: the same text, and looked at  ·  ○, dashed arc: one of these alone");
}

void find_repeats(const EchoWish& wish, const workspace::Workspace& workspace, explore::Passages& passages, core::Job& job, EchoRows& found) {
  explore::RepeatSettings settings;
  settings.min_tokens = wish.least;
  settings.between_documents = wish.between_documents;
  settings.most = most_rows;
  const auto repeats = explore::find_repeats(workspace, settings, job);
  for (const auto& repeat : repeats.shown) {
    job.poll();
    const auto view = explore::view_repeat(workspace, passages, repeat, wish.run, most_places);
    for (std::size_t i = 1; i < view.places.size(); ++i) {
      EchoRow row;
      row.strength = grouped(repeat.count);
      row.share = double(repeat.count) / double(repeats.shown.front().count);
      row.earlier = {repeat.first[i - 1], repeat.count};
      row.later = {repeat.first[i], repeat.count};
      row.earlier_place = place_text(view.places[i - 1]);
      row.later_place = place_text(view.places[i]);
      row.text = beginning(view.text);
      row.tip = tr("%1 tokens, word for word, in %2 places").arg(grouped(repeat.count), grouped(qint64(repeat.first.size())));
      if (view.bits_again >= 0)
        row.tip += tr("\n%1 bits a token where it stands first, %2 afterwards").arg(number(view.bits_first, 2), number(view.bits_again, 2));
      found.rows.push_back(std::move(row));
    }
  }
  found.about = tr("%1 texts stand in several places; %2 of the sequence")
                    .arg(grouped(repeats.found), share_text(repeats.sequence > 0 ? double(repeats.tokens) / double(repeats.sequence) : 0));
}

void find_twists(const EchoWish& wish, const workspace::Workspace& workspace, core::Job& job, EchoRows& found) {
  explore::TwistSettings settings;
  settings.run = wish.run;
  settings.least_bits = wish.bits;
  settings.least_equal = wish.least;
  settings.most = most_rows;
  const auto twists = explore::find_twists(workspace, settings, job);
  int slips = 0;
  const auto word = [](const std::string& text) { return text.empty() ? tr("nothing") : to_text(text).simplified(); };
  for (const auto& twist : twists.shown) {
    EchoRow row;
    row.strength = twist.bits < 0 ? QStringLiteral("–") : number(twist.bits, 1);
    row.share = twist.bits < 0 ? 1 : twist.bits / std::max(twists.shown.front().bits, 1e-9);
    row.later = twist.later.count > 0 ? twist.later : explore::Stretch{twist.later.first, 1};
    row.earlier = twist.earlier.count > 0 ? twist.earlier : explore::Stretch{twist.earlier.first, 1};
    row.later_place = place_text(twist.later_place);
    row.earlier_place = place_text(twist.earlier_place);
    const bool kept = twist.later_text == twist.earlier_text;
    row.text = kept ? tr("%1  stayed").arg(word(twist.later_text)) : tr("%1  instead of  %2").arg(word(twist.later_text), word(twist.earlier_text));
    row.tip = tr("%1 tokens are the same; the copies differ in %2 places").arg(grouped(twist.equal)).arg(twist.differences);
    if (twist.expected > 0) {
      const bool stays = twist.expected_text == twist.earlier_text;
      const QString rule = stays ? tr("elsewhere in the copy it stays") : tr("elsewhere in the copy it is %1").arg(word(twist.expected_text));
      row.text += QStringLiteral("  ·  %1 (%2×)").arg(rule).arg(twist.expected);
    }
    row.sure = twist.slip();
    slips += row.sure;
    row.kind = marked(row.sure, row.sure ? tr("likely slip") : tr("other change"));
    row.tip += row.sure ? tr("\nAn exception from what the copy does to the same word elsewhere: maybe a slip") : tr("\nA change that may be meant");
    found.rows.push_back(std::move(row));
  }
  found.about = tr("%1 of %2 differences in %3 copies").arg(grouped(twists.found), grouped(twists.differences), grouped(twists.copies));
  if (twists.found > qint64(found.rows.size())) found.about += tr("; the first %1 are shown").arg(grouped(qint64(found.rows.size())));
  if (!found.rows.empty()) found.about += tr("; likely slips: %1").arg(grouped(slips));
  if (!found.rows.empty()) found.legend = tr("●, solid arc: a likely slip  ·  ○, dashed arc: a change that may be meant");
}

void find_surprising(const EchoWish& wish, const workspace::Workspace& workspace, EchoRows& found) {
  if (wish.run <= 0) return;
  for (const auto& passage : explore::surprising_passages(workspace, wish.run, true, most_rows)) {
    EchoRow row;
    row.strength = number(passage.bits_per_token, 2);
    row.later = {passage.first, passage.count};
    row.later_place = place_text(passage.place);
    row.text = beginning(passage.text);
    found.rows.push_back(std::move(row));
  }
  found.about = tr("%1 passages, the most surprising first").arg(grouped(qint64(found.rows.size())));
}

}  // namespace

struct EchoSource::Impl {
  std::mutex in_use;  // an older question may still be on its way to its end
  std::filesystem::path file;
  std::unique_ptr<explore::CorpusText> text;
  std::unique_ptr<explore::EchoFinder> finder;
  qint64 run = 0, done = 0;

  const explore::CorpusText& text_of(const std::filesystem::path& wanted) {
    if (!text || file != wanted || !text->current()) text = std::make_unique<explore::CorpusText>(wanted);
    return *text;
  }
  explore::EchoFinder& finder_of(const std::filesystem::path& wanted, const workspace::Workspace& workspace, qint64 wanted_run) {
    const auto now = workspace.run(wanted_run);
    if (!finder || file != wanted || run != wanted_run || !now || done != now->done) {
      finder.reset();
      finder = std::make_unique<explore::EchoFinder>(wanted, wanted_run);
      run = wanted_run;
      done = now ? now->done : 0;
    }
    return *finder;
  }
};

EchoSource::EchoSource() : impl_(std::make_unique<Impl>()) {}
EchoSource::~EchoSource() = default;

EchoRows EchoSource::find(const EchoWish& wish, const workspace::Workspace& workspace, explore::Passages& passages, core::Job& job) {
  const std::lock_guard lock(impl_->in_use);
  EchoRows found;
  found.wish = wish;
  switch (wish.list) {
    case EchoList::like: find_like(wish, impl_->text_of(wish.file), passages, job, found); break;
    case EchoList::echoes:
      show_echoes(wish.all_weights ? impl_->finder_of(wish.file, workspace, wish.run).find(wish.selection, most_rows, job)
                                   : explore::stored_echoes(workspace, wish.run, wish.selection, most_rows, job),
                  place_text(passages.place(wish.selection.first)), found);
      break;
    case EchoList::repeats: find_repeats(wish, workspace, passages, job, found); break;
    case EchoList::twists: find_twists(wish, workspace, job, found); break;
    case EchoList::surprising: find_surprising(wish, workspace, found); break;
  }
  impl_->file = wish.file;
  return found;
}

}  // namespace corpuscope::ui
