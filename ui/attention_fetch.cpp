#include "ui/attention_fetch.h"

#include <algorithm>
#include <cmath>

#include "ui/session.h"
#include "ui/wording.h"

namespace corpuscope::ui {
namespace {

struct Range {
  std::int64_t first = 0, count = 0;
};

Range in_sight(const Scale& scale, double pixels, std::int64_t length) {
  const auto first = std::clamp<std::int64_t>(std::int64_t(std::floor(scale.first)), 0, length);
  const auto end = std::clamp<std::int64_t>(std::int64_t(std::ceil(scale.position(pixels))), first, length);
  return {first, end - first};
}

TokenTexts texts_of(explore::Passages& passages, const Range& range) {
  TokenTexts out{range.first, {}};
  for (std::int64_t i = 0; i < range.count; ++i) out.texts.push_back(token_label(passages.token_text(range.first + i)));
  return out;
}

}  // namespace

void fetch_tiles(Session& session, const QString& name, const AttentionFetch& fetch, int coarser,
                 std::function<void(std::shared_ptr<const TileSet>)> take) {
  session.ask(name, [fetch, coarser, take = std::move(take)](const workspace::Workspace& workspace, explore::Passages&) {
    return [found = load_tiles(workspace, *fetch.cache, fetch.tiles, coarser), take] { take(found); };
  });
}

void fetch_ahead(Session& session, const QString& name, const AttentionFetch& fetch) {
  session.ask(name, [fetch](const workspace::Workspace& workspace, explore::Passages&) -> std::function<void()> {
    load_tiles(workspace, *fetch.cache, fetch.tiles);
    return [] {};
  });
}

void fetch_near(Session& session, const QString& name, const AttentionFetch& fetch, std::function<void(const NearTexts&)> take) {
  session.ask(name, [fetch, take = std::move(take)](const workspace::Workspace& workspace, explore::Passages& passages) {
    NearTexts found;
    if (fetch.view.step <= text_step) {
      const Range queries = in_sight(fetch.view.queries(), fetch.plot.height(), fetch.length);
      found.queries = texts_of(passages, queries);
      found.keys = texts_of(passages, in_sight(fetch.view.keys(), fetch.plot.width(), fetch.length));
      const TileRequest& wish = fetch.tiles;
      for (std::int64_t q = queries.first; fetch.weights && q < queries.first + queries.count; ++q)
        for (const auto& edge : workspace.edges_into(wish.run.id, wish.layer, q))
          if (wish.head < 0 || edge.head == wish.head) found.edges.push_back(edge);
    }
    return [found, take] { take(found); };
  });
}

void fetch_pair(Session& session, const QString& name, std::int64_t query, std::int64_t key,
                std::function<void(const QString&, const QString&)> take) {
  session.ask(name, [=, take = std::move(take)](const workspace::Workspace&, explore::Passages& passages) {
    const auto describe = [&](std::int64_t token) {
      const explore::Place place = passages.place(token);
      return QStringLiteral("%1:%2  “%3”")
          .arg(QString::fromStdString(place.name))
          .arg(place.line)
          .arg(QString::fromStdString(passages.snippet(token, 3, 3)));
    };
    return [of_query = describe(query), of_key = describe(key), take] { take(of_query, of_key); };
  });
}

std::optional<explore::WeightWindow> near_window(const MatrixView& view, const QSizeF& plot, std::int64_t length) {
  if (view.step > exact_step || length <= 0) return std::nullopt;
  const Range queries = in_sight(view.queries(), plot.height(), length), keys = in_sight(view.keys(), plot.width(), length);
  if (queries.count <= 0 || keys.count <= 0 || queries.count > explore::most_pairs_of_window / keys.count) return std::nullopt;
  // On a grid, so that small moves ask for the same.
  const auto widened = [&](const Range& range) {
    const std::int64_t grid = std::max<std::int64_t>(range.count / 2, 8);
    const std::int64_t first = std::max<std::int64_t>((range.first - grid / 2) / grid * grid, 0);
    const std::int64_t end = std::min((range.first + range.count + grid + grid / 2) / grid * grid, length);
    return Range{first, end - first};
  };
  const Range wide_queries = widened(queries), wide_keys = widened(keys);
  if (wide_queries.count <= explore::most_pairs_of_window / wide_keys.count)
    return explore::WeightWindow{wide_queries.first, wide_queries.count, wide_keys.first, wide_keys.count};
  return explore::WeightWindow{queries.first, queries.count, keys.first, keys.count};
}

}  // namespace corpuscope::ui
