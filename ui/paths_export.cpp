#include "ui/paths_export.h"

#include "explore/path_json.h"

namespace corpuscope::ui {
namespace {

QSize all_of(const std::vector<LadderPicture>& ladders, const QSize& each) {
  return {each.width() * int(ladders.size()), each.height()};
}

void paint_all(QPainter& painter, const std::vector<LadderPicture>& ladders, const QSize& each, const QFont& font) {
  for (std::size_t i = 0; i < ladders.size(); ++i) {
    painter.save();
    painter.translate(int(i) * each.width(), 0);
    painter.setFont(font);
    paint_ladder(painter, each, ladders[i]);
    painter.restore();
  }
}

Painting painting_of(const std::vector<LadderPicture>& ladders, const QSize& each, const QFont& font) {
  return {all_of(ladders, each), font, ladders.empty() ? QString() : ladders.front().title,
          [&ladders, each, font](QPainter& painter) { paint_all(painter, ladders, each, font); }};
}

}  // namespace

QImage ladders_image(const std::vector<LadderPicture>& ladders, const QSize& each, const QFont& font) {
  return painted_image(painting_of(ladders, each, font));
}

void save_ladders(const QString& file, const std::vector<LadderPicture>& ladders, const QSize& each, const QFont& font) {
  const Painting painting = painting_of(ladders, each, font);
  save_bytes(file, file_ending(file) == u"svg" ? painted_svg(painting) : painted_png(painting));
}

QByteArray paths_json(const PathsFound& found, explore::Passages& passages) {
  explore::PathsAnswer answer;
  answer.pattern = found.pattern;
  answer.heads = found.geometry.heads;
  answer.length = found.length;
  answer.first = found.first;
  answer.count = found.count;
  answer.target = found.target;
  answer.structural = found.structural;
  answer.why = found.blind;
  answer.why_text = found.why.toStdString();
  for (const Opened& opened : found.opened) answer.cures.push_back({opened.pattern, int(opened.path.size())});
  answer.asked_run = found.run > 0;
  answer.strongest = found.strongest;
  answer.exact = found.exact;
  answer.cost = found.cost;
  return QByteArray::fromStdString(explore::paths_json_text(answer, &passages));
}

}  // namespace corpuscope::ui
