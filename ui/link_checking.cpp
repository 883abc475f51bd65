#include "ui/link_checking.h"

#include <QCoreApplication>
#include <QLocale>

#include "explore/link_check.h"
#include "ui/session.h"

namespace corpuscope::ui {

namespace {

QString tr(const char* text) { return QCoreApplication::translate("links", text); }

QString bits_text(double bits) {
  return (bits < 0 ? QStringLiteral("−") : QStringLiteral("+")) + QLocale().toString(std::abs(bits), 'f', 2);
}

}  // namespace

QString link_job() { return tr("Checking links"); }

void check_links(Session& session, qint64 run, std::vector<workspace::Link> links) {
  session.work(link_job(), [file = session.file(), run, links = std::move(links)](core::Job& job) {
    explore::LinkChecker checker(file, run);
    for (const auto& link : links) checker.check(link, job);
  });
}

QString link_text(const workspace::LinkCheck& check) {
  return (check.confirmed() ? tr("✓ %1 bits") : tr("✗ %1 bits")).arg(bits_text(check.saved()));
}

QString link_words(const workspace::LinkCheck& check) {
  return (check.confirmed() ? tr("Confirmed: without this passage the token behind the target costs %1 bits (with it %2).")
                            : tr("Not confirmed: without this passage the token behind the target costs %1 bits (with it %2), "
                                 "which may be chance."))
      .arg(check.bits_without, 0, 'f', 2)
      .arg(check.bits, 0, 'f', 2);
}

}  // namespace corpuscope::ui
