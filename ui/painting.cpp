#include "ui/painting.h"

#include <QFontMetricsF>
#include <QLocale>
#include <algorithm>
#include <array>
#include <cmath>

namespace corpuscope::ui {

Scale fitted(double first, double count, double pixels) {
  const double room = std::max(pixels, 1.0);
  return {first, std::max(count / room, 1 / largest_token)};
}

Scale kept_inside(Scale scale, std::int64_t length, double pixels) {
  const double shown = pixels * scale.step;
  scale.first = shown >= double(length) ? 0 : std::clamp(scale.first, 0.0, double(length) - shown);
  return scale;
}

Scale zoomed(const Scale& scale, double pixel, double factor, std::int64_t length, double pixels) {
  if (!(factor > 0) || !std::isfinite(factor)) return scale;
  const double farthest = std::max(double(length) / std::max(pixels, 1.0), 1 / largest_token);
  Scale out;
  out.step = std::clamp(scale.step / factor, 1 / largest_token, farthest);
  out.first = scale.position(pixel) - pixel * out.step;
  return kept_inside(out, length, pixels);
}

std::int64_t token_at(const Scale& scale, double pixel, std::int64_t length) {
  const double position = std::floor(scale.position(pixel));
  return position >= 0 && position < double(length) ? std::int64_t(position) : -1;
}

QString with_unit(double value) {
  if (!std::isfinite(value)) return QStringLiteral("–");
  static constexpr std::array<std::pair<double, const char*>, 4> units = {
      {{1e12, "T"}, {1e9, "G"}, {1e6, "M"}, {1e3, "k"}}};
  for (const auto& [size, name] : units) {
    if (std::abs(value) < size * 0.99995) continue;
    const double scaled = std::abs(value) / size;
    QString digits = QString::number(value / size, 'f', scaled < 9.995 ? 2 : scaled < 99.95 ? 1 : 0);
    while (digits.contains(u'.') && digits.endsWith(u'0')) digits.chop(1);
    if (digits.endsWith(u'.')) digits.chop(1);
    return digits + QChar(0x202F) + QLatin1String(name);
  }
  return QString::number(value, 'g', 4);
}

QString segment_text(std::int64_t tokens) {
  static constexpr std::array<std::pair<int, const char*>, 3> units = {{{30, "Gi"}, {20, "Mi"}, {10, "Ki"}}};
  for (const auto& [bits, name] : units)
    if (tokens > 0 && tokens % (std::int64_t(1) << bits) == 0)
      return QString::number(tokens >> bits) + QChar(0x202F) + QLatin1String(name);
  return with_unit(double(tokens));
}

QString weight_text(double value) {
  if (value == 0) return QStringLiteral("0");
  if (std::abs(value) >= 0.001) return QString::number(value, 'g', 3);
  static const QString raised = QStringLiteral("⁰¹²³⁴⁵⁶⁷⁸⁹");
  const QString text = QString::number(value, 'e', 1);  // such as 3.2e-06
  const auto e = text.indexOf(u'e');
  QString power;
  for (const QChar digit : QString::number(text.mid(e + 1).toInt()))
    power += digit == u'-' ? QChar(u'⁻') : raised[digit.digitValue()];
  return text.left(e) + QStringLiteral("·10") + power;
}

std::vector<std::int64_t> ticks(double first, double count, double apart) {
  std::vector<std::int64_t> out;
  if (!(count > 0) || !(apart > 0)) return out;
  double step = std::pow(10, std::floor(std::log10(std::max(apart, 1.0))));
  for (const double more : {1.0, 2.0, 5.0, 10.0})
    if (step * more >= apart * 0.999999) {
      step *= more;
      break;
    }
  const auto whole = std::int64_t(std::max(step, 1.0));
  for (auto tick = std::int64_t(std::ceil(std::max(first, 0.0) / double(whole))) * whole;
       double(tick) < first + count; tick += whole)
    out.push_back(tick);
  return out;
}

QString tick_text(std::int64_t tick, std::int64_t step) {
  if (tick == 0) return QStringLiteral("0");
  static constexpr std::array<std::pair<std::int64_t, const char*>, 4> units = {
      {{1'000'000'000'000, "T"}, {1'000'000'000, "G"}, {1'000'000, "M"}, {1'000, "k"}}};
  for (const auto& [size, name] : units) {
    if (tick < size) continue;
    // Where the unit hides the difference between neighbours, or is no shorter, the number is written out.
    if (step * (size > 1000 ? 1000 : 10) < size) break;
    int digits = 0;
    for (std::int64_t rest = size; rest > step && digits < 3; rest /= 10) ++digits;
    return QString::number(double(tick) / double(size), 'f', digits) + QChar(0x202F) + QLatin1String(name);
  }
  return QLocale(QLocale::English).toString(qlonglong(tick)).replace(u',', QChar(0x202F));
}

std::shared_ptr<const Documents> document_spans(const std::vector<workspace::Document>& documents) {
  auto spans = std::make_shared<Documents>();
  for (const auto& document : documents)
    if (document.first_token >= 0 && document.tokens > 0)
      spans->push_back({document.first_token, document.tokens, QString::fromStdString(document.name)});
  std::sort(spans->begin(), spans->end(), [](const auto& a, const auto& b) { return a.first < b.first; });
  return spans;
}

std::int64_t document_index(const Documents& documents, std::int64_t position) {
  const auto next = std::upper_bound(documents.begin(), documents.end(), position,
                                     [](std::int64_t p, const DocumentSpan& d) { return p < d.first; });
  return next - documents.begin() - 1;
}

namespace {

QColor between(const QColor& a, const QColor& b) {
  return {(a.red() + b.red()) / 2, (a.green() + b.green()) / 2, (a.blue() + b.blue()) / 2};
}

}  // namespace

void paint_documents(QPainter& painter, const QRectF& band, const Scale& scale, const Documents& documents,
                     const Theme& colors) {
  painter.save();
  painter.setClipRect(band, Qt::IntersectClip);
  const QFontMetricsF metrics(painter.font());
  double x = 0;
  // Documents narrower than a pixel share one: after each block the search goes on a pixel further.
  while (x < band.width()) {
    const auto at = std::int64_t(std::floor(std::max(scale.position(x), 0.0)));
    std::int64_t index = document_index(documents, at);
    if (index < 0 || documents[std::size_t(index)].first + documents[std::size_t(index)].count <= at) ++index;
    if (index >= std::int64_t(documents.size())) break;
    const DocumentSpan& document = documents[std::size_t(index)];
    const double from = std::max(scale.pixel(double(document.first)), 0.0);
    const double to = std::min(scale.pixel(double(document.first + document.count)), band.width());
    if (from >= band.width()) break;
    const bool narrow = to - from < 1;
    const QRectF block(band.left() + from, band.top(), narrow ? 1 : to - from, band.height());
    painter.fillRect(block, narrow ? between(colors.document[0], colors.document[1]) : colors.document[index % 2]);
    if (block.width() > 44) {
      const QRectF room = block.adjusted(4, 0, -4, 0);
      QString name = document.name;
      if (metrics.horizontalAdvance(name) > room.width()) name = name.section(u'/', -1);
      painter.setPen(colors.text);
      painter.drawText(room, Qt::AlignVCenter | Qt::AlignLeft | Qt::TextSingleLine,
                       metrics.elidedText(name, Qt::ElideRight, room.width()));
    }
    x = std::max(x + 1, std::ceil(to - 0.001));
  }
  painter.restore();
}

void paint_flag(QPainter& painter, const QPointF& top, const QColor& color, bool sideways) {
  QPolygonF flag({{0, 0}, {flag_size, flag_size / 2}, {0, flag_size}});
  if (sideways)
    for (QPointF& corner : flag) corner = corner.transposed();
  painter.save();
  painter.setRenderHint(QPainter::Antialiasing);
  painter.setPen(Qt::NoPen);
  painter.setBrush(color);
  painter.drawPolygon(flag.translated(top));
  painter.restore();
}

QFont small_font(const QFont& font) {
  constexpr double share = 0.9;
  QFont out = font;
  if (font.pointSizeF() > 0)
    out.setPointSizeF(font.pointSizeF() * share);
  else
    out.setPixelSize(std::max(int(std::lround(font.pixelSize() * share)), 1));
  return out;
}

double line_height(const QFont& small) { return std::ceil(QFontMetricsF(small).height()); }

}  // namespace corpuscope::ui
