// Words to the best places where they occur.

#include <algorithm>
#include <deque>
#include <set>
#include <sstream>

#include "workspace/impl.h"
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

std::string quoted(const std::string& word) {
  std::string out = "\"";
  for (const char letter : word) {
    if (letter == '"') out += '"';
    out += letter;
  }
  return out + '"';
}

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

// One search: the best block of each document, in the order of their rank, until there are enough.
class Finder {
 public:
  Finder(Database& db, const WordTokenizer& tokenizer, const Wanted& wanted, std::size_t limit)
      : db_(db), tokenizer_(tokenizer), wanted_(wanted), limit_(limit) {}

  // Blocks that match `expression`, of documents that are not found yet and that are among `allowed` if given.
  void add(const std::string& expression, const std::set<std::int64_t>* allowed) {
    Query ranked = db_.query(
        "SELECT rowid, rank FROM words WHERE words MATCH ? AND rank MATCH 'bm25(4.0, 1.0)' "
        "ORDER BY rank");
    ranked.bind_all(expression);
    while (hits_.size() < limit_ && ranked.next()) {
      const std::int64_t block = ranked.integer(0), document = document_of(block);
      if (allowed && !allowed->contains(document)) continue;
      if (found_.insert(document).second) add_hit(block, -ranked.real(1));
    }
  }

  // Long documents with every word somewhere.
  std::set<std::int64_t> long_documents() {
    std::set<std::int64_t> all;
    for (std::size_t i = 0; i < wanted_.words.size(); ++i) {
      std::set<std::int64_t> these;
      Query query = db_.query(
          "SELECT DISTINCT document FROM text_blocks JOIN documents ON documents.id = document "
          "WHERE documents.text_bytes > ? AND text_blocks.id IN "
          "(SELECT rowid FROM words WHERE words MATCH ?)");
      query.bind_all(std::int64_t(longest_text_block), quoted(wanted_.words[i]));
      while (query.next()) {
        if (i == 0 || all.contains(query.integer(0))) these.insert(query.integer(0));
      }
      all = std::move(these);
    }
    return all;
  }

  bool full() const { return hits_.size() >= limit_; }
  std::vector<Hit> take() { return std::move(hits_); }

 private:
  std::int64_t document_of(std::int64_t block) {
    Query query = db_.query("SELECT document FROM text_blocks WHERE id = ?");
    query.bind_all(block);
    if (!query.next()) db_.fail_damaged("the search index names a text that is not there");
    return query.integer(0);
  }

  void add_hit(std::int64_t id, double score) {
    Query block = db_.query("SELECT document, first, bytes, data FROM text_blocks WHERE id = ?");
    block.bind_all(id);
    block.next();
    const auto text = unpack_text(block.blob(3), block.integer(2));
    if (!text) db_.fail_damaged("the text of document " + std::to_string(block.integer(0)));
    const Place place = best_place(occurrences(tokenizer_, *text, wanted_.phrases), wanted_.phrases.size());
    if (!hits_.empty()) score = std::min(score, hits_.back().score);  // fewer words never rank above all of them
    hits_.push_back({block.integer(0), block.integer(1) + place.start, place.end - place.start, score});
  }

  Database& db_;
  const WordTokenizer& tokenizer_;
  const Wanted& wanted_;
  const std::size_t limit_;
  std::vector<Hit> hits_;
  std::set<std::int64_t> found_;
};

}  // namespace

std::vector<Hit> Workspace::search_words(const std::string& query, int limit) const {
  Database& db = impl_->db;
  if (!impl_->words) impl_->words = std::make_unique<WordTokenizer>(db);
  const Wanted wanted = parse(*impl_->words, query);
  if (wanted.words.empty() || limit <= 0) return {};
  const Snapshot snapshot(db);
  Finder finder(db, *impl_->words, wanted, std::size_t(limit));
  finder.add(joined(wanted.words, " AND "), nullptr);
  if (!finder.full() && wanted.words.size() > 1) {
    const auto documents = finder.long_documents();
    if (!documents.empty()) finder.add(joined(wanted.words, " OR "), &documents);
  }
  return finder.take();
}

}  // namespace corpuscope::workspace
