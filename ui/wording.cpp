#include "ui/wording.h"

#include <QCoreApplication>
#include <QLocale>
#include <QStringDecoder>
#include <cmath>

namespace corpuscope::ui {

namespace {

QString tr(const char* text) { return QCoreApplication::translate("wording", text); }

QString of_unit(double number, const std::string& unit) {
  if (unit == "bytes") return size(qint64(number));
  const QString name = unit == "tokens" ? tr("tokens") : unit == "files" ? tr("files") : QString::fromStdString(unit);
  return tr("%1 %2").arg(rounded(number), name);
}

}  // namespace

QString grouped(qint64 number) { return QLocale().toString(number); }

QString rounded(double number) {
  const QLocale locale;
  const double much = std::abs(number);
  if (much < 1000) return locale.toString(number, 'f', much < 10 && number != std::floor(number) ? 1 : 0);
  const auto with = [&](double divisor, const QString& letter) {
    const double short_number = number / divisor;
    return locale.toString(short_number, 'f', std::abs(short_number) < 10 ? 2 : std::abs(short_number) < 100 ? 1 : 0) + letter;
  };
  if (much < 999.5e3) return with(1e3, QStringLiteral("k"));
  if (much < 999.5e6) return with(1e6, QStringLiteral("M"));
  return with(1e9, QStringLiteral("G"));
}

QString size(qint64 bytes) { return QLocale().formattedDataSize(bytes, 1, QLocale::DataSizeSIFormat); }

QString duration(double seconds) {
  const auto whole = qint64(std::llround(std::max(seconds, 0.0)));
  if (whole < 60) return tr("%1 s").arg(whole);
  if (whole < 3600) return tr("%1 min %2 s").arg(whole / 60).arg(whole % 60);
  return tr("%1 h %2 min").arg(whole / 3600).arg(whole % 3600 / 60);
}

QString amounts(const core::Progress& now) {
  QStringList parts;
  if (now.total <= 0) {
    if (now.done > 0) parts << of_unit(double(now.done), now.unit);
  } else if (now.unit == "bytes") {
    parts << tr("%1 of %2").arg(size(now.done), size(now.total));
  } else {
    parts << tr("%1 of %2").arg(rounded(double(now.done)), of_unit(double(now.total), now.unit));
  }
  if (now.per_second > 0) parts << tr("%1/s").arg(of_unit(now.per_second, now.unit));
  if (now.seconds_left >= 0 && now.done < now.total) parts << tr("%1 left").arg(duration(now.seconds_left));
  return parts.join(QStringLiteral("  ·  "));
}

QString token_label(const std::string& bytes) {
  QStringDecoder decode(QStringDecoder::Utf8, QStringDecoder::Flag::Stateless);
  QString text = decode(QByteArrayView(bytes));
  if (!decode.hasError()) return text;
  return u'⟨' + QString::fromLatin1(QByteArray::fromStdString(bytes).toHex(' ').toUpper()) + u'⟩';
}

QString visible(const QString& token) {
  QString shown;
  for (const QChar c : token) {
    if (c == u' ') {
      shown += u'\u2423';
    } else if (c == u'\n') {
      shown += u'\u21b5';
    } else if (c == u'\t') {
      shown += u'\u21e5';
    } else {
      shown += c.isPrint() || c.isSurrogate() ? c : QChar(u'\ufffd');
    }
  }
  return shown;
}

}  // namespace corpuscope::ui
