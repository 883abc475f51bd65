#include "workspace/words.h"

#include <sqlite3.h>

#include <array>
#include <exception>
#include <new>

namespace corpuscope::workspace {
namespace {

struct Visit {
  const WordTokenizer::Visitor& visit;
  bool stopped = false;
  std::exception_ptr thrown;
};

// Called by C, which no exception may cross.
int visit_word(void* context, int flags, const char* stem, int bytes, int start, int end) noexcept {
  if ((flags & FTS5_TOKEN_COLOCATED) != 0) return SQLITE_OK;
  auto& visit = *static_cast<Visit*>(context);
  try {
    visit.stopped = !visit.visit(std::string_view(stem, std::size_t(bytes)), start, end);
  } catch (...) {
    visit.thrown = std::current_exception();
    visit.stopped = true;
  }
  return visit.stopped ? SQLITE_ABORT : SQLITE_OK;
}

}  // namespace

fts5_api* full_text_api(Database& database) {
  fts5_api* api = nullptr;
  sqlite3_stmt* statement = nullptr;
  if (sqlite3_prepare_v2(database.handle(), "SELECT fts5(?1)", -1, &statement, nullptr) == SQLITE_OK) {
    sqlite3_bind_pointer(statement, 1, static_cast<void*>(&api), "fts5_api_ptr", nullptr);
    sqlite3_step(statement);
  }
  sqlite3_finalize(statement);
  return api;
}

struct WordTokenizer::Handle {
  fts5_tokenizer methods{};
  Fts5Tokenizer* tokenizer = nullptr;
};

WordTokenizer::WordTokenizer(Database& database) : handle_(std::make_unique<Handle>()) {
  fts5_api* api = full_text_api(database);
  void* context = nullptr;
  // The same words as in the declaration of the table `words`.
  std::array<const char*, 3> arguments = {"unicode61", "remove_diacritics", "2"};
  if (!api || api->xFindTokenizer(api, "porter", &context, &handle_->methods) != SQLITE_OK ||
      handle_->methods.xCreate(context, arguments.data(), int(arguments.size()), &handle_->tokenizer) != SQLITE_OK) {
    throw core::Error("The installed SQLite has no full-text search (FTS5).", "Install SQLite built with FTS5.");
  }
}

WordTokenizer::~WordTokenizer() {
  if (handle_->tokenizer) handle_->methods.xDelete(handle_->tokenizer);
}

void WordTokenizer::each(std::string_view text, const Visitor& visit) const {
  Visit context{visit, false, nullptr};
  const int result = handle_->methods.xTokenize(handle_->tokenizer, &context, FTS5_TOKENIZE_AUX, text.data(),
                                                int(text.size()), visit_word);
  if (context.thrown) std::rethrow_exception(context.thrown);
  if (result != SQLITE_OK && !context.stopped) throw std::bad_alloc();
}

}  // namespace corpuscope::workspace
