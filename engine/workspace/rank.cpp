#include "workspace/rank.h"

#include <sqlite3.h>

#include <algorithm>
#include <cmath>
#include <memory>
#include <new>

#include "workspace/words.h"

namespace corpuscope::workspace {
namespace {

enum Column { name_column = 0, text_column = 1, parts_column = 2, headings_column = 3 };

// The usual values; eight sets with judgements (explore/SEARCH.md) are flat around them and those below.
constexpr double k1 = 1.2, b = 0.75;
constexpr double name_weight = 1, parts_weight = 0.5, heading_weight = 1;  // beside the text itself
constexpr double pair_weight = 0.1, near_share = 0.3;
constexpr int near = 8;  // words

struct Statistics {
  double rows = 1;
  double mean_length = 1;  // weighted, as of a row
  std::vector<double> idf;
};

int count_row(const Fts5ExtensionApi*, Fts5Context*, void* count) {
  ++*static_cast<std::int64_t*>(count);
  return SQLITE_OK;
}

void forget_statistics(void* statistics) { delete static_cast<Statistics*>(statistics); }

double idf_of(double rows, double with) { return std::log(1 + (rows - with + 0.5) / (with + 0.5)); }

// Words of a row, or of all rows.
struct Lengths {
  double text = 0, parts = 0, headings = 0;

  // What is nothing but a heading heads nothing.
  bool only_heading() const { return headings >= text; }
  // Fields that repeat words of the text count here as they count for the words.
  double weighted() const { return text + parts_weight * parts + (only_heading() ? 0 : heading_weight * headings); }
};

// Made for the first row of a query, and kept by the index until its end.
const Statistics* statistics(const RankQuery& query, const Fts5ExtensionApi* api, Fts5Context* context) {
  if (const void* kept = api->xGetAuxdata(context, 0)) return static_cast<const Statistics*>(kept);
  auto made = std::make_unique<Statistics>();
  sqlite3_int64 rows = 0, text = 0, parts = 0, headings = 0;
  if (api->xRowCount(context, &rows) != SQLITE_OK || api->xColumnTotalSize(context, text_column, &text) != SQLITE_OK ||
      api->xColumnTotalSize(context, parts_column, &parts) != SQLITE_OK ||
      api->xColumnTotalSize(context, headings_column, &headings) != SQLITE_OK)
    return nullptr;
  made->rows = double(std::max<sqlite3_int64>(rows, 1));
  made->mean_length = std::max(1.0, Lengths{double(text), double(parts), double(headings)}.weighted() / made->rows);
  for (int phrase = 0; phrase < api->xPhraseCount(context); ++phrase) {
    const bool known = std::size_t(phrase) < query.terms.size() && query.terms[std::size_t(phrase)].rows >= 0;
    std::int64_t with = known ? query.terms[std::size_t(phrase)].rows : 0;
    if (!known && api->xQueryPhrase(context, phrase, &with, count_row) != SQLITE_OK) return nullptr;
    made->idf.push_back(idf_of(made->rows, double(std::min(with, std::int64_t(rows)))));
  }
  Statistics* const kept = made.release();
  if (api->xSetAuxdata(context, kept, forget_statistics) != SQLITE_OK) return nullptr;  // it deletes them itself
  return kept;
}

struct Occurrences {
  double count = 0;         // weighted over the fields
  std::vector<int> places;  // in the text
};

Occurrences occurrences(const Fts5ExtensionApi* api, Fts5Context* context, int phrase, bool places, bool only_heading) {
  Occurrences found;
  Fts5PhraseIter iterator;
  int column = 0, offset = 0;
  if (api->xPhraseFirst(context, phrase, &iterator, &column, &offset) != SQLITE_OK) return found;
  bool named = false;
  for (; column >= 0; api->xPhraseNext(context, &iterator, &column, &offset)) {
    if (column == text_column) {
      found.count += 1;
      if (places) found.places.push_back(offset);
    } else if (column == parts_column) {
      found.count += parts_weight;
    } else if (column == headings_column) {
      if (!only_heading) found.count += heading_weight;
    } else if (!named) {
      named = true;
      found.count += name_weight;
    }
  }
  return found;
}

// Neighbours count 1, others by less; each place of the first word with the nearest few of the second.
double pairs(const std::vector<int>& first, const std::vector<int>& second) {
  double found = 0;
  std::size_t from = 0;
  for (const int place : first) {
    while (from < second.size() && second[from] <= place - near) ++from;
    for (std::size_t i = from; i < second.size() && second[i] < place + near; ++i) {
      if (second[i] == place + 1)
        found += 1;
      else if (second[i] != place)
        found += near_share;
    }
  }
  return found;
}

double saturated(double count, double norm) { return count * (k1 + 1) / (count + k1 * norm); }

double score(const RankQuery& query, const Statistics& known, const Fts5ExtensionApi* api, Fts5Context* context) {
  const auto words_of = [&](Column column) {
    int words = 0;
    return api->xColumnSize(context, column, &words) == SQLITE_OK ? words : 0;
  };
  const Lengths lengths{double(words_of(text_column)), double(words_of(parts_column)), double(words_of(headings_column))};
  const double norm = 1 - b + b * lengths.weighted() / known.mean_length;
  double sum = 0, idf_before = 0;
  std::vector<int> before;
  const std::size_t terms = std::min(query.terms.size(), known.idf.size());
  for (std::size_t i = 0; i < terms; ++i) {
    const auto& term = query.terms[i];
    auto found = occurrences(api, context, int(i), term.own, lengths.only_heading());
    if (found.count > 0) sum += term.weight * known.idf[i] * saturated(found.count, norm);
    if (!term.own) continue;
    if (!before.empty() && !found.places.empty()) {
      const double near_each_other = pairs(before, found.places);
      if (near_each_other > 0)
        sum += pair_weight * (idf_before + known.idf[i]) * saturated(near_each_other, norm);
    }
    before = std::move(found.places);
    idf_before = known.idf[i];
  }
  return sum;
}

}  // namespace

struct Ranker::State {
  const RankQuery* query = nullptr;

