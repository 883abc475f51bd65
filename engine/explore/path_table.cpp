#include "explore/path_table.h"

#include <fmt/format.h>

#include "explore/csv.h"

namespace corpuscope::explore {

std::string path_table(const workspace::FoundPath& structural, const std::vector<workspace::FoundPath>& strongest,
                       int heads, Passages* passages) {
  constexpr int tokens_around = 6;
  const auto line = [](const std::vector<std::string>& row) { return csv_row(row) + "\r\n"; };
  std::string table = line({"path", "strength", "layer", "from", "to", "level", "head", "weight", "from_name",
                            "from_line", "from_text", "to_name", "to_line", "to_text"});
  const auto add = [&](std::size_t number, const workspace::FoundPath& path) {
    const double strength = workspace::strength(path, heads);
    for (const auto& step : path) {
      std::vector<std::string> row = {std::to_string(number),
                                      strength > 0 ? fmt::format("{:.6g}", strength) : "",
                                      std::to_string(step.layer),
                                      std::to_string(step.from),
                                      std::to_string(step.to),
                                      step.stays() ? "" : std::to_string(step.level),
                                      step.stays() ? "" : std::to_string(step.head),
                                      step.weight > 0 ? fmt::format("{:.6g}", step.weight) : ""};
      for (const std::int64_t token : {step.from, step.to}) {
        const Place place = passages ? passages->place(token) : Place();
        row.insert(row.end(), {place.name, passages ? std::to_string(place.line) : "",
                               passages ? passages->snippet(token, tokens_around, tokens_around) : ""});
      }
      table += line(row);
    }
  };
  add(0, structural);
  for (std::size_t i = 0; i < strongest.size(); ++i) add(i + 1, strongest[i]);
  return table;
}

}  // namespace corpuscope::explore
