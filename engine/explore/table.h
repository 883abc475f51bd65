#pragma once
// Tables that leave the program: the same columns and cells in the terminal, the window and files.

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace corpuscope::explore {

using Cell = std::variant<std::string, std::int64_t, double>;

struct Column {
  std::string key;      // in CSV and JSON
  std::string title;    // for a person
  std::string meaning;  // of a number, in one sentence
};

struct Table {
  std::vector<Column> columns;
  std::vector<std::vector<Cell>> rows;
};

std::string cell_text(const Cell& cell);  // a number's shortest form that reads back as the same
std::string table_csv(const Table& table);

// The column of this key, where case, '-' and '_' do not count; columns.size(): there is none.
std::size_t column_named(const Table& table, std::string_view name);

// The numbers of the rows in the order of a column; rows that are alike there stay as they are.
std::vector<std::uint32_t> table_order(const Table& table, std::size_t column, bool falling);

}  // namespace corpuscope::explore
