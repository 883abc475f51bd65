#pragma once
// Numbers, sizes and times as a person reads them.

#include <QString>
#include <string>

#include "core/job.h"

namespace corpuscope::ui {

QString grouped(qint64 number);              // 1,234,567
QString rounded(double number);              // 950, 12.3k, 4.56M
QString size(qint64 bytes);                  // 1.4 MB
QString duration(double seconds);            // 3 s, 1 min 27 s, 2 h 5 min
QString amounts(const core::Progress& now);  // 312k of 760k tokens · 5.1k tokens/s · 1 min 27 s left
QString visible(const QString& token);       // spaces and line ends made visible
QString token_label(const std::string& bytes);  // as text; where it is a part of a character, its bytes: ⟨E2 80⟩

}  // namespace corpuscope::ui
