#pragma once
// The SQLite file below a workspace: prepared statements, steps that are kept whole or not at all, and errors that
// name the file and say what to do.

#include <SQLiteCpp/SQLiteCpp.h>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/error.h"

namespace corpuscope::workspace {

class Database;

// A prepared statement on loan; ready for its next use when this goes out of scope.
class Query {
 public:
  Query(Database& database, SQLite::Statement& statement) : database_(database), statement_(statement) {}
  ~Query();
  Query(const Query&) = delete;
  Query& operator=(const Query&) = delete;

  Query& bind(int index, std::int64_t value);
  Query& bind(int index, int value) { return bind(index, std::int64_t(value)); }
  Query& bind(int index, double value);
  Query& bind(int index, const std::string& text);
  Query& bind(int index, std::span<const std::byte> blob);  // must outlive the statement's use
  template <class... Values>
  Query& bind_all(const Values&... values) {
    int index = 0;
    (bind(++index, values), ...);
    return *this;
  }

  bool next();   // to the next row
  void run();    // a statement without rows
  void again();  // ready for other values

  std::int64_t integer(int column);
  double real(int column);
  std::string text(int column);
  bool null(int column);
  std::span<const std::byte> blob(int column);  // until the next step

 private:
  Database& database_;
  SQLite::Statement& statement_;
};

class Database {
 public:
  Database(const std::filesystem::path& file, bool writable);

  const std::filesystem::path& file() const { return file_; }
  bool writable() const { return writable_; }
  sqlite3* handle() { return database_->getHandle(); }

  // The file's first bytes, as many as there is room for; false where it has fewer. Nobody else in the program may open
  // and close the file: that would take away the locks of all its connections (sqlite.org/howtocorrupt.html, 2.2), and
  // another program would throw away a log that is in use here.
  bool read_beginning(std::span<char> bytes);

  // `sql` must live as long as this; not two at a time of the same one.
  Query query(std::string_view sql);
  void execute(const std::string& sql);
  std::int64_t integer(const char* sql);  // first column of the only row

  std::int64_t last_id();

  // `value` where it can be a count or a place in [least, 2^48]; else the file is damaged.
  std::int64_t checked(std::int64_t value, std::int64_t least, const char* what) const;

  // The error that the library reported, as a person can act on it.
  [[noreturn]] void fail(const SQLite::Exception& error) const;
  [[noreturn]] void fail_damaged(const std::string& what) const;

 private:
  std::filesystem::path file_;
  bool writable_;
  std::unique_ptr<SQLite::Database> database_;
  std::map<std::string_view, std::unique_ptr<SQLite::Statement>> statements_;
};

// Several reads that see one state of the file, whatever a writer does meanwhile.
class Snapshot {
 public:
  explicit Snapshot(Database& database);
  ~Snapshot();
  Snapshot(const Snapshot&) = delete;
  Snapshot& operator=(const Snapshot&) = delete;

 private:
  Database& database_;
  bool own_;
};

}  // namespace corpuscope::workspace
