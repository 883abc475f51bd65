#pragma once
// The report, apart from the start of Qt that it needs.

#include <filesystem>

namespace corpuscope::ui {

// Needs a QGuiApplication. Throws core::Error.
void write_report_page(const std::filesystem::path& workspace, const std::filesystem::path& html);

}  // namespace corpuscope::ui
