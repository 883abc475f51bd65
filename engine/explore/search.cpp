#include "explore/search.h"

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <tuple>

#include "explore/ordered.h"
#include "explore/passages_before.h"
#include "explore/search_matcher.h"

namespace corpuscope::explore {
namespace {

constexpr std::size_t part_bytes = 1u << 20;  // what a thread scans at a time: small, since the first one holds up the first hits

// Documents [first, last), or of a long one the part that begins at `begin`.
struct Part {
  std::size_t first = 0, last = 0;
  std::size_t begin = 0, end = 0;  // bytes; 0, 0: whole documents
  std::int64_t bytes = 0;
};

std::vector<Part> cut(const std::vector<workspace::Document>& documents, const std::vector<bool>& allowed) {
  std::vector<Part> parts;
  for (std::size_t i = 0; i < documents.size(); ++i) {
    if (!allowed[i]) continue;
    const auto bytes = std::size_t(documents[i].text_bytes);
    if (bytes > part_bytes) {
      for (std::size_t at = 0; at < bytes; at += part_bytes)
        parts.push_back({i, i + 1, at, std::min(bytes, at + part_bytes), std::int64_t(part_bytes)});
      continue;
    }
    const bool joins = !parts.empty() && parts.back().end == 0 && parts.back().last == i &&
                       parts.back().bytes + std::int64_t(bytes) <= std::int64_t(part_bytes);
    if (joins) {
      parts.back().last = i + 1;
      parts.back().bytes += std::int64_t(bytes);
    } else {
      parts.push_back({i, i + 1, 0, 0, std::int64_t(bytes)});
    }
  }
  return parts;
}

// A query made ready for scanning: what is looked for, and what must hold of a document.
class Exact {
 public:
  Exact(const CorpusText& text, const SearchQuery& query) : text_(text), query_(query) {
    condition_ = query.condition.value_or(SearchCondition{SearchCondition::Kind::all, 0, {}});
    as_written_ = query.match_case || query.whole_words;
    if (as_written_ && !query.ranking.empty()) {
      SearchCondition all{SearchCondition::Kind::all, 0, {}};
      if (query.condition) all.parts.push_back(*query.condition);
      for (const std::size_t term : query.ranking) all.parts.push_back({SearchCondition::Kind::term, term, {}});
      condition_ = std::move(all);
    }
    shown_.assign(query.terms.size(), false);
    choose(condition_, true);
    direct_ = only_alternatives(condition_);
  }

  struct Scanned {
    std::vector<Match> matches;               // of shown terms, in order
    std::vector<std::pair<std::uint32_t, std::size_t>> present;  // document and term, of all terms that are scanned for
  };

  Scanned scan(const Part& part, const std::atomic<bool>& stop) const {
    Scanned out;
    for (std::size_t document = part.first; document < part.last && !stop; ++document) {
      const std::size_t before = out.matches.size();
      for (const auto& [term, matcher] : matchers_) scan_term(document, part, term, matcher, out);
      if (matchers_.size() > 1) {
        const auto in_order = [](const Match& a, const Match& b) {
          return std::tie(a.offset, a.length) < std::tie(b.offset, b.length);
        };
        std::sort(out.matches.begin() + std::ptrdiff_t(before), out.matches.end(), in_order);
      }
    }
    return out;
  }

  // Whether matches can be shown before the whole document is known.
  bool direct() const { return direct_; }

  bool holds(std::uint32_t document, const std::vector<bool>& present) const {
    return holds(condition_, document, present);
  }

  // The same for a document whose text was not scanned yet.
  bool holds(std::size_t document) const {
    std::vector<bool> present(query_.terms.size(), false);
    for (const auto& [term, matcher] : matchers_) {
      const std::string_view text = text_.text(document);
      matcher.each(text, 0, text.size(), [&, t = term](std::size_t, std::size_t) {
        present[t] = true;
        return false;
      });
    }
    return holds(condition_, std::uint32_t(document), present);
  }

 private:
  using Kind = SearchCondition::Kind;

  void choose(const SearchCondition& condition, bool wanted) {
    for (const auto& part : condition.parts) choose(part, wanted && condition.kind != Kind::none);
    if (condition.kind != Kind::term) return;
    const SearchTerm& term = query_.terms[condition.term];
    if (term.kind == SearchTerm::Kind::word && !as_written_) {
      words_.emplace(condition.term, documents_with(term.text));
    } else {
      matchers_.emplace(condition.term, Matcher(term, query_.match_case, query_.whole_words));
      if (wanted) shown_[condition.term] = true;
    }
  }

