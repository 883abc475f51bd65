// Words to the best places where they occur.
//
// Two ways: search_words wants every word in a document, rank_words takes the more words the better and may add words
// that the best documents have in common (pseudo-relevance feedback).

#include <algorithm>
#include <deque>
#include <map>
#include <set>
#include <sstream>
#include <unordered_set>

#include "workspace/expansion.h"
#include "workspace/impl.h"
#include "workspace/rank.h"
#include "workspace/search_rows.h"
#include "workspace/text_blocks.h"
#include "workspace/words.h"

namespace corpuscope::workspace {
namespace {

constexpr std::size_t most_words = 64;
constexpr std::int64_t place_bytes = 240;  // words this close together are one place

using Phrase = std::vector<std::string>;  // the stems of one word of the query: `read_file` has two

struct Occurrence {
  std::size_t phrase = 0;
  std::int64_t start = 0, end = 0;
};

struct Place {
  std::int64_t start = 0, end = 0;
  std::size_t phrases = 0;  // how many different ones
};

// The words of a query that hold anything to search for, each once, and their stems.
struct Wanted {
  std::vector<std::string> words;
  std::vector<Phrase> phrases;
};

Wanted parse(const WordTokenizer& tokenizer, std::string query) {
  std::replace(query.begin(), query.end(), '\0', ' ');
  Wanted wanted;
  std::set<Phrase> seen;
  std::istringstream in(query);
  for (std::string word; in >> word;) {
    Phrase phrase;
    tokenizer.each(word, [&](std::string_view stem, std::int64_t, std::int64_t) {
      phrase.emplace_back(stem);
      return true;
    });
    if (phrase.empty() || !seen.insert(phrase).second) continue;
    wanted.words.push_back(word);
    wanted.phrases.push_back(std::move(phrase));
  }
  if (wanted.words.size() > most_words) {
    throw core::Error("The search has " + std::to_string(wanted.words.size()) + " different words.",
                      "Search for at most " + std::to_string(most_words) + " words at once.");
  }
  return wanted;
}

// In the order of their ends. Of a single phrase only the first: no other can be better.
std::vector<Occurrence> occurrences(const WordTokenizer& tokenizer, std::string_view text,
                                    const std::vector<Phrase>& phrases) {
  struct Word {
    std::string stem;
    std::int64_t start = 0;
  };
  std::vector<Occurrence> found;
  std::deque<Word> last;  // as many as the longest phrase has
  std::size_t longest = 1;
  for (const Phrase& phrase : phrases) longest = std::max(longest, phrase.size());
  tokenizer.each(text, [&](std::string_view stem, std::int64_t start, std::int64_t end) {
    if (last.size() == longest) last.pop_front();
    last.push_back({std::string(stem), start});
    for (std::size_t p = 0; p < phrases.size(); ++p) {
      const Phrase& phrase = phrases[p];
      if (phrase.back() != stem || phrase.size() > last.size()) continue;
      const auto first = last.end() - std::ptrdiff_t(phrase.size());
      const auto same = [](const std::string& wanted, const Word& word) { return wanted == word.stem; };
      if (std::equal(phrase.begin(), phrase.end(), first, same)) found.push_back({p, first->start, end});
    }
    return phrases.size() > 1 || found.empty();
  });
  return found;
}

// The stretch with the most different phrases close together; the shortest, then the first of those.
Place best_place(const std::vector<Occurrence>& found, std::size_t phrases) {
  Place best;
  std::vector<int> inside(phrases, 0);
  std::size_t different = 0, first = 0;
  for (const Occurrence& last : found) {
    if (inside[last.phrase]++ == 0) ++different;
    // The first one leaves when it is too far away, or when the same phrase comes again behind it.
    while (found[first].start + place_bytes < last.end || inside[found[first].phrase] > 1) {
      if (&found[first] == &last) break;
      if (--inside[found[first].phrase] == 0) --different;
      ++first;
    }
    const std::int64_t start = found[first].start, end = std::max(last.end, found[first].end);
    const bool better =
        different > best.phrases || (different == best.phrases && end - start < best.end - best.start);
    if (better) best = {start, end, different};
  }
  return best;
}

std::string joined(const std::vector<std::string>& words, const char* between) {
  std::string all;
  for (const std::string& word : words) all += (all.empty() ? "" : between) + quoted(word);
  return all;
}

// A passage of the text that is a row of the index.
struct Passage {
  std::int64_t document = 0, first = 0;
  std::string text;
};

std::int64_t document_of(Database& db, std::int64_t block) {
  Query query = db.query("SELECT document FROM text_blocks WHERE id = ?");
  query.bind_all(block);
  if (!query.next()) db.fail_damaged("the search index names a text that is not there");
  return query.integer(0);
}

Passage passage_of(Database& db, std::int64_t row) {
  Query block = db.query("SELECT document, first, bytes, data FROM text_blocks WHERE id = ?");
  block.bind_all(block_of_row(row));
  if (!block.next()) db.fail_damaged("the search index names a text that is not there");
  const auto text = unpack_text(block.blob(3), block.integer(2));
  if (!text) db.fail_damaged("the text of document " + std::to_string(block.integer(0)));
  const auto rows = text_rows(*text);
  if (row_in_block(row) >= rows.size()) db.fail_damaged("the search index names a text that is not there");
  const TextRow& place = rows[row_in_block(row)];
  return {block.integer(0), block.integer(1) + std::int64_t(place.first), text->substr(place.first, place.bytes)};
}

// One search: the best passage of each document, in the order of their rank, until there are enough.
class Finder {
 public:
  Finder(Database& db, const WordTokenizer& tokenizer, const Wanted& wanted, std::size_t limit)
      : db_(db), tokenizer_(tokenizer), wanted_(wanted), limit_(limit) {}

