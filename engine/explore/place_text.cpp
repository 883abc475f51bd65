#include "explore/place_text.h"

#include <fmt/format.h>

#include <charconv>

#include "core/error.h"

namespace corpuscope::explore {
namespace {

bool read_number(std::string_view text, std::int64_t& number) {
  const char* const end = text.data() + text.size();
  const auto read = std::from_chars(text.data(), end, number);
  return !text.empty() && read.ec == std::errc() && read.ptr == end;
}

workspace::Document find_document(const std::string& name, const workspace::Workspace& workspace) {
  if (const auto whole = workspace.find_document(name)) return *whole;
  std::optional<workspace::Document> found;
  for (const auto& document : workspace.documents()) {
    if (!document.name.ends_with("/" + name)) continue;
    if (found)
      throw core::Error("Several documents are named " + name + ": " + found->name + ", " + document.name + ".",
                        "Write more of the name.");
    found = document;
  }
  if (found) return *found;
  throw core::Error("There is no document " + name + " in " + workspace.file().string() + ".",
                    "\"corpuscope info --documents\" lists them.");
}

}  // namespace

std::optional<PlaceText> parse_place(std::string_view text) {
  PlaceText place;
  const auto plus = text.rfind('+');
  if (plus != std::string_view::npos && read_number(text.substr(plus + 1), place.count)) {
    if (place.count < 1) return std::nullopt;
    text = text.substr(0, plus);
  }
  if (read_number(text, place.number)) return place;
  const auto colon = text.rfind(':');
  if (colon == std::string_view::npos || colon == 0) return std::nullopt;
  if (!read_number(text.substr(colon + 1), place.number) || place.number < 1) return std::nullopt;
  place.name = text.substr(0, colon);
  return place;
}

std::int64_t token_of(const PlaceText& place, const workspace::Workspace& workspace, Passages& passages) {
  if (place.name.empty()) return place.number;
  const workspace::Document document = find_document(place.name, workspace);
  if (document.first_token < 0)
    throw core::Error(document.name + " has no tokens yet.", "Open its folder again: corpuscope open.");
  const std::string& content = passages.document(document.id).text;
  std::size_t offset = 0;
  for (std::int64_t i = 1; i < place.number; ++i) {
    offset = content.find('\n', offset);
    if (offset == std::string::npos)
      throw core::Error(fmt::format("{} has no line {}.", document.name, place.number),
                        fmt::format("It has {}.", document.lines));
    ++offset;
  }
  return passages.token_at(document.id, std::int64_t(offset));
}

}  // namespace corpuscope::explore
