#include "ui/paths_reach.h"

#include <QPointer>

#include "pattern/reach.h"
#include "ui/session.h"
#include "ui/wording.h"

namespace corpuscope::ui {
namespace {

constexpr std::int64_t most_cells = 1 << 22;  // counted within a moment and 32 MB

QString share_text(std::int64_t part, std::int64_t all) {
  return QStringLiteral("%1 %").arg(weight_text(100.0 * double(part) / double(all)));
}

QString told(const pattern::Reach& reach, bool causal) {
  QStringList parts;
  for (int hops = 1; hops <= reach.most_hops(); ++hops) {
    const auto more = reach.within[std::size_t(hops)] - reach.within[std::size_t(hops - 1)];
    parts << PathsReach::tr("%1: %2").arg(hops_text(hops), share_text(more, reach.others));
  }
  if (reach.unreachable() > 0) parts << PathsReach::tr("never: %1").arg(share_text(reach.unreachable(), reach.others));
  parts << PathsReach::tr("of %1 tokens").arg(grouped(reach.others));
  const QString who = causal ? PathsReach::tr("Later tokens know of it in") : PathsReach::tr("Other tokens know of it in");
  return who + QStringLiteral("  ") + parts.join(QStringLiteral("  ·  "));
}

}  // namespace

PathsReach::PathsReach(Session& session, QWidget* parent) : ElidedLabel(Qt::ElideRight, parent), session_(session) {
  setObjectName(QStringLiteral("paths_reach"));
  setContentsMargins(6, 0, 6, 0);
}

void PathsReach::set_found(const PathsFound& found) {
  setText({});
  if (found.first < 0) return;
  const QPointer<PathsReach> guard(this);
  session_.ask(QStringLiteral("paths reach"),
               [guard, pattern = found.pattern, heads = found.geometry.heads, length = found.length, first = found.first](
                   const workspace::Workspace&, explore::Passages&) -> std::function<void()> {
                 QString text;
                 if (pattern::cell_count(pattern, heads, length) <= most_cells) {
                   const auto reach = pattern::reach(pattern, heads, length, first, pattern::Side::future);
                   if (reach.others > 0) text = told(reach, pattern.causal);
                 }
                 return [guard, text] {
                   if (guard) guard->setText(text);
                 };
               });
}

}  // namespace corpuscope::ui