  // Passages that match `expression`, of documents that are not found yet and that are among `allowed` if given.
  void add(const std::string& expression, const std::set<std::int64_t>* allowed) {
    Query ranked = db_.query(
        "SELECT rowid, rank FROM words WHERE words MATCH ? AND rank MATCH 'bm25(4.0, 1.0, 0.5)' "
        "ORDER BY rank");
    ranked.bind_all(expression);
    while (hits_.size() < limit_ && ranked.next()) {
      const std::int64_t row = ranked.integer(0), document = document_of(db_, block_of_row(row));
      if (allowed && !allowed->contains(document)) continue;
      if (found_.insert(document).second) add_hit(row, -ranked.real(1));
    }
  }

  // Documents with every word somewhere.
  std::set<std::int64_t> documents() {
    std::set<std::int64_t> all;
    for (std::size_t i = 0; i < wanted_.words.size(); ++i) {
      std::set<std::int64_t> these;
      for (const std::int64_t document : documents_with_word(db_, wanted_.words[i])) {
        if (i == 0 || all.contains(document)) these.insert(document);
      }
      all = std::move(these);
    }
    return all;
  }

  static std::vector<std::int64_t> documents_with_word(Database& db, const std::string& word) {
    std::vector<std::int64_t> ids;
    Query query = db.query(
        "SELECT DISTINCT document FROM text_blocks WHERE id IN "
        "(SELECT rowid / 1024 FROM words WHERE words MATCH ?)");
    query.bind_all(quoted(word));
    while (query.next()) ids.push_back(query.integer(0));
    return ids;
  }

  bool full() const { return hits_.size() >= limit_; }
  std::vector<Hit> take() { return std::move(hits_); }

 private:
  void add_hit(std::int64_t row, double score) {
    const Passage passage = passage_of(db_, row);
    const Place place =
        best_place(occurrences(tokenizer_, passage.text, wanted_.phrases), wanted_.phrases.size());
    if (!hits_.empty()) score = std::min(score, hits_.back().score);  // fewer words never rank above all of them
    hits_.push_back({passage.document, passage.first + place.start, place.end - place.start, score});
  }

