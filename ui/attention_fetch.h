#pragma once
// What a pane of the attention view asks of the workspace, on the threads that answer questions.

#include <functional>

#include "ui/painting_attention.h"

namespace corpuscope::ui {

class Session;

struct AttentionFetch {
  std::shared_ptr<TileCache> cache;
  TileRequest tiles;
  MatrixView view;
  QSizeF plot;  // logical pixels
  std::int64_t length = 0;
  bool weights = false;  // a run has some
};

// For the axes and marks of a near view; empty where it is not near.
struct NearTexts {
  TokenTexts queries, keys;
  std::vector<workspace::Edge> edges;
};

void fetch_tiles(Session& session, const QString& name, const AttentionFetch& fetch, int coarser,
                 std::function<void(std::shared_ptr<const TileSet>)> take);
// Brings into the cache what another view would need, for when that is shown.
void fetch_ahead(Session& session, const QString& name, const AttentionFetch& fetch);
void fetch_near(Session& session, const QString& name, const AttentionFetch& fetch, std::function<void(const NearTexts&)> take);
// Place and words around of two tokens.
void fetch_pair(Session& session, const QString& name, std::int64_t query, std::int64_t key,
                std::function<void(const QString&, const QString&)> take);

// The window whose single weights a view should show, with a margin; nothing where its cells are too small.
constexpr double exact_step = 1.0 / 4;  // from this near on
std::optional<explore::WeightWindow> near_window(const MatrixView& view, const QSizeF& plot, std::int64_t length);

}  // namespace corpuscope::ui
