#include "workspace/database.h"

#include <sqlite3.h>

#include <cctype>

namespace corpuscope::workspace {
namespace {

constexpr int wait_for_other_writers_ms = 10'000;

// What SQLite answers, in the words of somebody who wants to go on working.
core::Error explain(const std::filesystem::path& file, int code, const std::string& detail) {
  const std::string name = "The workspace " + file.string();
  switch (code & 0xff) {
    case SQLITE_FULL:
      return core::Error(name + " cannot grow: the disk is full.",
                         "Free some space and do the same again; everything finished before is kept.");
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return core::Error(name + " is being written by another program.", "Wait until it is done, or close it.");
    case SQLITE_READONLY:
      return core::Error(name + " cannot be changed: it is read-only.",
                         "Make the file and its folder writable, or copy it to another place.");
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
    case SQLITE_MISMATCH:
      return core::Error(name + " is damaged (" + detail + ").",
                         "Delete it and open the folder again, or put back a copy.");
    case SQLITE_CANTOPEN:
      return core::Error(name + " cannot be opened (" + detail + ").",
                         "Check that the folder is there and that you may write to it.");
    case SQLITE_IOERR:
      return core::Error(name + " cannot be read or written (" + detail + ").",
                         "Check the disk and its free space, then do the same again.");
    case SQLITE_NOMEM:
      return core::Error(name + " needs more memory than there is.", "Close other programs and do the same again.");
    default:
      return core::Error(name + " cannot be used (" + detail + ").",
                         "If this happens again, delete it and open the folder again.");
  }
}

// Where nobody has left a log beside the file, it can be read without making one.
std::string read_only_address(const std::filesystem::path& file) {
  std::string address = "file:";
  for (const char letter : std::filesystem::absolute(file).string()) {
    const auto byte = static_cast<unsigned char>(letter);
    constexpr std::string_view digits = "0123456789ABCDEF";
    if (letter == '/' || std::isalnum(byte)) {
      address += letter;
    } else {
      address += {'%', digits[byte >> 4], digits[byte & 15]};
    }
  }
  std::filesystem::path log = file;
  log += "-wal";
  return std::filesystem::exists(log) ? address : address + "?immutable=1";
}

template <class Work>
auto guarded(const Database& database, Work work) {
  try {
    return work();
  } catch (const SQLite::Exception& error) {
    database.fail(error);
  }
}

}  // namespace

Query::~Query() {
  statement_.tryReset();
  statement_.clearBindings();
}

Query& Query::bind(int index, std::int64_t value) {
  guarded(database_, [&] { statement_.bind(index, value); });
  return *this;
}

Query& Query::bind(int index, double value) {
  guarded(database_, [&] { statement_.bind(index, value); });
  return *this;
}

Query& Query::bind(int index, const std::string& text) {
  guarded(database_, [&] { statement_.bind(index, text); });
  return *this;
}

Query& Query::bind(int index, std::span<const std::byte> blob) {
  static constexpr char nothing = 0;  // a null pointer would bind NULL
  const void* data = blob.empty() ? static_cast<const void*>(&nothing) : blob.data();
  guarded(database_, [&] { statement_.bindNoCopy(index, data, int(blob.size())); });
  return *this;
}

bool Query::next() {
  return guarded(database_, [&] { return statement_.executeStep(); });
}

void Query::run() {
  while (next()) {
  }
}

void Query::again() { statement_.tryReset(); }

std::int64_t Query::integer(int column) {
  return guarded(database_, [&] { return statement_.getColumn(column).getInt64(); });
}

double Query::real(int column) {
  return guarded(database_, [&] { return statement_.getColumn(column).getDouble(); });
}

std::string Query::text(int column) {
  return guarded(database_, [&] { return statement_.getColumn(column).getString(); });
}

bool Query::null(int column) {
  return guarded(database_, [&] { return statement_.getColumn(column).isNull(); });
}

std::span<const std::byte> Query::blob(int column) {
  return guarded(database_, [&] {
    const auto value = statement_.getColumn(column);
    const auto* data = static_cast<const std::byte*>(value.getBlob());
    return std::span<const std::byte>(data, data ? std::size_t(value.getBytes()) : 0);
  });
}

Database::Database(const std::filesystem::path& file, bool writable) : file_(file), writable_(writable) {
  guarded(*this, [&] {
    if (writable) {
      database_ = std::make_unique<SQLite::Database>(file.string(), SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE,
                                                     wait_for_other_writers_ms);
    } else {
      database_ = std::make_unique<SQLite::Database>(
          read_only_address(file), SQLite::OPEN_READONLY | SQLite::OPEN_URI, wait_for_other_writers_ms);
    }
  });
  // A file from somebody else must not be able to run anything.
  sqlite3_db_config(handle(), SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
  sqlite3_db_config(handle(), SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, nullptr);
  sqlite3_extended_result_codes(handle(), 1);
}

bool Database::read_beginning(std::span<char> bytes) {
  sqlite3_file* file = nullptr;
  sqlite3_file_control(handle(), nullptr, SQLITE_FCNTL_FILE_POINTER, &file);
  return file && file->pMethods && file->pMethods->xRead(file, bytes.data(), int(bytes.size()), 0) == SQLITE_OK;
}

Query Database::query(std::string_view sql) {
  auto& statement = statements_[sql];
  if (!statement) {
    guarded(*this, [&] { statement = std::make_unique<SQLite::Statement>(*database_, std::string(sql)); });
  }
  return Query(*this, *statement);
}

void Database::execute(const std::string& sql) {
  guarded(*this, [&] { database_->exec(sql); });
}

std::int64_t Database::integer(const char* sql) {
  return guarded(*this, [&]() -> std::int64_t { return database_->execAndGet(sql).getInt64(); });
}

std::int64_t Database::last_id() { return database_->getLastInsertRowid(); }

std::int64_t Database::checked(std::int64_t value, std::int64_t least, const char* what) const {
  if (value < least || value > std::int64_t(1) << 48) fail_damaged(std::string("an impossible number: ") + what);
  return value;
}

void Database::fail(const SQLite::Exception& error) const {
  throw explain(file_, error.getErrorCode(), error.what());
}

void Database::fail_damaged(const std::string& what) const { throw explain(file_, SQLITE_CORRUPT, what); }

Snapshot::Snapshot(Database& database) : database_(database), own_(sqlite3_get_autocommit(database.handle()) != 0) {
  if (own_) database_.execute("BEGIN");
}

Snapshot::~Snapshot() {
  if (own_) sqlite3_exec(database_.handle(), "ROLLBACK", nullptr, nullptr, nullptr);
}

}  // namespace corpuscope::workspace
