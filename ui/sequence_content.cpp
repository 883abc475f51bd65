#include "ui/sequence_content.h"

#include <QLocale>
#include <QSettings>
#include <algorithm>
#include <cmath>

#include "ui/bookmarks.h"
#include "ui/names.h"
#include "ui/session.h"
#include "ui/tile_source.h"
#include "ui/wording.h"

namespace corpuscope::ui {

namespace {

QString settings_shown() { return QStringLiteral("sequence/shown"); }

QStringList shown_at_first() { return {surprise_key, received_key(0), segments_key, bookmarks_key}; }

}  // namespace

SequenceContent::SequenceContent(Session& session) : session_(session) {
  const QStringList shown = QSettings().value(settings_shown(), shown_at_first()).toStringList();
  shown_ = QSet<QString>(shown.begin(), shown.end());
  picture_.documents = std::make_shared<Documents>();
  ask_soon_.setSingleShot(true);
  ask_soon_.setInterval(25);
  connect(&ask_soon_, &QTimer::timeout, this, &SequenceContent::ask_values);
  connect(&session, &Session::workspace_opened, this, &SequenceContent::refresh);
  connect(&session, &Session::documents_changed, this, &SequenceContent::refresh);
  connect(&session, &Session::run_changed, this, &SequenceContent::refresh);
  connect(&session.bookmarks(), &Bookmarks::changed, this, &SequenceContent::take_bookmarks);
  connect(&session, &Session::job_finished, this, &SequenceContent::ask_stored);  // it may have left a track
  Selection& selection = session.selection();
  connect(&selection, &Selection::view_changed, this, &SequenceContent::follow_view);
  connect(&selection, &Selection::length_changed, this, &SequenceContent::refresh);
  connect(&selection, &Selection::cursor_changed, this, [this](qint64 first, qint64 count) {
    picture_.cursor = first;
    picture_.cursor_count = count;
    ask_sources();
    ask_blind();
  });
  connect(&selection, &Selection::hover_changed, this, [this](qint64 token) {
    picture_.hover = token;
    emit changed();
  });
  picture_.cursor = selection.cursor();
  picture_.cursor_count = selection.count();
  refresh();
}

// Takes over what the session has open.
void SequenceContent::refresh() {
  picture_.length = session_.selection().length();
  picture_.documents = document_spans(session_.documents());
  const auto run = session_.run();
  picture_.done = run ? run->done : -1;
  const auto geometry = run ? geometry_of(run->config) : planned_geometry(picture_.length);
  picture_.pattern = geometry ? std::optional(geometry->pattern) : std::nullopt;
  heads_ = geometry ? geometry->heads : 1;
  gather_choices();
  choose_rows();
  follow_view();
  ask_stored();
  ask_sources();
  take_bookmarks();
  ask_blind();
}

void SequenceContent::set_dark(bool dark) {
  if (dark == picture_.dark) return;
  picture_.dark = dark;
  gather_choices();
  choose_rows();
  ask_values();
}

void SequenceContent::gather_choices() {
  const auto run = session_.run();
  choices_ = run ? track_choices(*run, picture_.dark) : std::vector<TrackChoice>();
  choices_.insert(choices_.end(), stored_.begin(), stored_.end());
}

// One row for each track that is shown, in the order of the list; values that are there already are kept.
void SequenceContent::choose_rows() {
  std::vector<TrackRow> rows;
  for (const TrackChoice& choice : choices_) {
    if (!shown_.contains(choice.row.key)) continue;
    TrackRow row = choice.row;
    for (TrackRow& before : picture_.tracks)
      if (before.key == row.key) {
        row.values = before.values;
        if (choice.fit) choice.fit(row);
      }
    rows.push_back(std::move(row));
  }
  // Before a model has read there is room for what will come.
  if (choices_.empty())
    for (const QString& key : shown_at_first().mid(0, 2)) {
      workspace::Run none;
      none.layers = 1;
      for (const TrackChoice& choice : track_choices(none, picture_.dark))
        if (choice.row.key == key) rows.push_back(choice.row);
    }
  picture_.tracks = std::move(rows);
  picture_.blind.shown = shown_.contains(blind_key);
  picture_.shows_segments = shown_.contains(segments_key);
  emit rows_changed();
}

void SequenceContent::show(const QString& key, bool on) {
  if (shown_.contains(key) == on) return;
  on ? (void)shown_.insert(key) : (void)shown_.remove(key);
  QSettings().setValue(settings_shown(), QStringList(shown_.begin(), shown_.end()));
  choose_rows();
  ask_values();
  take_bookmarks();
  ask_blind();
}

void SequenceContent::set_layer(int layer) {
  if (layer == layer_) return;
  const QString before = received_key(layer_), now = received_key(layer);
  layer_ = layer;
  if (!shown_.contains(before) || shown_.contains(now)) return;
  shown_.remove(before);
  show(now, true);
}

void SequenceContent::set_size(double plot_width, double pixels_each) {
  width_ = std::max(plot_width, 1.0);
  pixels_each_ = pixels_each;
  follow_view();
}

void SequenceContent::follow_view() {
  if (zooming_here_) return;
  const Selection& selection = session_.selection();
  picture_.length = selection.length();
  const double count = selection.view_count() > 0 ? double(selection.view_count()) : double(picture_.length);
  picture_.scale = fitted(double(selection.view_first()), count, width_);
  ask_soon_.start();
  emit changed();
}

bool SequenceContent::set_scale(const Scale& scale) {
  if (picture_.length <= 0 || scale == picture_.scale) return false;
  picture_.scale = scale;
  const double end = std::min(scale.position(width_), double(picture_.length));
  const auto first = qint64(std::floor(scale.first));
  zooming_here_ = true;
  session_.selection().set_view(first, std::max<qint64>(qint64(std::ceil(end)) - first, 1));
  zooming_here_ = false;
  ask_soon_.start();
  emit changed();
  return true;
}

void SequenceContent::set_marks(std::vector<std::int64_t> marks) {
  picture_.marks = std::move(marks);
  std::ranges::sort(picture_.marks);
  emit changed();
}

void SequenceContent::set_arcs(Arcs arcs) {
  const bool another_height = arcs.empty() != picture_.arcs.empty();
  picture_.arcs = std::move(arcs);
  another_height ? emit rows_changed() : emit changed();
}

void SequenceContent::ask_values() {
  const auto run = session_.run();
  if (!run || run->done <= 0 || picture_.length <= 0) {
    for (TrackRow& row : picture_.tracks) row.values = {};
    emit changed();
    return;
  }
  // One bin a device pixel; a token each when they are wider than that.
  const auto first = std::clamp<std::int64_t>(std::int64_t(picture_.scale.first), 0, picture_.length - 1);
  const auto end = std::min<std::int64_t>(std::int64_t(std::ceil(picture_.scale.position(width_))), run->done);
  const std::int64_t count = end - first;
  if (count <= 0) return;
  const int bins = int(std::min<double>(double(count), std::ceil(width_ * pixels_each_)));
  std::vector<TrackChoice> wanted;
  for (const TrackChoice& choice : choices_)
    if (shown_.contains(choice.row.key)) wanted.push_back(choice);
  session_.ask(QStringLiteral("sequence bar"),
               [=, this](const workspace::Workspace& workspace, explore::Passages&) -> std::function<void()> {
                 std::vector<TrackRow> rows;
                 for (const TrackChoice& choice : wanted) {
                   rows.push_back(choice.row);
                   rows.back().values = {first, count, choice.values(workspace, first, count, bins)};
                   if (choice.fit) choice.fit(rows.back());
                 }
                 return [this, rows = std::move(rows)] {
                   for (const TrackRow& found : rows)
                     for (TrackRow& row : picture_.tracks)
                       if (row.key == found.key) row = found;
                   emit changed();
                 };
               });
}

void SequenceContent::ask_stored() {
  const auto run = session_.run();
  if (!run) return stored_.clear();
  session_.ask(QStringLiteral("sequence stored"),
               [this, run = *run, dark = picture_.dark](const workspace::Workspace& workspace,
                                                        explore::Passages&) -> std::function<void()> {
                 return [this, found = stored_choices(workspace, run, dark)] {
                   if (found.empty() && stored_.empty()) return;
                   stored_ = found;
                   gather_choices();
                   choose_rows();
                   ask_values();
                 };
               });
}

void SequenceContent::ask_sources() {
  const auto run = session_.run();
  picture_.sources.clear();
  emit changed();
  if (!run || picture_.cursor < 0) return;
  session_.ask(QStringLiteral("sequence sources"),
               [this, id = run->id, token = picture_.cursor](const workspace::Workspace& workspace,
                                                             explore::Passages&) -> std::function<void()> {
                 const auto sources = workspace.edges_into(id, -1, token);
                 return [=, this] {
                   if (picture_.cursor != token) return;
                   picture_.sources = sources;
                   emit changed();
                 };
               });
}

void SequenceContent::take_bookmarks() {
  picture_.bookmarks = shown_.contains(bookmarks_key) ? session_.bookmarks().all() : std::vector<workspace::Bookmark>();
  emit changed();
}

void SequenceContent::ask_blind() {
  picture_.blind.spans.clear();
  picture_.blind.about.clear();
  if (!picture_.blind.shown || !picture_.pattern || picture_.length <= 0) return;
  if (picture_.cursor < 0) {
    picture_.blind.about = tr("choose a token: here is shown what it can never know of");
    return;
  }
  session_.ask(QStringLiteral("sequence blind"),
               [this, pattern = *picture_.pattern, heads = heads_, length = picture_.length, token = picture_.cursor](
                   const workspace::Workspace&, explore::Passages&) -> std::function<void()> {
                 const BlindSpots found = blind_spots(pattern, heads, length, token);
                 return [=, this] {
                   if (picture_.cursor != token) return;
                   picture_.blind.spans = found.spans;
                   picture_.blind.about =
                       found.share > 0 ? tr("%1 % of what comes before can never reach the cursor's token; shown: the last %2")
                                             .arg(weight_text(100 * found.share), with_unit(double(found.window)))
                                       : tr("none: all that comes before can reach the cursor's token");
                   emit changed();
                 };
               });
}

void SequenceContent::add_bookmark() {
  if (picture_.cursor >= 0) session_.bookmarks().add({picture_.cursor, picture_.cursor_count, {}, "sequence"});
}

const workspace::Bin* SequenceContent::bin_at(const Track& track, std::int64_t token) const {
  if (track.bins.empty() || token < track.first || token >= track.first + track.count) return nullptr;
  const double share = double(token - track.first) / double(track.count);
  return &track.bins[std::min(std::size_t(share * double(track.bins.size())), track.bins.size() - 1)];
}

QString SequenceContent::explain(std::int64_t token) const {
  QStringList lines;
  const auto index = document_index(*picture_.documents, token);
  if (index >= 0) lines << (*picture_.documents)[std::size_t(index)].name;
  lines << tr("token %1 of %2").arg(grouped(token), grouped(picture_.length));
  if (const auto* bookmark = bookmark_at(picture_, picture_.scale.pixel(double(token) + 0.5)))
    lines << tr("bookmark: %1").arg(to_text(bookmark->name));
  for (const TrackChoice& choice : choices_)
    for (const TrackRow& row : picture_.tracks) {
      if (row.key != choice.row.key) continue;
      const auto* bin = bin_at(row.values, token);
      if (!bin) continue;
      const bool one = row.values.count <= std::int64_t(row.values.bins.size());
      const auto number = [&](float value) {
        return choice.row.logarithmic ? weight_text(double(value)) : QLocale().toString(double(value), 'f', 2);
      };
      lines << (one ? tr("%1: %2 %3").arg(choice.menu, number(bin->mean), choice.unit)
                    : tr("%1: %2 %3 here, from %4 to %5")
                          .arg(choice.menu, number(bin->mean), choice.unit, number(bin->minimum), number(bin->maximum)));
    }
  if (picture_.done >= 0 && token >= picture_.done) lines << tr("not read by the model yet");
  for (const auto& edge : picture_.sources)
    if (std::abs(double(edge.key - token)) <= std::max(2 * picture_.scale.step, 0.5))
      lines << tr("source of the cursor's token: %1 % of head %2 in layer %3, by level %4")
                   .arg(double(edge.weight) * 100, 0, 'f', 1)
                   .arg(edge.head + 1)
                   .arg(edge.layer + 1)
                   .arg(edge.level + 1);
  for (const auto& [first, end] : picture_.blind.spans)
    if (picture_.blind.shown && token >= first && token < end)
      lines << tr("a blind spot of the cursor's token: by no number of layers can it know of this");
  return lines.join(u'\n');
}

}  // namespace corpuscope::ui
