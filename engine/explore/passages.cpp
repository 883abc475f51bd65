#include "explore/passages.h"

#include <algorithm>
#include <list>
#include <memory>

#include "core/error.h"
#include "explore/one_line.h"
#include "explore/sections.h"
#include "text/lines.h"
#include "tokens/tokenizer.h"

namespace corpuscope::explore {
namespace {

constexpr std::size_t most_kept = 48 << 20;  // bytes of documents; the last one asked for is kept whatever its size

bool continues_character(char c) { return (static_cast<unsigned char>(c) & 0xC0) == 0x80; }


// Whole characters of text[begin, end) and what belongs to them.
std::string_view characters(std::string_view text, std::size_t begin, std::size_t end) {
  while (begin > 0 && begin < text.size() && continues_character(text[begin])) --begin;
  while (end < text.size() && continues_character(text[end])) ++end;
  return text.substr(begin, end - begin);
}

std::string without_margins(std::string line) {
  if (!line.empty() && line.back() == ' ') line.pop_back();
  if (!line.empty() && line.front() == ' ') line.erase(0, 1);
  return line;
}

struct Kept {
  Kept(TokenizedText text, std::vector<workspace::Anchor> anchors)
      : document(std::move(text)), lines(document.text), sections(std::move(anchors)) {}

  std::size_t bytes() const {
    return document.text.size() + 8 * (document.starts.size() + std::size_t(lines.count()));
  }

  TokenizedText document;
  text::Lines lines;
  Sections sections;
};

}  // namespace

std::string behind_line(const Place& place) { return place.section.empty() ? "" : " (" + place.section + ")"; }

struct Passages::Impl {
  explicit Impl(const workspace::Workspace& corpus) : workspace(corpus) {}

  const tokens::Tokenizer& tokenizer() {
    if (!loaded) loaded = std::make_unique<tokens::Tokenizer>(tokens::Tokenizer::from_bytes(workspace.tokenizer_model()));
    return *loaded;
  }

  // The text with its lines; its tokens are cut when `tokenized` first asks for them.
  Kept& kept(std::int64_t id) {
    const auto found = std::find_if(recent.begin(), recent.end(),
                                    [&](const auto& kept) { return kept->document.document.id == id; });
    if (found != recent.end()) {
      recent.splice(recent.begin(), recent, found);
    } else {
      recent.push_front(std::make_unique<Kept>(load(id), workspace.anchors(id)));
      forget_oldest();
    }
    return *recent.front();
  }

  Kept& tokenized(std::int64_t id) {
    Kept& found = kept(id);
    auto& document = found.document;
    if (document.starts.empty()) document.starts = starts_of(document.document, document.text.size());
    return found;
  }

  TokenizedText load(std::int64_t id) {
    const auto document = workspace.document(id);
    if (!document)
      throw core::Error("Document " + std::to_string(id) + " is not in " + workspace.file().string() + ".",
                        "It was removed; open the corpus again.");
    return {*document, workspace.text(id), {}};
  }

  std::vector<std::int64_t> starts_of(const workspace::Document& document, std::size_t text_bytes) {
    std::vector<std::int64_t> starts;
    if (document.first_token >= 0) {
      starts.reserve(std::size_t(document.tokens) + 1);
      std::int64_t offset = 0;
      constexpr std::int64_t block = 1 << 20;
      for (std::int64_t done = 0; done < document.tokens; done += block)
        for (const auto token :
             workspace.tokens(document.first_token + done, std::min(block, document.tokens - done))) {
          starts.push_back(offset);
          offset += std::int64_t(tokenizer().surface(token).size());
        }
      if (offset != std::int64_t(text_bytes))
        throw core::Error("The tokens of " + document.name + " do not make up its text.",
                          "The workspace is damaged: make it anew from the corpus folder.");
    }
    starts.push_back(std::int64_t(text_bytes));
    return starts;
  }

  static Place place(const Kept& kept, std::int64_t offset, std::int64_t length) {
    const auto& document = kept.document.document;
    const auto where = kept.lines.at(offset);
    return {document.id, document.name, where.line, where.column, offset, length, kept.sections.at(offset)};
  }

  void forget_oldest() {
    std::size_t bytes = 0;
    for (auto kept = recent.begin(); kept != recent.end(); ++kept) {
      bytes += (*kept)->bytes();
      if (bytes > most_kept && kept != recent.begin()) {
        recent.erase(kept, recent.end());
        return;
      }
    }
  }

