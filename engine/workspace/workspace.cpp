#include "workspace/workspace.h"

#include <sqlite3.h>
#include <unistd.h>

#include <array>

#include "workspace/impl.h"
#include "workspace/rank.h"
#include "workspace/schema.h"
#include "workspace/words.h"

namespace corpuscope::workspace {
namespace {

namespace fs = std::filesystem;

// Files up to this size are checked as a whole when they are opened; larger ones where a cheaper sign is suspicious.
constexpr std::uintmax_t check_whole_file_up_to = 16u << 20;

std::uint32_t big_endian(const char* bytes) {
  std::uint32_t value = 0;
  for (int i = 0; i < 4; ++i) value = value << 8 | static_cast<unsigned char>(bytes[i]);
  return value;
}

core::Error no_workspace(const fs::path& file, const std::string& why) {
  return core::Error(file.string() + " is no workspace: " + why + ".",
                     "Choose a workspace file (*.corpuscope), or open a folder to make one.");
}

// Looks at the file before anything is asked of it; tells whether it deserves a closer look.
bool suspicious(Database& db, std::uintmax_t size) {
  if (size == 0) return false;
  std::array<char, 100> header{};
  constexpr std::string_view magic("SQLite format 3\0", 16);
  if (!db.read_beginning(header) || std::string_view(header.data(), magic.size()) != magic) {
    throw no_workspace(db.file(), "it does not begin as one");
  }
  if (size <= check_whole_file_up_to) return true;
  const std::uint32_t field = big_endian(header.data() + 16) >> 16;
  const std::uintmax_t page = field == 1 ? 65536 : field;
  const std::uintmax_t pages = big_endian(header.data() + 28);
  return page * pages > size;  // cut, unless the rest is still in the log
}

void set_up(Database& db, bool created) {
  if (db.writable()) {
    if (created) db.execute("PRAGMA page_size = 8192");
    db.execute("PRAGMA journal_mode = WAL");
    db.execute("PRAGMA synchronous = NORMAL");
    db.execute("PRAGMA wal_autocheckpoint = 4000");
    db.execute("PRAGMA journal_size_limit = 67108864");
  }
  db.execute("PRAGMA foreign_keys = ON");
  db.execute("PRAGMA cache_size = -32768");
  db.execute("PRAGMA temp_store = MEMORY");
}

void check_pages(Database& db) {
  std::string answer;
  {
    Query query = db.query("PRAGMA quick_check(1)");
    if (query.next()) answer = query.text(0);
  }
  if (answer != "ok") db.fail_damaged(answer);
}

// Writing needs the folder too: the log lies beside the file.
bool may_write(const fs::path& file) {
  return access(file.c_str(), W_OK) == 0 && access(fs::absolute(file).parent_path().c_str(), W_OK) == 0;
}

std::uintmax_t size_of(const fs::path& file) {
  std::error_code error;
  const std::uintmax_t size = fs::file_size(file, error);
  return error ? 0 : size;
}

}  // namespace

Workspace::Impl::Impl(const fs::path& file, bool writable) : db(file, writable) {}
Workspace::Impl::~Impl() {
  if (step != Step::none) sqlite3_exec(db.handle(), "ROLLBACK", nullptr, nullptr, nullptr);
}

const WordTokenizer& Workspace::Impl::tokenizer() {
  if (!words) words = std::make_unique<WordTokenizer>(db);
  return *words;
}

Workspace::Impl::StepScope::StepScope(Impl& impl, bool alone)
    : impl_(impl), own_(impl.step == Step::none), savepoint_(!own_ && alone) {
  if (own_) impl_.writer.begin();
  if (savepoint_) impl_.db.execute("SAVEPOINT part");
}

Workspace::Impl::StepScope::~StepScope() {
  if (finished_) return;
  if (own_) {
    impl_.writer.rollback();
  } else if (!savepoint_ || sqlite3_exec(impl_.db.handle(), "ROLLBACK TO part; RELEASE part", nullptr, nullptr,
                                         nullptr) != SQLITE_OK) {
    impl_.step = Step::broken;
  }
}

void Workspace::Impl::StepScope::finish() {
  if (own_) impl_.writer.commit();
  if (savepoint_) impl_.db.execute("RELEASE part");
  finished_ = true;
}

std::int64_t Workspace::Impl::fact(const std::string& key) {
  Query query = db.query("SELECT value FROM facts WHERE key = ?");
  query.bind_all(key);
  return query.next() ? query.integer(0) : 0;
}

void Workspace::Impl::set_fact(const std::string& key, std::int64_t value) {
  db.query("INSERT OR REPLACE INTO facts (key, value) VALUES (?, ?)").bind_all(key, value).run();
}

Workspace::Workspace(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Workspace::~Workspace() = default;
Workspace::Workspace(Workspace&&) noexcept = default;
Workspace& Workspace::operator=(Workspace&&) noexcept = default;

Workspace Workspace::open(const fs::path& file, bool create) {
  std::error_code error;
  const fs::file_status status = fs::status(file, error);
  if (error && status.type() == fs::file_type::none) {
    throw core::Error("The workspace " + file.string() + " cannot be reached: " + error.message() + ".",
                      "Check its name and the permissions of its folder.");
  }
  const bool there = fs::exists(status);
  if (!there && !create) {
    throw core::Error("There is no workspace " + file.string() + ".",
                      "Check the name, or open a folder to make one.");
  }
  if (there && !fs::is_regular_file(status)) throw no_workspace(file, "it is not a regular file");
  const std::uintmax_t size = there ? size_of(file) : 0;
  if (there && access(file.c_str(), R_OK) != 0) throw core::Error("The workspace " + file.string() + " cannot be read.", "Check its permissions.");
  auto impl = std::make_unique<Impl>(file, !there || may_write(file));
  const bool look_closer = suspicious(impl->db, size);
  set_up(impl->db, create && size == 0);
  prepare_schema(impl->db, create);
  if (look_closer) check_pages(impl->db);
  return Workspace(std::move(impl));
}

const fs::path& Workspace::file() const { return impl_->db.file(); }
Workspace::Writer& Workspace::writer() { return impl_->writer; }

Summary Workspace::summary() const {
  Database& db = impl_->db;
  const Snapshot snapshot(db);
  Summary summary;
  Query totals = db.query("SELECT count(*), total(file_bytes), total(text_bytes) FROM documents");
  totals.next();
  summary.documents = totals.integer(0);
  summary.file_bytes = totals.integer(1);
  summary.text_bytes = totals.integer(2);
  summary.skipped = db.integer("SELECT count(*) FROM skipped");
  summary.text_complete = impl_->fact("text_complete") != 0;
  summary.tokens_complete = impl_->fact("tokens_complete") != 0;
  summary.tokens = summary.tokens_complete ? impl_->fact("sequence_tokens") : 0;
  fs::path log = file();
  log += "-wal";
  summary.workspace_bytes = std::int64_t(size_of(file()) + size_of(log));
  return summary;
}

void Workspace::Writer::begin() {
  if (impl_.step != Impl::Step::none) throw core::Error("A step of writing is under way already.");
  impl_.db.execute("BEGIN IMMEDIATE");
  impl_.step = Impl::Step::whole;
}

void Workspace::Writer::commit() {
  if (impl_.step == Impl::Step::none) throw core::Error("No step of writing is under way.");
  if (impl_.step == Impl::Step::broken) {
    throw core::Error("What was written to " + impl_.db.file().string() + " since the last step is incomplete.",
                      "Do the same again; everything finished before is kept.");
  }
  impl_.flush_tracks();
  impl_.db.execute("COMMIT");
  impl_.step = Impl::Step::none;
}

void Workspace::Writer::rollback() {
  impl_.track_blocks.clear();
  if (impl_.step == Impl::Step::none) return;
  impl_.step = Impl::Step::none;
  // Refused where SQLite has rolled back itself, as it does on a full disk: then there is nothing left to do.
  sqlite3_exec(impl_.db.handle(), "ROLLBACK", nullptr, nullptr, nullptr);
}

bool Workspace::Writer::in_transaction() const { return impl_.step != Impl::Step::none; }

std::int64_t Workspace::readers() const { return impl_->fact("readers"); }

void Workspace::Writer::set_readers(std::int64_t version) {
  impl_.write([&] { impl_.set_fact("readers", version); });
}

void Workspace::Writer::set_text_complete(bool complete) {
  impl_.write([&] { impl_.set_fact("text_complete", std::int64_t(complete)); });
}

}  // namespace corpuscope::workspace
