#include "explore/table.h"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <numeric>

#include "explore/csv.h"

namespace corpuscope::explore {
namespace {

template <class Number>
std::string shortest(Number number) {
  char digits[32];
  const auto end = std::to_chars(std::begin(digits), std::end(digits), number).ptr;
  return {digits, end};
}

std::string bare(std::string_view name) {
  std::string out;
  for (const char c : name)
    if (c != '-' && c != '_') out += char(std::tolower(static_cast<unsigned char>(c)));
  return out;
}

}  // namespace

std::string cell_text(const Cell& cell) {
  if (const auto* text = std::get_if<std::string>(&cell)) return *text;
  if (const auto* whole = std::get_if<std::int64_t>(&cell)) return shortest(*whole);
  return shortest(std::get<double>(cell));
}

std::string table_csv(const Table& table) {
  std::vector<std::string> fields;
  for (const Column& column : table.columns) fields.push_back(column.key);
  std::string csv = csv_row(fields) + '\n';
  for (const auto& row : table.rows) {
    fields.clear();
    for (const Cell& cell : row) fields.push_back(cell_text(cell));
    csv += csv_row(fields) + '\n';
  }
  return csv;
}

std::size_t column_named(const Table& table, std::string_view name) {
  const auto found = std::ranges::find(table.columns, bare(name), [](const Column& column) { return bare(column.key); });
  return std::size_t(found - table.columns.begin());
}

std::vector<std::uint32_t> table_order(const Table& table, std::size_t column, bool falling) {
  std::vector<std::uint32_t> order(table.rows.size());
  std::iota(order.begin(), order.end(), 0u);
  std::stable_sort(order.begin(), order.end(), [&](std::uint32_t a, std::uint32_t b) {
    const Cell &first = table.rows[a][column], &second = table.rows[b][column];
    return falling ? second < first : first < second;
  });
  return order;
}

}  // namespace corpuscope::explore
