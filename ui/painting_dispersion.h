#pragma once
// The dispersion plot: a row a document, as long as it has words, with a line for each place of the query.

#include <memory>
#include <vector>

#include "explore/dispersion.h"
#include "explore/word_tables.h"
#include "ui/painting.h"
#include "ui/picture_file.h"

namespace corpuscope::ui {

struct DispersionRows {
  struct Row {
    QString name;
    std::int64_t document = 0;  // its id
    std::int64_t words = 0;
    double per_million = 0;
    std::vector<explore::Dispersion::Place> places;
  };
  std::vector<Row> rows;
  std::int64_t longest = 0;  // words
};

std::shared_ptr<const DispersionRows> dispersion_rows(const explore::CorpusText& text, const explore::Dispersion& found,
                                                      explore::Shown shown);

struct DispersionPicture {
  bool dark = false;
  QString title, subtitle;  // may be empty
  std::shared_ptr<const DispersionRows> rows;
  double scrolled = 0;       // pixels of the rows above the upper edge
  int row = -1, place = -1;  // chosen
};

struct DispersionLayout {
  double line = 0, row = 0;  // heights
  QRectF heading, columns, names, plot, counts, rates, axis;  // names, plot, counts and rates: of the rows in sight
  double words = 1;  // on the plot's width
  double x(double word) const { return plot.left() + word / words * plot.width(); }
};

double dispersion_height(const QFont& font, const DispersionPicture& picture);  // that shows all rows
DispersionLayout dispersion_layout(const QSizeF& size, const QFont& font, const DispersionPicture& picture);
void paint_dispersion(QPainter& painter, const QSizeF& size, const DispersionPicture& picture);  // in the painter's font

// The row and the place under a point; -1 where there is none.
std::pair<int, int> place_at(const DispersionLayout& layout, const DispersionPicture& picture, const QPointF& point);

// The whole plot as it leaves the window. Documents beyond the first 1000 are left out, and the subtitle says so.
Painting dispersion_painting(DispersionPicture picture, double width, const QFont& font);

}  // namespace corpuscope::ui
