#include "ui/attention_export.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <functional>

#include "core/error.h"
#include "ui/attention_pane.h"
#include "ui/names.h"
#include "ui/picture_file.h"

namespace corpuscope::ui {
namespace {

void paint(QPainter& painter, const AttentionCanvas& canvas) {
  AttentionPicture picture = canvas.picture();
  picture.dark = is_dark(canvas.palette());
  picture.fresh = 1;
  picture.hover = picture.hover_query = picture.hover_key = -1;  // where the mouse happens to be
  painter.setFont(canvas.font());
  paint_attention(painter, canvas.size(), picture);
}

// Part of the matrix that is in sight.
struct Sight {
  double query, queries_end, key, keys_end;
  bool has(double q, double q_end, double k, double k_end) const {
    return q < queries_end && q_end > query && k < keys_end && k_end > key;
  }
};

Sight sight_of(const AttentionCanvas& canvas) {
  const auto& view = canvas.view();
  const QSizeF plot = canvas.plot_size();
  return {view.query, view.queries().position(plot.height()), view.key, view.keys().position(plot.width())};
}

bool shows(const AttentionCanvas& canvas, int level) {
  const auto& hidden = canvas.picture().hidden;
  return std::size_t(level) >= hidden.size() || !hidden[std::size_t(level)];
}

struct PooledCell {
  qint64 query, queries, key, keys;
  int level;
  double weight;
};

void for_each_pooled(const AttentionPane& pane, const std::function<void(const PooledCell&)>& body) {
  const AttentionCanvas& canvas = pane.canvas();
  const Sight sight = sight_of(canvas);
  if (!pane.tiles() || !pane.geometry()) return;
  const PairWeights pairs(*pane.geometry(), canvas.length(), pane.tiles()->head);
  for (const auto& level : pane.tiles()->levels) {
    if (!shows(canvas, level.level)) continue;
    for (const auto& block : level.blocks)
      for (const auto& tile : *block) {
        const auto edge = [&](int strip) -> qint64 { return tile.first + (tile.length * strip + tile.size - 1) / tile.size; };
        for (int row = 0; row < tile.size; ++row)
          for (int column = 0; column < tile.size; ++column) {
            const double weight = double(tile.weights[std::size_t(row * tile.size + column)]);
            if (weight <= 0 || !sight.has(double(edge(row)), double(edge(row + 1)), double(edge(column)), double(edge(column + 1)))) continue;
            body({edge(row), edge(row + 1) - edge(row), edge(column), edge(column + 1) - edge(column), level.level,
                  weight * pairs.factor(tile, row, column)});
          }
      }
  }
}

struct SingleCell {
  qint64 query, key;
  QString query_text, key_text;
  int head, level;
  double weight;
};

QString text_at(const TokenTexts& texts, std::int64_t token) {
  const std::int64_t at = token - texts.first;
  return at >= 0 && at < std::int64_t(texts.texts.size()) ? texts.texts[std::size_t(at)] : QString();
}

void for_each_single(const AttentionPane& pane, const std::function<void(const SingleCell&)>& body) {
  const AttentionCanvas& canvas = pane.canvas();
  const Sight sight = sight_of(canvas);
  const auto& exact = *pane.exact();
  if (pane.layer() >= int(exact.layers.size())) return;
  for (const auto& one : exact.layers[std::size_t(pane.layer())]) {
    const std::int64_t query = exact.window.query + one.query, key = exact.window.key + one.key;
    if (pane.head() >= 0 && one.head != pane.head()) continue;
    if ((!exact.dense && !shows(canvas, one.level)) || !sight.has(double(query), double(query + 1), double(key), double(key + 1))) continue;
    body({query, key, text_at(canvas.picture().query_texts, query), text_at(canvas.picture().key_texts, key), one.head, one.level, double(one.weight)});
  }
}

bool shows_single(const AttentionPane& pane) { return pane.exact() && pane.canvas().picture().frame.exact; }

QString csv_field(QString text) {
  if (!text.contains(u'"') && !text.contains(u',') && !text.contains(u'\n') && !text.contains(u'\r')) return text;
  return u'"' + text.replace(u'"', QStringLiteral("\"\"")) + u'"';
}

QString number(double value) { return QString::number(value, 'g', 6); }

Painting painting_of(const AttentionCanvas& canvas, const QString& title = {}) {
  return {canvas.size(), canvas.font(), title, [&canvas](QPainter& painter) { paint(painter, canvas); }};
}

}  // namespace

QImage attention_picture(const AttentionCanvas& canvas) { return painted_image(painting_of(canvas), canvas.devicePixelRatioF()); }

QByteArray attention_svg(const AttentionCanvas& canvas, const QString& title) { return painted_svg(painting_of(canvas, title)); }

QByteArray weights_csv(const AttentionPane& pane) {
  QString out;
  if (shows_single(pane)) {
    out = QStringLiteral("query,query_text,key,key_text,layer,head,level,weight\r\n");
    for_each_single(pane, [&](const SingleCell& cell) {
      out += QStringList{QString::number(cell.query), csv_field(cell.query_text), QString::number(cell.key),
                         csv_field(cell.key_text), QString::number(pane.layer() + 1), QString::number(cell.head + 1),
                         QString::number(cell.level + 1), number(cell.weight)}.join(u',') + QStringLiteral("\r\n");
    });
  } else {
    out = QStringLiteral("query_first,queries,key_first,keys,layer,level,mean_weight\r\n");
    for_each_pooled(pane, [&](const PooledCell& cell) {
      out += QStringList{QString::number(cell.query), QString::number(cell.queries), QString::number(cell.key),
                         QString::number(cell.keys), QString::number(pane.layer() + 1), QString::number(cell.level + 1),
                         number(cell.weight)}.join(u',') + QStringLiteral("\r\n");
    });
  }
  return out.toUtf8();
}

QByteArray weights_json(const AttentionPane& pane) {
  const bool single = shows_single(pane);
  const Sight sight = sight_of(pane.canvas());
  QJsonArray weights;
  if (single)
    for_each_single(pane, [&](const SingleCell& cell) {
      weights.append(QJsonObject{{QStringLiteral("query"), cell.query}, {QStringLiteral("query_text"), cell.query_text},
                                 {QStringLiteral("key"), cell.key}, {QStringLiteral("key_text"), cell.key_text},
                                 {QStringLiteral("head"), cell.head + 1}, {QStringLiteral("level"), cell.level + 1},
                                 {QStringLiteral("weight"), cell.weight}});
    });
  else
    for_each_pooled(pane, [&](const PooledCell& cell) {
      weights.append(QJsonObject{{QStringLiteral("query_first"), cell.query}, {QStringLiteral("queries"), cell.queries},
                                 {QStringLiteral("key_first"), cell.key}, {QStringLiteral("keys"), cell.keys},
                                 {QStringLiteral("level"), cell.level + 1}, {QStringLiteral("mean_weight"), cell.weight}});
    });
  const QJsonObject root{{QStringLiteral("shown"), pane.title()},
                         {QStringLiteral("layer"), pane.layer() + 1},
                         {QStringLiteral("kind"), single ? QStringLiteral("single") : QStringLiteral("pooled")},
                         {QStringLiteral("queries"), QJsonArray{sight.query, sight.queries_end}},
                         {QStringLiteral("keys"), QJsonArray{sight.key, sight.keys_end}},
                         {QStringLiteral("weights"), weights}};
  return QJsonDocument(root).toJson();
}

void export_attention(const AttentionPane& pane, const std::filesystem::path& file) {
  const std::string ending = file.extension().string();
  const QString name = path_text(file);
  const Painting painting = painting_of(pane.canvas(), pane.title());
  if (ending == ".png") return save_picture(name, painting, pane.canvas().devicePixelRatioF());
  if (ending == ".svg") return save_picture(name, painting);
  if (ending == ".csv") return save_bytes(name, weights_csv(pane));
  if (ending == ".json") return save_bytes(name, weights_json(pane));
  throw core::Error("The attention cannot be saved as " + file.filename().string() + ".",
                    "End the name in .png or .svg for a picture, in .csv or .json for the weights.");
}

}  // namespace corpuscope::ui
