#include "text/notebook.h"

#include <nlohmann/json.hpp>

#include "core/error.h"
#include "text/known_formats.h"
#include "text/plain_text.h"
#include "text/utf8.h"

namespace corpuscope::text {
namespace {

using nlohmann::json;

// Only what is kept is built: a notebook is mostly pictures in its outputs. Nesting costs the parser nothing, but a
// tree of it costs memory, so that anything deeper than a notebook is, is dropped as it comes.
json parse(std::string_view text, Allowance& allowance) {
  constexpr int deepest = 12;
  std::int64_t events = 0;
  const auto keep = [&](int depth, json::parse_event_t event, json& value) {
    if (++events % 4096 == 0) allowance.poll();
    if (event != json::parse_event_t::key) return depth <= deepest;
    return value != "outputs" && value != "attachments";
  };
  try {
    return json::parse(text, keep);
  } catch (const json::exception&) {
    throw core::Error("damaged (no JSON)");
  }
}

// A list of lines, or one string.
std::string source_of(const json& cell) {
  auto source = cell.find("source");
  if (source == cell.end()) source = cell.find("input");  // version 3
  if (source == cell.end()) return {};
  if (source->is_string()) return source->get<std::string>();
  std::string whole;
  if (source->is_array())
    for (const auto& line : *source)
      if (line.is_string()) whole += line.get<std::string>();
  return whole;
}

// The first line that begins with "# ", at any level.
std::string markdown_heading(std::string_view source) {
  while (!source.empty()) {
    const auto line = source.substr(0, source.find('\n'));
    const auto name = line.find_first_not_of('#');
    if (name != line.npos && name >= 1 && name <= 6 && line[name] == ' ')
      return std::string(line.substr(name + 1, 200));
    source.remove_prefix(std::min(source.size(), line.size() + 1));
  }
  return {};
}

const json* cells_of(const json& notebook) {
  if (!notebook.is_object()) return nullptr;
  if (const auto cells = notebook.find("cells"); cells != notebook.end() && cells->is_array()) return &*cells;
  const auto sheets = notebook.find("worksheets");  // version 3 had them; no program ever wrote more than one
  if (sheets == notebook.end() || !sheets->is_array() || sheets->empty() || !sheets->front().is_object())
    return nullptr;
  const auto cells = sheets->front().find("cells");
  return cells != sheets->front().end() && cells->is_array() ? &*cells : nullptr;
}

}  // namespace

bool Notebook::accepts(std::string_view file_name, std::string_view first_bytes) const {
  if (name_ending(file_name) != "ipynb") return false;
  if (first_bytes.starts_with("\xEF\xBB\xBF")) first_bytes.remove_prefix(3);
  const auto first = first_bytes.find_first_not_of(" \t\r\n");
  return first != first_bytes.npos && first_bytes[first] == '{';
}

Extracted Notebook::extract(std::string_view, std::string_view bytes, Allowance& allowance) const {
  const auto plain = PlainText().extract("", bytes, allowance);
  const auto notebook = parse(plain.text, allowance);
  const auto* cells = cells_of(notebook);
  if (!cells) throw core::Error("damaged (no cells)");
  Extracted result{{}, "Jupyter notebook, " + plain.encoding, plain.note, {}};
  std::int64_t number = 0;
  for (const auto& cell : *cells) {
    ++number;
    if (!cell.is_object()) continue;
    auto source = mend_utf8(source_of(cell)).text;
    while (source.ends_with('\n')) source.pop_back();
    if (source.empty()) continue;
    if (!result.text.empty()) result.text += '\n';
    const auto kind = cell.find("cell_type");
    const auto heading = kind != cell.end() && *kind == "markdown" ? markdown_heading(source) : "";
    result.anchors.push_back({std::int64_t(result.text.size()),
                              heading.empty() ? "cell " + std::to_string(number) : mend_utf8(heading).text, false});
    result.text += source + '\n';
  }
  return result;
}

}  // namespace corpuscope::text
