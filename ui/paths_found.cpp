#include "ui/paths_found.h"

#include <QCoreApplication>
#include <QElapsedTimer>
#include <QRegularExpression>
#include <algorithm>

#include "core/error.h"
#include "explore/link_check.h"
#include "explore/place_text.h"
#include "explore/rollout.h"
#include "pattern/explain.h"
#include "ui/link_checking.h"
#include "ui/names.h"
#include "ui/wording.h"

namespace corpuscope::ui {
namespace {

constexpr int tokens_around = 12;

QString tr(const char* text) { return QCoreApplication::translate("paths", text); }

std::string numerals(std::int64_t number) { return grouped(number).toStdString(); }

explore::PlaceText place_of(const QString& typed) {
  QString text = typed.trimmed();
  QString bare = text;
  bare.remove(QRegularExpression(QStringLiteral("[\\s,.'’\\x{202f}\\x{a0}]")));
  static const QRegularExpression number(QStringLiteral("^\\d+(\\+\\d+)?$"));
  if (number.match(bare).hasMatch()) text = bare;
  const auto place = explore::parse_place(text.toStdString());
  if (place) return *place;
  throw core::Error(tr("“%1” is neither the number of a token nor file:line.").arg(typed).toStdString(),
                    tr("Write 12345, or books/forest.txt:12; +5 behind it for five tokens.").toStdString());
}

TokenText text_of(std::int64_t token, explore::Passages& passages) {
  const explore::Place place = passages.place(token);
  TokenText text;
  text.place = QStringLiteral("%1:%2").arg(to_text(place.name)).arg(place.line) + to_text(behind_line(place));
  const QString all = to_text(passages.snippet(token, tokens_around, tokens_around));
  text.token = to_text(passages.snippet(token, 0, 0));
  const QString before = to_text(passages.snippet(token, tokens_around, 0));
  if (all.startsWith(before) && before.endsWith(text.token)) {
    text.before = before.chopped(text.token.size());
    text.behind = all.mid(before.size());
  }
  if (text.token.isEmpty()) text.token = visible(to_text(passages.token_text(token)));  // nothing but space
  return text;
}

void add_texts(const workspace::FoundPath& path, PathsFound& found, explore::Passages& passages) {
  for (const auto& step : path)
    for (const std::int64_t token : {step.from, step.to})
      if (!found.texts.contains(token)) found.texts[token] = text_of(token, passages);
}

QString short_difference(const pattern::Pattern& from, const pattern::Pattern& to) {
  QStringList parts;
  if (to.rule != from.rule) parts << to_text(pattern::name(to.rule));
  if (to.staggered && !from.staggered) parts << tr("staggered");
  if (to.levels.size() > from.levels.size()) parts << tr("%1 more levels").arg(to.levels.size() - from.levels.size());
  return parts.join(QStringLiteral(" + "));
}

void ask_pattern(PathsFound& found) {
  const pattern::Pattern& pattern = found.pattern;
  const int heads = found.geometry.heads;
  QElapsedTimer clock;
  clock.start();
  const auto answer = explore::ask_pattern(pattern, heads, found.length, found.first, found.count, found.target);
  found.seconds = double(clock.nsecsElapsed()) / 1e9;
  if (answer.path) {
    found.structural = explore::steps_of(*answer.path);
    return;
  }
  found.blind = answer.why;
  found.why = to_text(pattern::explain(*answer.why, pattern, numerals));
  for (const auto& cure : answer.cures) {
    const auto path = pattern::shortest_path(cure.pattern, heads, found.length, found.first, found.target);
    if (path)
      found.opened.push_back({to_text(pattern::difference(pattern, cure.pattern)), short_difference(pattern, cure.pattern),
                              cure.pattern, explore::steps_of(*path)});
  }
}

void ask_run(const PathsWish& wish, PathsFound& found, const workspace::Workspace& workspace) {
  if (!wish.run || wish.run->done == 0) return;
  found.run = wish.run->id;
  const explore::PathQuestion question = *question_of(found, wish.most);
  found.cost = explore::strongest_paths_cost(*wish.run, question);
  found.rollout_cost = explore::rollout_cost(*wish.run, {wish.run->id, found.first, found.count, {}, {}});
  if (wish.saved) {
    found.strongest = wish.saved->strongest;
    found.exact = wish.saved->exact;
  } else {
    found.strongest = explore::stored_paths(workspace, question);
  }
}

// The parts of the axis do not depend on how wide it is drawn.
std::vector<float> spread_of(const workspace::Workspace& workspace, std::int64_t rollout, const PathsFound& found) {
  constexpr int parts = 400;
  const Fisheye axis(found.length, found.first, found.target, parts);
  std::vector<float> spread;
  for (int i = 0; i < parts; ++i) {
    const auto first = std::min(std::int64_t(axis.position(i)), found.length - 1);
    const auto end = std::max(std::min(std::int64_t(axis.position(i + 1)), found.length), first + 1);
    spread.push_back(workspace.rollout_bins(rollout, first, end - first, 1).front().maximum);
  }
  return spread;
}

// The one that was asked for, else the newest of this very passage.
void ask_rollout(const PathsWish& wish, PathsFound& found, const workspace::Workspace& workspace) {
  if (found.run == 0) return;
  for (const auto& rollout : workspace.rollouts(found.run)) {
    if (wish.rollout ? rollout.id != wish.rollout->id : rollout.first != found.first || rollout.count != found.count) continue;
    found.rollout = rollout.id;
    found.spread = spread_of(workspace, rollout.id, found);
    return;
  }
}

// What was typed, where that is behind the passage; else where most of it arrives.
std::int64_t target_of(const PathsWish& wish, const workspace::Workspace& workspace, explore::Passages& passages) {
  const std::int64_t behind = wish.rollout->first + wish.rollout->count;
  if (!wish.to.trimmed().isEmpty())
    if (const std::int64_t typed = explore::token_of(place_of(wish.to), workspace, passages); typed >= behind) return typed;
  const auto holders = explore::strongest_holders(workspace, *wish.rollout, 1);
  return holders.empty() ? behind - 1 : holders.front().token;
}

QString another_pattern() { return tr("in another pattern than the one that the corpus was read by"); }

LadderPicture picture_of(const PathsFound& found) {
  LadderPicture picture;
  picture.length = found.length;
  picture.pattern = found.geometry.pattern;
  picture.first = found.first;
  picture.count = found.count;
  picture.target = found.target;
  picture.texts = found.texts;
  picture.checks = found.checks;
  picture.farthest_used = found.farthest_used;
  return picture;
}

}  // namespace

void find_checks(PathsFound& found, const workspace::Workspace& workspace) {
  found.checks.clear();
  found.unchecked.clear();
  found.whole.reset();
  const auto run = workspace.run(found.run);
  if (!run || found.target < found.first || found.target + 1 >= run->done) return;
  const workspace::Link whole = explore::link_of_passage(*run, found.first, found.count, found.target);
  found.whole = workspace.link_check(run->id, whole);
  if (!found.whole) found.unchecked.push_back(whole);
  const auto add = [&](const workspace::FoundPath& path) {
    for (const auto& step : path) {
      if (step.stays() || found.checks.contains({step.from, step.to})) continue;
      const workspace::Link link = explore::link_of_edge(*run, step.from, step.to);
      if (const auto check = workspace.link_check(run->id, link))
        found.checks[{step.from, step.to}] = *check;
      else if (std::ranges::find(found.unchecked, link) == found.unchecked.end())
        found.unchecked.push_back(link);
    }
  };
  for (const auto& path : found.strongest) add(path);
  if (found.as_read()) add(found.structural);
}

std::optional<explore::PathQuestion> question_of(const PathsFound& found, int most) {
  if (found.first < 0 || found.run == 0) return std::nullopt;
  return explore::PathQuestion{found.run, found.first, found.count, found.target, most, {}};
}

PathsFound find_paths(const PathsWish& wish, const workspace::Workspace& workspace, explore::Passages& passages) {
  PathsFound found;
  found.geometry = wish.geometry;
  found.pattern = wish.pattern.value_or(wish.geometry.pattern);
  found.length = wish.length;
  found.farthest_used = wish.farthest_used;
  try {
    if (wish.saved) {
      found.first = wish.saved->first;
      found.count = wish.saved->count;
      found.target = wish.saved->target;
    } else if (wish.rollout) {
      found.first = wish.rollout->first;
      found.count = wish.rollout->count;
      found.target = target_of(wish, workspace, passages);
    } else {
      const explore::PlaceText from = place_of(wish.from), to = place_of(wish.to);
      found.first = explore::token_of(from, workspace, passages);
      found.count = std::clamp<std::int64_t>(from.count, 1, std::max<std::int64_t>(found.length - found.first, 1));
      found.target = explore::token_of(to, workspace, passages);
    }
    ask_pattern(found);
    ask_run(wish, found, workspace);
    ask_rollout(wish, found, workspace);
    find_checks(found, workspace);
  } catch (const core::Error& error) {
    PathsFound none;
    none.geometry = wish.geometry;
    none.pattern = wish.geometry.pattern;
    none.length = wish.length;
    none.error = to_text(error.what());
    none.remedy = to_text(error.remedy());
    return none;
  }
  add_texts(found.structural, found, passages);
  for (const Opened& opened : found.opened) add_texts(opened.path, found, passages);
  for (const auto& path : found.strongest) add_texts(path, found, passages);
  add_texts({{found.first, found.target, 0, 0, 0, 0}}, found, passages);
  return found;
}

QString hops_text(int hops) { return hops == 1 ? tr("1 hop") : tr("%1 hops").arg(hops); }

LadderPicture structural_picture(const PathsFound& found, int opened) {
  LadderPicture picture = picture_of(found);
  picture.title = tr("By the pattern");
  picture.pattern = found.pattern;
  if (found.first < 0) return picture;
  const int hops = int(found.structural.size());
  if (!found.structural.empty()) {
    picture.paths = {found.structural};
    picture.title = tr("By the pattern: %1 at the least").arg(hops_text(hops));
    picture.imagined = !found.as_read();
    picture.subtitle = picture.imagined ? another_pattern() : hops > found.geometry.layers && found.run > 0
                           ? tr("more than the model's %1 layers: it cannot have known of it").arg(found.geometry.layers)
                           : tr("one a layer; found in %1 ms").arg(std::max(found.seconds * 1000, 0.1), 0, 'f', 1);
    return picture;
  }
  picture.blind = found.blind;
  if (!found.blind) {
    picture.title = tr("By the pattern: nothing to do");
    picture.message = tr("Both are the same token: no hop is needed.");
    return picture;
  }
  if (opened >= 0 && opened < int(found.opened.size())) {
    const Opened& other = found.opened[std::size_t(opened)];
    picture.title = tr("With %1: %2").arg(other.change, hops_text(int(other.path.size())));
    picture.subtitle = another_pattern();
    picture.pattern = other.pattern;
    picture.paths = {other.path};
    picture.imagined = true;
    return picture;
  }
  picture.title = tr("No path, whatever the number of layers");
  if (!found.as_read()) picture.subtitle = another_pattern();
  picture.message = found.why;
  return picture;
}

LadderPicture strongest_picture(const PathsFound& found, int path) {
  LadderPicture picture = picture_of(found);
  picture.layers = true;
  picture.spread = found.spread;
  picture.title = tr("By this model");
  if (found.first < 0) return picture;
  picture.paths = found.strongest;
  picture.path = std::clamp(path, 0, std::max(int(found.strongest.size()) - 1, 0));
  if (!found.strongest.empty()) {
    const auto& chosen = found.strongest[std::size_t(picture.path)];
    picture.title = tr("By this model: %1, strength %2")
                        .arg(hops_text(workspace::hops(chosen)),
                             weight_text(workspace::strength(chosen, found.geometry.heads)));
    picture.subtitle = found.strongest.size() == 1 && !found.exact ? tr("the only one through the edges stored with the run")
                       : (found.exact ? tr("number %1 of the %2 strongest of all paths")
                                    : tr("number %1 of the %2 strongest through the edges stored with the run"))
                           .arg(picture.path + 1)
                           .arg(found.strongest.size());
    if (found.whole) picture.subtitle = tr("the passage as a whole: %1; %2").arg(link_text(*found.whole), picture.subtitle);
    return picture;
  }
  if (found.run == 0)
    picture.message = tr("No model has read this corpus yet.\nRead it (Corpus, Read by the model) to see by which path "
                         "it really came to know.");
  else if (found.blind && found.as_read())
    picture.message = tr("Where the pattern has no path the model has none either.");
  else if (found.as_read() && int(found.structural.size()) > found.geometry.layers)
    picture.message = tr("The pattern needs %1, and this model has %2 layers: nothing arrives.")
                          .arg(hops_text(int(found.structural.size())))
                          .arg(found.geometry.layers);
  else if (found.exact)
    picture.message = tr("All weights on the way are zero: nothing arrives.");
  else
    picture.message = tr("The edges stored with the run, the strongest few of each token, do not lead there.\nWeaker "
                         "ones may: ask all weights.");
  return picture;
}

}  // namespace corpuscope::ui
