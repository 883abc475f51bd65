#include "ui/attention_wording.h"

#include <QCoreApplication>
#include <algorithm>
#include <map>

#include "ui/wording.h"

namespace corpuscope::ui {
namespace {

QString tr(const char* text) { return QCoreApplication::translate("Attention", text); }

// Which levels show the pair to the heads that are looked at.
QString levels_told(const Geometry& geometry, int head, std::int64_t query, std::int64_t key) {
  QStringList parts;
  const int first = std::max(head, 0), end = head < 0 ? geometry.heads : first + 1;
  for (int level = 0; level < int(geometry.pattern.levels.size()); ++level) {
    int seeing = 0;
    for (int h = first; h < end; ++h) seeing += pattern::sees(geometry.pattern, level, h, geometry.heads, query, key);
    if (seeing > 0)
      parts << tr("level %1 (%2) by %3")
                   .arg(level + 1)
                   .arg(segment_text(geometry.pattern.levels[std::size_t(level)].segment),
                        seeing == 1 ? tr("1 head") : tr("%1 heads").arg(seeing));
  }
  return parts.isEmpty() ? tr("not seen directly") : tr("seen at ") + parts.join(QStringLiteral(", "));
}

QString shares(const std::map<int, double>& parts, double sum) {
  QStringList all;
  for (const auto& [number, weight] : parts)
    if (weight >= 0.005 * sum) all << QStringLiteral("%1: %2 %").arg(number + 1).arg(weight / sum * 100, 0, 'f', 0);
  return all.join(QStringLiteral(", "));
}

// From single weights: the sum, and who gives how much of it.
QString exact_told(const explore::ExactWeights& exact, int layer, int head, std::int64_t query, std::int64_t key) {
  std::map<int, double> levels, heads;
  double sum = 0;
  const auto [begin, end] = exact.of_pair(layer, query, key);
  for (const auto* w = begin; w != end; ++w) {
    if (head >= 0 && w->head != head) continue;
    levels[w->level] += double(w->weight);
    heads[w->head] += double(w->weight);
    sum += double(w->weight);
  }
  if (sum <= 0) return tr("weight 0");
  double shown = sum;
  if (head == workspace::mean_of_heads) shown = sum / exact.heads;
  if (head == workspace::strongest_head)
    shown = std::max_element(heads.begin(), heads.end(), [](const auto& a, const auto& b) { return a.second < b.second; })->second;
  QString text = tr("weight %1").arg(weight_text(shown));
  if (!exact.dense) text += tr(";  of it by level  %1").arg(shares(levels, sum));
  if (head < 0) text += tr(";  by head  %1").arg(shares(heads, sum));
  return text;
}

QString pooled_told(const TileSet& tiles, const Geometry& geometry, std::int64_t length, std::int64_t query,
                    std::int64_t key) {
  std::map<int, double> levels;
  double sum = 0, most = 0;
  for (const auto& w : weights_at(tiles, geometry, length, query, key)) {
    if (w.weight > 0) levels[w.level] = w.weight;
    sum += w.weight;
    most = std::max(most, w.weight);
  }
  if (sum <= 0) return {};
  if (tiles.head == workspace::strongest_head) return tr("strongest head about %1 here").arg(weight_text(most));
  return tr("weight about %1 here;  of it by level  %2").arg(weight_text(sum), shares(levels, sum));
}

}  // namespace

QString told(const PairTold& pair, const Geometry& geometry, std::int64_t length, const TileSet* tiles,
             const explore::ExactWeights* exact, int layer, int head) {
  const QString first = tr("query %1  %2   ←   key %3  %4").arg(grouped(pair.query), pair.query_text, grouped(pair.key), pair.key_text);
  QString second;
  if (geometry.pattern.causal && pair.key > pair.query) {
    second = tr("the key comes after the query: never seen");
  } else {
    second = levels_told(geometry, head, pair.query, pair.key);
    const auto inside = [](std::int64_t token, std::int64_t begin, std::int64_t count) {
      return token >= begin && token < begin + count;
    };
    const bool known = exact && inside(pair.query, exact->window.query, exact->window.queries) &&
                       inside(pair.key, exact->window.key, exact->window.keys);
    const QString weight = known ? exact_told(*exact, layer, head, pair.query, pair.key)
                           : tiles ? pooled_told(*tiles, geometry, length, pair.query, pair.key)
                                   : QString();
    if (!weight.isEmpty()) second = weight + QStringLiteral(";  ") + second;
  }
  return first + u'\n' + tr("distance %1;  %2").arg(grouped(pair.query - pair.key), second);
}

QString pattern_name(pattern::OffsetRule rule, bool staggered) {
  QString name;
  switch (rule) {
    case pattern::OffsetRule::modulo: name = tr("modulo"); break;
    case pattern::OffsetRule::block: name = tr("block"); break;
    case pattern::OffsetRule::both_ends: name = tr("both ends"); break;
  }
  return staggered ? tr("%1, staggered").arg(name) : name;
}

}  // namespace corpuscope::ui