  std::vector<bool> documents_with(const std::string& word) const {
    std::vector<bool> with(text_.documents().size(), false);
    text_.ask([&](const workspace::Workspace& workspace) {
      for (const std::int64_t id : workspace.documents_with(word)) {
        if (const auto place = text_.find(id)) with[*place] = true;
      }
    });
    // The index knows the last document beyond its end: there the word is looked for as it is written.
    if (text_.cut() && !with.empty()) {
      const std::string_view last = text_.text(with.size() - 1);
      bool present = false;
      Matcher({SearchTerm::Kind::word, word, 0}, false, true).each(last, 0, last.size(), [&](std::size_t, std::size_t) {
        present = true;
        return false;
      });
      with.back() = present;
    }
    return with;
  }

  bool only_alternatives(const SearchCondition& condition) const {
    if (condition.kind == Kind::term) return matchers_.contains(condition.term);
    const bool plain = condition.kind == Kind::any || (condition.kind == Kind::all && condition.parts.size() == 1);
    return plain && std::all_of(condition.parts.begin(), condition.parts.end(),
                                [&](const auto& part) { return only_alternatives(part); });
  }

  void scan_term(std::size_t document, const Part& part, std::size_t term, const Matcher& matcher, Scanned& out) const {
    const std::string_view text = text_.text(document);
    const std::size_t begin = part.end ? matcher.border(text, part.begin) : 0;
    const std::size_t end = part.end ? matcher.border(text, part.end) : text.size();
    bool present = false;
    matcher.each(text, begin, end, [&](std::size_t offset, std::size_t length) {
      present = true;
      if (!shown_[term]) return false;
      out.matches.push_back({std::int64_t(offset), std::uint32_t(document), std::uint32_t(std::min<std::size_t>(length, UINT32_MAX))});
      return true;
    });
    if (present) out.present.emplace_back(std::uint32_t(document), term);
  }

  bool holds(const SearchCondition& condition, std::uint32_t document, const std::vector<bool>& present) const {
    const auto part_holds = [&](const SearchCondition& part) { return holds(part, document, present); };
    const auto& parts = condition.parts;
    switch (condition.kind) {
      case Kind::all: return std::all_of(parts.begin(), parts.end(), part_holds);
      case Kind::any: return std::any_of(parts.begin(), parts.end(), part_holds);
      case Kind::none: return !part_holds(parts.front());
      case Kind::term: break;
    }
    const auto word = words_.find(condition.term);
    return word != words_.end() ? word->second[document] : present[condition.term];
  }

  const CorpusText& text_;
  const SearchQuery& query_;
  SearchCondition condition_;
  bool as_written_ = false, direct_ = false;
  std::vector<bool> shown_;
  std::map<std::size_t, Matcher> matchers_;          // by term
  std::map<std::size_t, std::vector<bool>> words_;   // by term: which documents hold it
};

// Gathers what belongs to one document until it is known whether the document counts.
class Gatherer {
 public:
  Gatherer(const Exact& exact, const OnFound& on_found, SearchTotals& totals, std::size_t terms)
      : exact_(exact), on_found_(on_found), totals_(totals), present_(terms, false) {}

  void take(const Part& part, Exact::Scanned&& scanned) {
    if (exact_.direct()) {
      report(scanned.matches);
      return;
    }
    std::size_t match = 0, present = 0;
    for (std::size_t document = part.first; document < part.last; ++document) {
      if (document != document_) finish();
      document_ = document;
      for (; match < scanned.matches.size() && scanned.matches[match].document == document; ++match)
        matches_.push_back(scanned.matches[match]);
      for (; present < scanned.present.size() && scanned.present[present].first == document; ++present)
        present_[scanned.present[present].second] = true;
    }
  }

  void finish() {
    if (document_ != none && exact_.holds(std::uint32_t(document_), present_)) report(matches_);
    matches_.clear();
    std::fill(present_.begin(), present_.end(), false);
    document_ = none;
  }

 private:
  void report(const std::vector<Match>& matches) {
    if (matches.empty()) return;
    for (const Match& match : matches) {
      if (totals_.in_document[match.document]++ == 0) ++totals_.documents;
    }
    totals_.matches += std::int64_t(matches.size());
    on_found_(matches);
  }

