#pragma once
// The picture of paths: the layers as a ladder over the sequence, a step of each path from rung to rung; or the blind
// spot that lets no path through.

#include <map>
#include <optional>

#include "pattern/blind.h"
#include "pattern/pattern.h"
#include "ui/fisheye.h"
#include "ui/painting.h"

namespace corpuscope::ui {

struct TokenText {
  QString before, token, behind;  // in one line
  QString place;                  // file:line
};

// What masking the source of a hop changed, by the hop's tokens.
using HopChecks = std::map<std::pair<std::int64_t, std::int64_t>, workspace::LinkCheck>;

struct LadderPicture {
  bool dark = false;
  QString title, subtitle;
  std::int64_t length = 0;
  std::shared_ptr<const Documents> documents;
  pattern::Pattern pattern;
  std::int64_t first = -1, count = 1, target = -1;  // what was asked; -1: nothing
  std::vector<workspace::FoundPath> paths;          // the chosen one is drawn strongly and with texts
  int path = 0, step = -1;                          // chosen; -1: no step
  bool layers = false;                              // rungs are layers of a model, not hops
  bool imagined = false;                            // in another pattern than that of the run
  std::optional<pattern::BlindSpot> blind;
  std::map<std::int64_t, TokenText> texts;
  HopChecks checks;                 // hops that were not confirmed are drawn dotted
  std::int64_t farthest_used = -1;  // hops from further back are drawn faintly; -1: not known
  std::vector<float> spread;  // largest share of the passage that a token holds, in equal parts of the axis; may be empty
  QString message;       // in place of paths: why there are none, what to do
  std::int64_t cursor = -1, hover = -1;
};

struct LadderLayout {
  QRectF heading, plot, spread, documents, ruler, legend;
  Fisheye axis;
  std::vector<double> rungs;  // y of each state, the first the lowest
};

LadderLayout ladder_layout(const QSizeF& size, const QFont& font, const LadderPicture& picture);
void paint_ladder(QPainter& painter, const QSizeF& size, const LadderPicture& picture);  // in the painter's font

// The path and step under a point; -1, -1 where there is none. The chosen path wins.
std::pair<int, int> step_at(const LadderLayout& layout, const LadderPicture& picture, const QPointF& point);

QString step_words(const workspace::PathStep& step);  // "level 7 · head 3 · 0.21"

}  // namespace corpuscope::ui
