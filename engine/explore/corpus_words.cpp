#include "explore/corpus_words.h"

#include "explore/characters.h"

namespace corpuscope::explore {
namespace {

bool ascii_word(unsigned char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9'); }

bool in_word(UChar32 c) {
  if (c < 0x80) return c >= 0 && ascii_word(static_cast<unsigned char>(c));
  return u_isalnum(c) || (U_MASK(u_charType(c)) & U_GC_M_MASK) != 0;
}

// What holds a word together where it stands between two of its characters.
bool joins(UChar32 c) { return c == '\'' || c == 0x2019 || c == '_'; }

using Step = Character (*)(std::string_view, std::size_t);

// Beyond the last character of the word whose characters go on at `at`.
std::size_t edge(std::string_view text, std::size_t at, Step step) {
  while (true) {
    const Character here = step(text, at);
    if (in_word(here.value)) {
      at = here.beyond;
    } else if (joins(here.value) && in_word(step(text, here.beyond).value)) {
      at = here.beyond;
    } else {
      return at;
    }
  }
}

// Whether the character at `at`, or behind what joins there, is one of a word.
bool goes_on(std::string_view text, std::size_t at, Step step) {
  const Character here = step(text, at);
  return in_word(here.value) || (joins(here.value) && in_word(step(text, here.beyond).value));
}

}  // namespace

std::size_t word_begin(std::string_view text, std::size_t at) {
  return goes_on(text, at, character_at) ? edge(text, at, character_before) : at;
}

std::size_t word_end(std::string_view text, std::size_t at) {
  return goes_on(text, at, character_before) ? edge(text, at, character_at) : at;
}

WordSpan word_behind(std::string_view text, std::size_t at) {
  while (at < text.size()) {
    const Character here = character_at(text, at);
    if (in_word(here.value)) return {at, edge(text, at, character_at)};
    at = here.beyond;
  }
  return {text.size(), text.size()};
}

WordSpan word_before(std::string_view text, std::size_t at) {
  while (at > 0) {
    const Character here = character_before(text, at);
    if (in_word(here.value)) return {edge(text, at, character_before), at};
    at = here.beyond;
  }
  return {};
}

std::string folded(std::string_view word) {
  std::string out;
  out.reserve(word.size());
  for (std::size_t at = 0; at < word.size();) {
    const auto byte = static_cast<unsigned char>(word[at]);
    if (byte < 0x80) {
      out += byte >= 'A' && byte <= 'Z' ? char(byte + 32) : char(byte);
      ++at;
      continue;
    }
    const Character here = character_at(word, at);
    UChar32 c = here.value == 0x2019 ? '\'' : u_foldCase(here.value, U_FOLD_CASE_DEFAULT);
    if (here.value < 0) c = 0xFFFD;
    char bytes[4];
    std::int32_t length = 0;
    U8_APPEND_UNSAFE(bytes, length, c);
    out.append(bytes, std::size_t(length));
    at = here.beyond;
  }
  return out;
}

NumberedWords number_words(const CorpusText& text, const std::vector<bool>& documents, core::Job& job) {
  NumberedWords all;
  all.words.emplace_back();
  all.counts.push_back(0);
  std::unordered_map<std::string, std::uint32_t> numbers;
  job.begin("counting words", "bytes", text.bytes());
  for (std::size_t document = 0; document < documents.size(); ++document) {
    if (!documents[document]) continue;
    job.poll();
    all.documents.emplace_back(std::uint32_t(document), all.sequence.size());
    const std::string_view whole = text.text(document);
    for (WordSpan word = word_behind(whole, 0); !word.empty(); word = word_behind(whole, word.end)) {
      const auto [place, fresh] =
          numbers.try_emplace(folded(whole.substr(word.begin, word.end - word.begin)), std::uint32_t(all.words.size()));
      if (fresh) {
        all.words.push_back(place->first);
        all.counts.push_back(0);
      }
      ++all.counts[place->second];
      all.sequence.push_back(place->second);
    }
    all.sequence.push_back(NumberedWords::border);
    job.advance(std::int64_t(whole.size()));
  }
  return all;
}

}  // namespace corpuscope::explore