  static constexpr std::size_t none = std::size_t(-1);
  const Exact& exact_;
  const OnFound& on_found_;
  SearchTotals& totals_;
  std::size_t document_ = none;
  std::vector<Match> matches_;
  std::vector<bool> present_;
};

SearchTotals search_exact(const CorpusText& text, const SearchQuery& query, core::Job& job, const OnFound& on_found) {
  const auto& documents = text.documents();
  SearchTotals totals;
  totals.exact = true;
  totals.in_document.resize(documents.size());
  const Exact exact(text, query);
  const auto parts = cut(documents, filtered_documents(documents, query.filters));
  job.begin("searching", "bytes", text.bytes());
  OrderedWork work;
  work.count = std::int64_t(parts.size());
  work.cost = [&](std::int64_t i) { return parts[std::size_t(i)].bytes; };
  Gatherer gatherer(exact, on_found, totals, query.terms.size());
  make_and_take<Exact::Scanned>(
      work, job,
      [&](std::int64_t i, const std::atomic<bool>& stop) { return exact.scan(parts[std::size_t(i)], stop); },
      [&](std::int64_t i, Exact::Scanned&& scanned) {
        gatherer.take(parts[std::size_t(i)], std::move(scanned));
        job.advance(parts[std::size_t(i)].bytes);
      });
  gatherer.finish();
  return totals;
}

SearchTotals search_ranked(const CorpusText& text, const SearchQuery& query, const SearchSettings& settings,
                           core::Job& job, const OnFound& on_found) {
  const auto through = filtered_documents(text.documents(), query.filters);
  const Exact condition(text, query);
  std::vector<std::optional<bool>> holds(text.documents().size());  // a document comes once for each of its passages
  job.begin("searching", "documents", std::int64_t(text.documents().size()));
  workspace::Ranking ranking;
  ranking.limit = settings.most_ranked;
  ranking.in_each_document = settings.in_each_document;
  ranking.expand = settings.expand;
  ranking.only_own = settings.only_own;
  ranking.allowed = [&](std::int64_t id) {
    job.poll();
    const auto place = text.find(id);
    if (!place || !through[*place]) return false;
    if (!holds[*place]) holds[*place] = condition.holds(*place);
    return *holds[*place];
  };
  std::vector<std::string> words;
  for (const std::size_t term : query.wanted()) words.push_back(query.terms[term].text);
  for (const std::size_t term : query.ranking) words.push_back(query.terms[term].text);
  std::vector<workspace::RankedPassage> passages;
  text.ask([&](const workspace::Workspace& workspace) { passages = workspace.rank_words(words, ranking); });
  SearchTotals totals;
  std::vector<Match> matches;
  std::set<std::uint32_t> documents;
  for (const auto& passage : passages) {
    const auto place = std::uint32_t(*text.find(passage.place.document));
    matches.push_back({passage.place.offset, place, std::uint32_t(passage.place.length)});
    totals.scores.push_back(float(passage.place.score));
    totals.passages.push_back({passage.first, passage.bytes});
    documents.insert(place);
  }
  totals.matches = std::int64_t(matches.size());
  totals.documents = std::int64_t(documents.size());
  if (!matches.empty()) on_found(matches);
  return totals;
}

// Of a text that ends early: without the index.
SearchTotals search_ranked_before(const CorpusText& text, const SearchQuery& query, const SearchSettings& settings, core::Job& job,
                                  const OnFound& on_found) {
  constexpr std::int64_t passage_bytes = 600;
  auto allowed = filtered_documents(text.documents(), query.filters);
  const Exact condition(text, query);
  job.begin("searching", "documents", std::int64_t(text.documents().size()));
  for (std::size_t i = 0; i < allowed.size(); ++i) {
    job.poll();
    allowed[i] = allowed[i] && condition.holds(i);
  }
  std::string words;
  for (const auto& terms : {query.wanted(), query.ranking})
    for (const std::size_t term : terms) words += query.terms[term].text + ' ';
  const auto passages = passages_before(text, words, int(std::min<std::int64_t>(settings.most_ranked, 100'000)), passage_bytes, job, allowed);
  SearchTotals totals;
  std::vector<Match> matches;
  std::map<std::size_t, int> in_document;
  for (const PassageBefore& passage : passages) {
    if (settings.in_each_document > 0 && in_document[passage.document] >= settings.in_each_document) continue;
    ++in_document[passage.document];
    matches.push_back({passage.hit, std::uint32_t(passage.document), std::uint32_t(passage.length)});
    totals.scores.push_back(float(passage.score));
    totals.passages.push_back({passage.first, passage.bytes});
  }
  totals.matches = std::int64_t(matches.size());
  totals.documents = std::int64_t(in_document.size());
  if (!matches.empty()) on_found(matches);
  return totals;
}

}  // namespace

SearchTotals search(const CorpusText& text, const SearchQuery& query, const SearchSettings& settings, core::Job& job,
                    const OnFound& on_found) {
  if (query.exact()) return search_exact(text, query, job, on_found);
  return text.cut() ? search_ranked_before(text, query, settings, job, on_found) : search_ranked(text, query, settings, job, on_found);
}

std::vector<Match> all_places(const CorpusText& text, SearchQuery query, core::Job& job) {
  if (!query.exact()) query.whole_words = true;
  std::vector<Match> places;
  search(text, query, {}, job, [&](std::span<const Match> found) { places.insert(places.end(), found.begin(), found.end()); });
  return places;
}

}  // namespace corpuscope::explore