  Database& db_;
  const WordTokenizer& tokenizer_;
  const Wanted& wanted_;
  const std::size_t limit_;
  std::vector<Hit> hits_;
  std::set<std::int64_t> found_;
};

// A question's small words say nothing of its subject; dropped where others are left.
// A word said twice counts twice.
RankQuery to_ranking(const WordTokenizer& tokenizer, const std::vector<std::string>& words) {
  RankQuery all, subject;
  std::map<Phrase, std::size_t> places[2];
  const auto add = [](RankQuery& query, std::map<Phrase, std::size_t>& place, const Phrase& phrase, const std::string& word) {
    const auto [found, fresh] = place.try_emplace(phrase, query.terms.size());
    if (fresh)
      query.terms.push_back({word, 1, true});
    else
      query.terms[found->second].weight += 1;
  };
  // Parts of a word (high-speed, read_file) one by one: where they stand together, they score as a pair.
  for (const std::string& word : words) {
    tokenizer.each(word, [&](std::string_view stem, std::int64_t start, std::int64_t end) {
      const Phrase phrase{std::string(stem)};
      const std::string part = word.substr(std::size_t(start), std::size_t(end - start));
      add(all, places[0], phrase, part);
      if (!is_small_word(part)) add(subject, places[1], phrase, part);
      return true;
    });
  }
  return subject.terms.empty() ? all : subject;
}

}  // namespace

std::vector<Hit> Workspace::search_words(const std::string& query, int limit) const {
  Database& db = impl_->db;
  const Wanted wanted = parse(impl_->tokenizer(), query);
  if (wanted.words.empty() || limit <= 0) return {};
  const Snapshot snapshot(db);
  Finder finder(db, impl_->tokenizer(), wanted, std::size_t(limit));
  finder.add(joined(wanted.words, " AND "), nullptr);
  if (!finder.full() && wanted.words.size() > 1) {
    const auto documents = finder.documents();
    if (!documents.empty()) finder.add(joined(wanted.words, " OR "), &documents);
  }
  return finder.take();
}

std::vector<std::int64_t> Workspace::documents_with(const std::string& word) const {
  const Wanted wanted = parse(impl_->tokenizer(), word);
  if (wanted.words.empty()) return {};
  return Finder::documents_with_word(impl_->db, wanted.words.front());
}

std::vector<RankedPassage> Workspace::rank_words(const std::vector<std::string>& words, const Ranking& ranking) const {
  Database& db = impl_->db;
  const WordTokenizer& tokenizer = impl_->tokenizer();
  RankQuery query = to_ranking(tokenizer, words);
  if (query.terms.empty() || ranking.limit <= 0) return {};
  if (!impl_->ranker) impl_->ranker = std::make_unique<Ranker>(db);
  const Snapshot snapshot(db);
  std::vector<RankedRow> rows = impl_->ranker->rank(query);
  std::vector<Phrase> phrases;
  for (const auto& term : query.terms) phrases.push_back(parse(tokenizer, term.word).phrases.front());
  if (ranking.expand && !rows.empty()) {
    std::vector<FeedbackText> best;
    std::set<std::int64_t> seen;
    for (const RankedRow& row : rows) {
      if (best.size() == feedback_texts) break;
      Passage passage = passage_of(db, row.row);
      if (seen.insert(passage.document).second) best.push_back({std::move(passage.text), row.score});
    }
    if (expand(query, best, tokenizer, *impl_->ranker)) {
      std::unordered_set<std::int64_t> own;
      if (ranking.only_own)
        for (const RankedRow& row : rows) own.insert(row.row);
      rows = impl_->ranker->rank(query);
      if (ranking.only_own) std::erase_if(rows, [&](const RankedRow& row) { return !own.contains(row.row); });
    }
  }
  std::vector<RankedPassage> found;
  std::map<std::int64_t, int> in_document;
  for (const RankedRow& row : rows) {
    if (std::int64_t(found.size()) >= ranking.limit) break;
    const std::int64_t document = document_of(db, block_of_row(row.row));
    if (ranking.in_each_document > 0 && in_document[document] >= ranking.in_each_document) continue;
    if (ranking.allowed && !ranking.allowed(document)) continue;
    ++in_document[document];
    const Passage passage = passage_of(db, row.row);
    const Place place = best_place(occurrences(tokenizer, passage.text, phrases), phrases.size());
    found.push_back({{document, passage.first + place.start, place.end - place.start, row.score},
                     passage.first,
                     std::int64_t(passage.text.size())});
  }
  return found;
}

}  // namespace corpuscope::workspace