  workspace::Document document_at(std::int64_t token) const {
    const auto document = workspace.document_at(token);
    if (!document)
      throw core::Error("Token " + std::to_string(token) + " is not in the sequence.",
                        "It has " + std::to_string(workspace.summary().tokens) + " tokens, counted from 0.");
    return *document;
  }

  const workspace::Workspace& workspace;
  std::unique_ptr<tokens::Tokenizer> loaded;
  std::list<std::unique_ptr<Kept>> recent;  // newest first
};

Passages::Passages(const workspace::Workspace& workspace) : impl_(std::make_unique<Impl>(workspace)) {}
Passages::~Passages() = default;

const TokenizedText& Passages::document(std::int64_t id) { return impl_->tokenized(id).document; }

Place Passages::place(std::int64_t token) {
  const auto document = impl_->document_at(token);
  const Kept& kept = impl_->tokenized(document.id);
  const auto& starts = kept.document.starts;
  const auto index = std::size_t(token - document.first_token);  // the separator's is that of the end
  const std::int64_t offset = starts[index];
  const std::int64_t length = index + 1 < starts.size() ? starts[index + 1] - offset : 0;
  return impl_->place(kept, offset, length);
}

Place Passages::place_in(std::int64_t document, std::int64_t offset, std::int64_t length) {
  return impl_->place(impl_->kept(document), offset, length);
}

Concordance Passages::concordance(const workspace::Hit& hit, int bytes_around) {
  const Kept& kept = impl_->kept(hit.document);
  const std::string_view text = kept.document.text;
  const auto begin = std::min(std::size_t(std::max<std::int64_t>(hit.offset, 0)), text.size());
  const auto end = std::min(begin + std::size_t(std::max<std::int64_t>(hit.length, 0)), text.size());
  Concordance line;
  line.place = impl_->place(kept, std::int64_t(begin), std::int64_t(end - begin));
  const auto line_begin = std::size_t(kept.lines.start(line.place.line));
  const auto line_end = std::size_t(kept.lines.start(kept.lines.at(std::int64_t(end)).line + 1));
  const auto around = std::size_t(std::max(bytes_around, 0));
  line.before = on_one_line(characters(text, std::max(line_begin, begin - std::min(begin, around)), begin));
  line.hit = on_one_line(text.substr(begin, end - begin));
  line.after = on_one_line(characters(text, end, std::min(line_end, end + around)));
  if (line.before.starts_with(' ')) line.before.erase(0, 1);
  if (line.after.ends_with(' ')) line.after.pop_back();
  return line;
}

std::int64_t Passages::token_at(std::int64_t document, std::int64_t offset) {
  const TokenizedText& tokenized = impl_->tokenized(document).document;
  if (tokenized.document.first_token < 0)
    throw core::Error("The document " + tokenized.document.name + " has no place in the sequence yet.",
                      "Open the corpus again and let it finish.");
  const auto after = std::upper_bound(tokenized.starts.begin(), tokenized.starts.end(), std::max<std::int64_t>(offset, 0));
  return tokenized.document.first_token + (after - tokenized.starts.begin()) - 1;
}

std::string Passages::token_text(std::int64_t token) {
  const auto found = impl_->workspace.tokens(token, 1);
  if (found.empty()) impl_->document_at(token);  // says what is wrong
  return std::string(impl_->tokenizer().surface(found.front()));
}

std::string Passages::piece_text(std::int32_t id) {
  if (id < 0 || id >= impl_->tokenizer().size())
    throw core::Error("Token id " + std::to_string(id) + " is not one of the tokenizer's.",
                      "Read the corpus with the model whose tokenizer cut it.");
  return std::string(impl_->tokenizer().surface(id));
}

std::string Passages::snippet(std::int64_t token, int before, int after) {
  const auto document = impl_->document_at(token);
  const TokenizedText& tokenized = impl_->tokenized(document.id).document;
  const std::int64_t index = token - document.first_token;
  const auto first = std::clamp<std::int64_t>(index - before, 0, document.tokens);
  const auto last = std::clamp<std::int64_t>(index + after + 1, first, document.tokens);
  const auto begin = std::size_t(tokenized.starts[std::size_t(first)]);
  const auto end = std::size_t(tokenized.starts[std::size_t(last)]);
  return without_margins(on_one_line(characters(tokenized.text, begin, end)));  // tokens may be single bytes
}

}  // namespace corpuscope::explore