  // Called by C, which no exception may cross.
  static void rank_row(const Fts5ExtensionApi* api, Fts5Context* context, sqlite3_context* result, int,
                       sqlite3_value**) noexcept {
    try {
      const auto& state = *static_cast<const State*>(api->xUserData(context));
      const Statistics* known = state.query ? statistics(*state.query, api, context) : nullptr;
      if (!known)
        sqlite3_result_error_nomem(result);
      else
        sqlite3_result_double(result, score(*state.query, *known, api, context));
    } catch (const std::bad_alloc&) {
      sqlite3_result_error_nomem(result);
    }
  }
};

std::string quoted(const std::string& word) {
  std::string out = "\"";
  for (const char letter : word) {
    if (letter == '"') out += '"';
    out += letter;
  }
  return out + '"';
}

Ranker::Ranker(Database& database) : db_(database), state_(std::make_unique<State>()) {
  fts5_api* const api = full_text_api(database);
  if (!api || api->xCreateFunction(api, "passage_rank", state_.get(), State::rank_row, nullptr) != SQLITE_OK)
    throw core::Error("The installed SQLite has no full-text search (FTS5).", "Install SQLite built with FTS5.");
  db_.execute("CREATE VIRTUAL TABLE IF NOT EXISTS temp.word_rows USING fts5vocab(main, words, row)");
}

Ranker::~Ranker() = default;

std::vector<RankedRow> Ranker::rank(const RankQuery& query) {
  std::vector<RankedRow> rows;
  if (query.terms.empty()) return rows;
  std::string expression;
  for (const auto& term : query.terms) expression += (expression.empty() ? "" : " OR ") + quoted(term.word);
  state_->query = &query;
  Query ranked = db_.query("SELECT rowid, passage_rank(words) FROM words WHERE words MATCH ?");
  ranked.bind_all(expression);
  while (ranked.next()) rows.push_back({ranked.integer(0), ranked.real(1)});
  std::sort(rows.begin(), rows.end(), [](const RankedRow& a, const RankedRow& c) {
    return a.score > c.score || (a.score == c.score && a.row < c.row);
  });
  return rows;
}

std::int64_t Ranker::rows_with(const std::string& stem) {
  Query query = db_.query("SELECT doc FROM temp.word_rows WHERE term = ?");
  query.bind_all(stem);
  return query.next() ? query.integer(0) : 0;
}

std::int64_t Ranker::rows() { return db_.integer("SELECT count(*) FROM words_docsize"); }

}  // namespace corpuscope::workspace
