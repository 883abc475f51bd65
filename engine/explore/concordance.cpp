#include "explore/concordance.h"

#include <algorithm>
#include <cmath>
#include <ostream>
#include <tuple>

#include "core/parallel.h"
#include "explore/corpus_words.h"
#include "explore/csv.h"
#include "explore/one_line.h"
#include "explore/sections.h"
#include "text/lines.h"

namespace corpuscope::explore {
namespace {

constexpr int farthest_word = 5;
constexpr std::size_t most_line_tables = 64;

bool continues_character(char c) { return (static_cast<unsigned char>(c) & 0xC0) == 0x80; }

// The words from the one asked for to the farthest, folded, with a byte below all others between them. What is left of a
// word that the match ends in is not a word beside it.
std::string sort_key(std::string_view text, const Match& match, int word) {
  std::string key;
  const int step = word < 0 ? -1 : 1;
  std::size_t at = word < 0 ? word_begin(text, std::size_t(match.offset)) : word_end(text, std::size_t(match.offset) + match.length);
  for (int i = step; std::abs(i) <= farthest_word; i += step) {
    const WordSpan span = word < 0 ? word_before(text, at) : word_behind(text, at);
    if (span.empty()) break;
    if (std::abs(i) >= std::abs(word)) key += folded(text.substr(span.begin, span.end - span.begin)) + '\0';
    at = word < 0 ? span.begin : span.end;
  }
  return key;
}

bool before(const Match& a, const Match& b) {
  return std::tie(a.document, a.offset, a.length) < std::tie(b.document, b.offset, b.length);
}

}  // namespace

ConcordanceOrder concordance_order(const std::string& name) {
  if (name == "relevance") return {ConcordanceOrder::By::relevance, 0};
  if (name == "position") return {ConcordanceOrder::By::position, 0};
  const bool word = name.size() == 2 && name[1] >= '1' && name[1] < '1' + farthest_word;
  if (word && (name[0] == 'L' || name[0] == 'l')) return {ConcordanceOrder::By::word, '0' - name[1]};
  if (word && (name[0] == 'R' || name[0] == 'r')) return {ConcordanceOrder::By::word, name[1] - '0'};
  throw core::Error("Lines cannot be sorted by " + name + ".", "Choose relevance, position, L1 to L5 or R1 to R5.");
}

void sort_matches(const CorpusText& text, ConcordanceOrder order, std::vector<Match>& matches, core::Job& job) {
  if (order.by == ConcordanceOrder::By::relevance) return;
  if (order.by == ConcordanceOrder::By::position) {
    std::sort(matches.begin(), matches.end(), before);
    return;
  }
  std::vector<std::pair<std::string, Match>> keyed(matches.size());
  constexpr std::size_t portion = 4096;
  core::parallel_for(std::int64_t((matches.size() + portion - 1) / portion), [&](std::int64_t p) {
    job.poll();
    const std::size_t end = std::min(matches.size(), (std::size_t(p) + 1) * portion);
    for (std::size_t i = std::size_t(p) * portion; i < end; ++i)
      keyed[i] = {sort_key(text.text(matches[i].document), matches[i], order.word), matches[i]};
  });
  std::sort(keyed.begin(), keyed.end(), [](const auto& a, const auto& b) {
    const int compared = a.first.compare(b.first);
    return compared < 0 || (compared == 0 && before(a.second, b.second));
  });
  for (std::size_t i = 0; i < matches.size(); ++i) matches[i] = keyed[i].second;
}

struct ConcordanceLines::Parts {
  text::Lines lines;
  Sections sections;
};

ConcordanceLines::ConcordanceLines(const CorpusText& text) : text_(text) {}
ConcordanceLines::~ConcordanceLines() = default;

const ConcordanceLines::Parts& ConcordanceLines::parts(std::size_t document) {
  if (kept_.size() >= most_line_tables && !kept_.contains(document)) kept_.clear();
  auto& kept = kept_[document];
  if (kept) return *kept;
  std::vector<workspace::Anchor> anchors;
  text_.ask([&](const workspace::Workspace& workspace) { anchors = workspace.anchors(text_.documents()[document].id); });
  kept = std::make_unique<Parts>(Parts{text::Lines(text_.text(document)), Sections(std::move(anchors))});
  return *kept;
}

Concordance ConcordanceLines::line(const Match& match, int bytes_around) {
  const std::string_view text = text_.text(match.document);
  const auto around = std::size_t(std::max(bytes_around, 0));
  const std::size_t begin = std::min(std::size_t(match.offset), text.size());
  const std::size_t end = std::min(begin + match.length, text.size());
  std::size_t first = begin - std::min(begin, around), last = std::min(text.size(), end + around);
  while (first < begin && continues_character(text[first])) ++first;
  while (last > end && last < text.size() && continues_character(text[last])) --last;
  const auto& document = text_.documents()[match.document];
  const auto& parts = this->parts(match.document);
  const auto where = parts.lines.at(std::int64_t(begin));
  Concordance out;
  out.place = {document.id,         document.name,             where.line, where.column,
               std::int64_t(begin), std::int64_t(end - begin), parts.sections.at(std::int64_t(begin))};
  out.before = on_one_line(text.substr(first, begin - first));
  out.hit = on_one_line(text.substr(begin, end - begin));
  out.after = on_one_line(text.substr(end, last - end));
  if (out.before.starts_with(' ')) out.before.erase(0, 1);
  if (out.after.ends_with(' ')) out.after.pop_back();
  return out;
}

void write_concordance(const CorpusText& text, std::span<const Match> matches, int bytes_around, std::ostream& out,
                       core::Job& job) {
  ConcordanceLines lines(text);
  out << "document,line,column,offset,length,before,hit,after,section\n";
  for (const Match& match : matches) {
    job.poll();
    const Concordance line = lines.line(match, bytes_around);
    const Place& place = line.place;
    out << csv_row({place.name, std::to_string(place.line), std::to_string(place.column),
                          std::to_string(place.offset), std::to_string(place.length), line.before, line.hit, line.after, place.section})
        << '\n';
  }
}

std::int64_t sequence_position(const CorpusText& text, const Match& match) {
  const auto& document = text.documents()[match.document];
  if (document.first_token < 0) return text.start(match.document) + match.offset;
  const double share = document.text_bytes > 0 ? double(match.offset) / double(document.text_bytes) : 0;
  const auto own = std::int64_t(share * double(document.tokens));
  return document.first_token + std::clamp<std::int64_t>(own, 0, std::max<std::int64_t>(document.tokens - 1, 0));
}

}  // namespace corpuscope::explore
