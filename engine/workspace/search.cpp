// Words to the best places where they occur.

#include <algorithm>
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
    for (Word& part : tokenizer.words(word)) phrase.push_back(std::move(part.stem));
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

std::vector<Occurrence> occurrences(const std::vector<Word>& words, const std::vector<Phrase>& phrases) {
  std::vector<Occurrence> found;
  for (std::size_t at = 0; at < words.size(); ++at) {
    for (std::size_t p = 0; p < phrases.size(); ++p) {
      const Phrase& phrase = phrases[p];
      if (at + phrase.size() > words.size()) continue;
      const auto same = [](const std::string& stem, const Word& word) { return stem == word.stem; };
      if (std::equal(phrase.begin(), phrase.end(), words.begin() + std::ptrdiff_t(at), same)) {
        found.push_back({p, words[at].start, words[at + phrase.size() - 1].end});
      }
    }
  }
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
    const bool better = different > best.phrases || (different == best.phrases && end - start < best.end - best.start);
    if (better) best = {start, end, different};
  }
  return best;
}

}  // namespace

std::vector<Hit> Workspace::search_words(const std::string& query, int limit) const {
  Database& db = impl_->db;
  if (!impl_->words) impl_->words = std::make_unique<WordTokenizer>(db);
  const Wanted wanted = parse(*impl_->words, query);
  std::vector<Hit> hits;
  if (wanted.words.empty() || limit <= 0) return hits;
  std::string all;
  for (const std::string& word : wanted.words) all += (all.empty() ? "" : " AND ") + quoted(word);

  const Snapshot snapshot(db);
  std::set<std::int64_t> documents;
  Query ranked = db.query("SELECT rowid, rank FROM words WHERE words MATCH ? AND rank MATCH 'bm25(4.0, 1.0)' "
                          "ORDER BY rank");
  Query block = db.query("SELECT document, first, bytes, data FROM text_blocks WHERE id = ?");
  ranked.bind_all(all);
  while (hits.size() < std::size_t(limit) && ranked.next()) {
    block.bind_all(ranked.integer(0));
    if (!block.next()) db.fail_damaged("the search index names a text that is not there");
    const std::int64_t document = block.integer(0);
    if (documents.insert(document).second) {
      const auto text = unpack_text(block.blob(3), block.integer(2));
      if (!text) db.fail_damaged("the text of document " + std::to_string(document));
      const Place place =
          best_place(occurrences(impl_->words->words(*text), wanted.phrases), wanted.phrases.size());
      hits.push_back({document, block.integer(1) + place.start, place.end - place.start, -ranked.real(1)});
    }
    block.again();
  }
  return hits;
}

}  // namespace corpuscope::workspace
